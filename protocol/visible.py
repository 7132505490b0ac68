"""What of a text a person can see: a terminal is given nothing else, since it would obey the rest.

Names and notes are checked where they are typed. But a database may come from elsewhere, a clipboard from a
page on the web, and the name of a file from anybody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from keyferry.protocol.characters import JOINERS, SPACES

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# They count as letters or marks, and show nothing: terminals do not agree on how wide that is.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
# They choose between forms of the character before them, and with that its width.
_VARIANTS = frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
# A terminal that doesn't join two emoji shows both, which says as much.
_UNSHOWN = _VARIANTS | JOINERS
_OTHER_SPACES = SPACES - frozenset("\t\n\v\f\r\x85\u2028\u2029")
_MARKS = {"Mn", "Me"}
# More of them above one letter than any language writes would reach into the lines around.
_MOST_MARKS = 4
_CIRCLE = "\N{DOTTED CIRCLE}"


def is_visible(character: str) -> bool:
    """Return whether a character is seen, and neither breaks a line nor turns the direction of writing."""
    return character.isprintable() and character not in _BLANK


def visible(text: str) -> str:
    """Return one line of visible text, with a replacement for each character that is none."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_with_few_marks(_replaced(text)))


def visible_lines(text: str) -> str:
    """Return the same of a text of several lines."""
    return "\n".join(map(visible, text.split("\n")))


def _replaced(text: str) -> Iterator[str]:
    for character in text:
        if character in _OTHER_SPACES:
            yield " "
        elif character not in _UNSHOWN:
            yield character if is_visible(character) else REPLACEMENT


def _with_few_marks(characters: Iterable[str]) -> Iterator[str]:
    marks, has_letter = 0, False
    for character in characters:
        if unicodedata.category(character) not in _MARKS:
            marks, has_letter = 0, True
            yield character
        elif marks < _MOST_MARKS:
            # A mark without a letter would stand above whatever comes before the text.
            yield character if has_letter else _CIRCLE + character
            marks, has_letter = marks + 1, True
