"""Texts with their colors: digits of codes, numbers of steps, marks before a line."""

from __future__ import annotations

import re

from textual.content import Content

from keyferry.protocol.visible import visible

# Lines of a box; every console font has them, those of old Windows among them.
RULE, SIDE = "─", "│"
_DIGITS = re.compile(r"[0-9]+")
_ALONE = re.compile(r"(?<![^\s(])[0-9?BSDQZGTVYMNPRCEF](?![^\s,.)])")
MARKS = {"!": "$warning bold", "√": "$success bold", "●": "$success bold", "○": "$warning bold"}


def code(text: str, style: str = "") -> Content:
    """Return a code whose digits cannot be taken for letters, by their color."""
    content = Content.styled(text, style) if style else Content(text)
    for digits in _DIGITS.finditer(text):
        content = content.stylize(f"$digit {'bold' if 'bold' in style else ''}".strip(), *digits.span())
    return content


def numbered(text: str) -> Content:
    """Return steps, one a line, with their numbers set off."""
    lines = [
        Content.assemble((line[0], "$primary bold"), line[1:]) if line[:1].isdigit() else Content(line)
        for line in text.split("\n")
    ]
    return Content("\n").join(lines)


def about_characters(text: str) -> Content:
    """Return a sentence that speaks of single characters, with these as they look where they are typed."""
    content = Content(text)
    for found in _ALONE.finditer(text):
        color = "$warning " if found[0] == "?" else "$digit " if found[0].isdigit() else ""
        style = f"{color}bold"
        content = content.stylize(style, *found.span())
    return content


def marked(text: str, style: str = "") -> Content:
    """Return lines, each with the color of the mark that it begins with."""
    lines = []
    for line in text.split("\n"):
        kind = MARKS.get(line[:1])
        rest = Content.styled(line[1:], style) if style else Content(line[1:])
        lines.append(Content.styled(line[:1], kind) + rest if kind else Content.styled(line, style))
    return Content("\n").join(lines)


def shown(value: str) -> Content:
    """Return a value of a table; a code has colored digits."""
    text = visible(value)
    is_code = "-" in text and all(len(group) == 5 for group in text.split("-"))
    return code(text) if is_code else Content(text)
