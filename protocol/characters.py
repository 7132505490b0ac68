"""The code points that decide how a text is read, in fixed lists.

Languages know Unicode in different versions, which disagree on what is a space, a format character or visible
at all. What a reader accepts must not follow from that.
"""

from __future__ import annotations


def _listed(*ranges: int | tuple[int, int]) -> frozenset[str]:
    pairs = (pair if isinstance(pair, tuple) else (pair, pair) for pair in ranges)
    return frozenset(chr(point) for first, last in pairs for point in range(first, last + 1))


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
