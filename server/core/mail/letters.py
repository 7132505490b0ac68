"""What a mail says, as blocks: the plain text and the HTML of a mail are two views of the same ones.

The words of a template know two signs: a paragraph that begins with `# ` is the heading, with what is below
it in the same paragraph, and `**` around words makes them bold. What variables stand for is put in afterwards
and holds no signs, whatever a name looks like.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keyferry.server.core.mail.templates import pieces

WIDTH = 72
"""Characters in a line of plain text; an address or a key is never broken."""

GROUPS_IN_A_LINE, GROUPS_IN_A_ROW = 3, 6

_HEADING = "# "
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A part of a block. Its look is "plain", "strong", "code" (a key or an ID), or "name"."""

    text: str = field(repr=False)
    look: str = "plain"


@dataclass(frozen=True)
class Block:
    """A block: "heading", "lead" (below it), "text", "key", "license", "button" or "closing".

    The parts of a key are its groups; those of a license its product, its key and how it stands; those of a
    button its words and its address.
    """

    kind: str
    parts: tuple[Part, ...]


Value = str | Part | tuple[Block, ...]


def written(words: str, values: Mapping[str, Value], closing: str = "") -> tuple[Block, ...]:
    """Return words with what their variables stand for; a paragraph that is left empty is left out."""
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", words.strip())
    blocks = [block for paragraph in paragraphs for block in _paragraph(paragraph, values)]
    if closing:
        blocks.append(Block("closing", (Part(closing),)))
    return tuple(blocks)


def in_one_line(words: str, values: Mapping[str, Value]) -> str:
    """Return words with what their variables stand for as a line, such as a subject."""
    return " ".join("".join(_said(piece) for piece in _filled(words, values)).split())


def plain(blocks: tuple[Block, ...]) -> str:
    """Return the blocks as plain text, in lines of `WIDTH`."""
    text = ""
    for block in blocks:
        gap = "" if not text else "\n" if block.kind == "lead" else "\n\n"
        text += gap + _plain(block)
    return text + "\n"


def key_groups(key: str) -> tuple[Block, ...]:
    """Return a computer key as a block."""
    return (Block("key", tuple(Part(group) for group in key.split("-"))),)


def _paragraph(words: str, values: Mapping[str, Value]) -> Iterator[Block]:
    if words.startswith(_HEADING):
        first, _, rest = words.removeprefix(_HEADING).partition("\n")
        yield from _blocks("heading", first, values)
        yield from _blocks("lead", rest, values)
    else:
        yield from _blocks("text", words, values)


def _blocks(kind: str, words: str, values: Mapping[str, Value]) -> Iterator[Block]:
    """Yield a text, in pieces where a variable stands for blocks of its own."""
    line: list[Part] = []
    for piece in _filled(words, values):
        if isinstance(piece, Part):
            line.append(piece)
            continue
        yield from _text(kind, line)
        yield from piece
        line = []
    yield from _text(kind, line)


def _text(kind: str, parts: list[Part]) -> Iterator[Block]:
    found = [part for part in parts if part.text]
    if found:
        found[0] = Part(found[0].text.lstrip(), found[0].look)
        found[-1] = Part(found[-1].text.rstrip(), found[-1].look)
    if any(part.text for part in found):
        yield Block(kind, tuple(found))


def _filled(words: str, values: Mapping[str, Value]) -> Iterator[Part | tuple[Block, ...]]:
    # Between two pairs of stars stands what is bold: every second part.
    for number, part in enumerate(_BOLD.split(words)):
        look = "strong" if number % 2 else "plain"
        for text, variable in pieces(part):
            if text:
                yield Part(text, look)
            value = values.get(variable.name, variable.text) if variable else ""
            yield Part(value, look) if isinstance(value, str) else value


def _said(piece: Part | tuple[Block, ...]) -> str:
    return piece.text if isinstance(piece, Part) else plain(piece)


def _plain(block: Block) -> str:
    texts = [part.text for part in block.parts]
    if block.kind == "key":
        return _numbered(texts)
    if block.kind == "license":
        return "\n".join(texts)
    if block.kind == "button":
        return _beside(*texts)
    return "\n".join(map(_wrapped, "".join(texts).split("\n")))


def _numbered(groups: list[str]) -> str:
    """Return a key's groups, three a line; a long key has a gap after each row of six."""
    numbered = [f"{number:>3}  {group}" for number, group in enumerate(groups, start=1)]
    lines = [
        "  ".join(numbered[start : start + GROUPS_IN_A_LINE])
        for start in range(0, len(groups), GROUPS_IN_A_LINE)
    ]
    in_a_row = GROUPS_IN_A_ROW // GROUPS_IN_A_LINE
    rows = ["\n".join(lines[start : start + in_a_row]) for start in range(0, len(lines), in_a_row)]
    return "\n\n".join(rows)


def _beside(words: str, address: str) -> str:
    line = f"{words}: {address}"
    return line if len(line) <= WIDTH else f"{words}:\n{address}"


def _wrapped(line: str) -> str:
    return textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
