"""The 32 symbols in which every code is written: Crockford's base32, chosen because it has no look-alikes.

Writing uses upper case in groups of five. Reading is forgiving: it takes either case and every width, splits
at spaces, dashes, quotation marks and punctuation, passes over what shows nothing, and reads I and L as 1 and
O as 0; any other character means "unreadable".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from keyferry.protocol.characters import DASHES, IGNORED, PUNCTUATION, QUOTES, SPACES, UNTYPABLE
from keyferry.protocol.errors import MalformedCode

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 5
GROUP = 5

Symbols = tuple[int, ...]

_LETTERS = SYMBOLS.encode("ascii").ljust(256, b"\xff")
# As Python itself writes numbers to the base of 32.
_DIGITS = b"0123456789abcdefghijklmnopqrstuv".ljust(256, b"\xff")
_NO_SYMBOL = 255
_EXACT = bytes(SYMBOLS.index(chr(code)) if chr(code) in SYMBOLS else _NO_SYMBOL for code in range(256))
_VALUES = {letter: value for value, letter in enumerate(SYMBOLS)}
_VALUES |= {letter.lower(): value for letter, value in _VALUES.items()}
_VALUES |= dict.fromkeys("IiLl", 1) | dict.fromkeys("Oo", 0)

MOST_TEXT = 4096
"""The longest text in which a code is looked for."""

_SPACED = dict.fromkeys(map(ord, SPACES | DASHES | QUOTES | PUNCTUATION), " ")
_SPACED |= dict.fromkeys(map(ord, IGNORED), "")


def value_of(character: str) -> int | None:
    """Return the value 0..31 of a typed character, or None if it is no symbol."""
    return _VALUES.get(character)


def values_of(characters: Iterable[str]) -> tuple[int | None, ...]:
    """Return `value_of` of each character."""
    return tuple(map(_VALUES.get, characters))


def exact_symbols(text: str) -> Symbols | None:
    """Return the symbols of a text in its one written form, None where anything else is in it."""
    symbols = text.encode("ascii", errors="replace").translate(_EXACT)
    return None if _NO_SYMBOL in symbols else tuple(symbols)


def spaced(text: str) -> str:
    """Return typed text in NFKC, with a space for each separator, and without what shows nothing."""
    # Before, too: compatibility would take some of them apart.
    return unicodedata.normalize("NFKC", text.translate(_SPACED)).translate(_SPACED)


def typed_groups(text: str) -> tuple[str, ...]:
    """Split typed text at its separators; raises MalformedCode over 4,096 characters, or on controls."""
    if len(text) > MOST_TEXT:
        raise MalformedCode("That’s too long to be a code. Type only the code itself.")
    if not UNTYPABLE.isdisjoint(text):
        raise MalformedCode("That has characters that can’t be typed. Type the code by hand.")
    return tuple(filter(None, spaced(text).split(" ")))


def write(symbols: Iterable[int]) -> str:
    """Return the symbols as upper-case text without dashes."""
    return bytes(symbols).translate(_LETTERS).decode("ascii")


def grouped(symbols: Iterable[int]) -> str:
    """Return the symbols as people see them: groups of five with dashes."""
    text = write(symbols)
    return "-".join([text[start : start + GROUP] for start in range(0, len(text), GROUP)])


def to_symbols(value: int, count: int) -> Symbols:
    """Write a number of at most 5 x `count` bits as `count` symbols, the highest bits first."""
    if value < 0 or value >> (BITS * count):
        raise ValueError(f"the value does not fit into {count} symbols")
    return tuple([value >> shift & 31 for shift in range(BITS * (count - 1), -1, -BITS)])


def to_int(symbols: Iterable[int]) -> int:
    """Return the number that the symbols write, the highest bits first."""
    return int(bytes(symbols).translate(_DIGITS) or b"0", 32)


def bytes_to_symbols(data: bytes) -> Symbols:
    """Write bytes as symbols, the highest bits first; the bits that are left over at the end are zero."""
    count = -(-8 * len(data) // BITS)
    return to_symbols(int.from_bytes(data, "big") << (BITS * count - 8 * len(data)), count)


def symbols_to_bytes(symbols: Symbols) -> bytes:
    """Return the bytes that symbols write; raises ValueError if they write none in this way."""
    size, spare = divmod(BITS * len(symbols), 8)
    value = to_int(symbols)
    if spare >= BITS or value & (1 << spare) - 1:
        raise ValueError("these symbols write no bytes")
    return (value >> spare).to_bytes(size, "big")


def top_bits(digest: bytes, bits: int) -> int:
    """Return the first `bits` bits of a digest as a number: the one truncation used everywhere."""
    return int.from_bytes(digest, "big") >> (8 * len(digest) - bits)
