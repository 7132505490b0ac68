"""The code points that decide how a text is read, in fixed lists.

Languages know Unicode in different versions, which disagree on what is a space, a format character or visible
at all. What a reader accepts must not follow from that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain


class CodePoints:
    """Single characters and long ranges: as a set, those for private use alone would take 20 MB."""

    def __init__(self, single: frozenset[str], ranges: Sequence[range]) -> None:
        self._single, self._ranges = single, ranges

    def __contains__(self, character: str) -> bool:
        return character in self._single or any(ord(character) in each for each in self._ranges)

    def __iter__(self) -> Iterator[str]:
        return chain(self._single, (chr(point) for each in self._ranges for point in each))

    def isdisjoint(self, text: str) -> bool:
        """Whether a text has none of them."""
        return self._single.isdisjoint(text) and not any(
            ord(character) in each for each in self._ranges for character in text
        )


def _listed(*ranges: int | tuple[int, int]) -> frozenset[str]:
    pairs = (pair if isinstance(pair, tuple) else (pair, pair) for pair in ranges)
    return frozenset(chr(point) for first, last in pairs for point in range(first, last + 1))


# In each of the blocks of Indic writing: signs of vowels and nasals, and what silences a vowel.
_INDIC = ((0x00, 0x03), (0x3C, 0x3C), (0x3E, 0x4F), (0x51, 0x57), (0x62, 0x63))

SPACES = _listed(
    (0x09, 0x0D), 0x20, 0x85, 0xA0, 0x1680, (0x2000, 0x200A), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000
)
"""White space of every width, and the ends of lines."""

DASHES = _listed(
    *(0x2D, 0x58A, 0x5BE, 0x1400, 0x1806, (0x2010, 0x2015), 0x2043, 0x207B, 0x208B, 0x2212),
    *(0x2E17, 0x2E1A, 0x2E3A, 0x2E3B, 0x2E40, 0x301C, 0x3030, 0x30A0, 0x30FC),
    *(0xFE31, 0xFE32, 0xFE58, 0xFE63, 0xFF0D, 0xFF70, 0x10EAD),
)
"""Every hyphen, dash and minus, and the long-vowel mark that Japanese keyboards have in their place."""

QUOTES = _listed(
    *(0x22, 0x27, 0x60, 0xAB, 0xB4, 0xBB, (0x2018, 0x201F), (0x2032, 0x2037), 0x2039, 0x203A),
    *((0x300C, 0x300F), (0x301D, 0x301F), 0xFF02, 0xFF07, 0xFF62, 0xFF63),
)
"""Quotation marks, and what is typed for them."""

PUNCTUATION = frozenset("_.,;:/|()[]<>*") | _listed(0xB7, 0x2022, 0x3001, 0x3002)
"""What stands around and between words, mail's marks of a reply among it."""

IGNORED = _listed(
    *(0xAD, 0x34F, 0x61C, (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)),
    *((0xFE00, 0xFE0F), 0xFEFF, (0xFFF9, 0xFFFB), (0xE0000, 0xE0FFF)),
)
"""What shows nothing of its own: joiners, marks of direction, byte order marks, choices between glyphs."""

UNTYPABLE = _listed((0x00, 0x1F), (0x7F, 0x9F), (0xD800, 0xDFFF)) - SPACES
"""Control characters, and halves of characters."""

JOINERS = frozenset("\u200c\u200d")
"""What joins or separates the letters around it: Persian, Sinhala and many an emoji need them."""

EXTENDING = _listed(
    *((0x300, 0x36F), (0x483, 0x489), (0x591, 0x5BD), 0x5BF, 0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7),
    *((0x610, 0x61A), (0x64B, 0x65F), 0x670, (0x6D6, 0x6DC), (0x6DF, 0x6E4), 0x6E7, 0x6E8, (0x6EA, 0x6ED)),
    *((block + first, block + last) for block in range(0x900, 0xE00, 0x80) for first, last in _INDIC),
    *((0xDD0, 0xDDF), 0xE31, (0xE34, 0xE3A), (0xE47, 0xE4E), 0xEB1, (0xEB4, 0xEBC), (0xEC8, 0xECE)),
    *((0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), 0x200C, 0x200D, (0x20D0, 0x20FF), 0x3099, 0x309A),
    *((0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F), (0xE0100, 0xE01EF)),
)
"""What belongs to the character before it, so that no name is cut in front of it."""

_NO_CHARACTERS = _listed(
    (0xFDD0, 0xFDEF), *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0xF0000, 0x10000))
)
NOT_IN_NAMES = CodePoints(
    UNTYPABLE
    | (IGNORED - JOINERS - EXTENDING)
    | _listed((0x09, 0x0D), 0x85, 0x2028, 0x2029)
    | _NO_CHARACTERS,
    # For private use.
    (range(0xE000, 0xF900), range(0xF0000, 0x110000)),
)
"""Controls, ends of lines, what turns the direction of writing or shows nothing, and what is no character."""
