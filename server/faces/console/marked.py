"""Texts with their colors: digits of codes, how something stands, marks before a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import wrap

from textual.content import Content

# Characters that every console font has, those of old Windows among them.
RULE, SIDE = "─", "│"
FULL, EMPTY = "■", "□"
_DIGITS = re.compile(r"[0-9]+")
_MARKS = {"!": "$warning bold", "√": "$success bold"}
_SEATS_DRAWN = 10


def code(text: str, style: str = "") -> Content:
    """Return a code whose digits cannot be taken for letters, by their color."""
    content = Content.styled(text, style) if style else Content(text)
    for digits in _DIGITS.finditer(text):
        content = content.stylize(f"$digit {'bold' if 'bold' in style else ''}".strip(), *digits.span())
    return content


def shortened(text: str) -> str:
    """Return the first and the last group of a code: so much tells two of them apart in a list."""
    first, _, rest = text.partition("-")
    return f"{first}…{rest.rpartition('-')[2]}" if rest else text


def marked(text: str, style: str = "$ink-2") -> Content:
    """Return a text, with the color of the mark that it begins with."""
    kind = _MARKS.get(text[:1])
    if kind is None:
        return Content.styled(text, style)
    # What is wrong stands out as a whole.
    return Content.assemble((text[:1], kind), (text[1:], "$warning" if text[0] == "!" else style))


def key_hint(key: str, does: str) -> Content:
    """Return a key and what it does."""
    return Content.assemble((key, "$primary bold"), (f" {does}", "$ink-2"))


def seats_drawn(used: int, seats: int) -> Content:
    """Return one box for each seat, or none where there are too many."""
    if seats > _SEATS_DRAWN:
        return Content("")
    color = "$info" if used >= seats else "$primary"
    boxes = [(f"{FULL} ", color)] * min(used, seats) + [(f"{EMPTY} ", "$ink-3")] * max(0, seats - used)
    return Content.assemble(*boxes)


def facts(pairs: Iterable[tuple[str, str | Content]], width: int) -> Content:
    """Return names and values, one pair a line; what is empty is left out."""
    lines = []
    for name, value in pairs:
        text = value if isinstance(value, Content) else Content(one_line(value))
        if text.plain.strip():
            lines.append(Content.styled(f"{name:<{width}}", "$ink-2") + text)
    return Content("\n").join(lines)


def wrapped_facts(pairs: Iterable[tuple[str, str]], names: int, width: int) -> Content:
    """Return names and values as `facts` does; a value that is too long goes on below its beginning."""
    below = f"\n{' ' * names}"
    lines = [(name, below.join(wrap(one_line(value), max(20, width - names)))) for name, value in pairs]
    told = [Content.styled(f"{name:<{names}}", "$ink-2") + Content(text) for name, text in lines if text]
    return Content("\n").join(told)


def one_line(text: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(text.split())


def fitted(content: Content, width: int, *, right: bool = False) -> Content:
    """Return a text that takes so many cells; what does not fit ends in three dots."""
    width = max(0, width)
    if content.cell_length > width:
        content = content.truncate(width, ellipsis=True)
    missing = max(0, width - content.cell_length)
    return content.pad_left(missing) if right else content.pad_right(missing)
