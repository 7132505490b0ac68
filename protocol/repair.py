"""Reading a typed computer key with its tag or signature as the judge.

A check group alone can vouch for two wrong characters. But here every guess can be verified, so the reader
may guess: three and four wrong characters, characters missing or too many, a whole group left out. It tries
the likely guesses first and keeps the one that verifies. What it costs: some thousand guesses are about
10 bits of the 80-bit tag.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol.alphabet import Symbols, grouped
from protocol.codes import CHECK, Kind, encode, near, split, unreadable
from protocol.computer_key import (
    ROW,
    ROW_CHECK,
    ROW_CONTENT,
    SIGNED_LENGTH,
    Binding,
    ComputerKey,
    encode_rows,
    verify_short,
    verify_signed,
)
from protocol.errors import ComputerKeyRefused, MalformedCode
from protocol.reed_solomon import codewords_near, nearest_codeword
from protocol.typed import Layout, as_typed, corrections, shifted_layouts

MOST_WRONG = 4

_Guess = tuple[Layout, Symbols]


def read_short(text: str, binding: Binding, key: bytes) -> ComputerKey:
    """Read a typed 30-character key; raises MalformedCode, or ComputerKeyRefused for another computer's."""
    groups = split(Kind.COMPUTER_KEY, text)
    verify = partial(verify_short, binding=binding, key=key)
    for layout, content in _short_guesses(groups):
        claims = verify(content)
        if claims is not None:
            symbols = encode(Kind.COMPUTER_KEY, content)
            return ComputerKey(grouped(symbols), claims, corrections(layout, symbols))
        if not corrections(layout, encode(Kind.COMPUTER_KEY, content)):
            raise _refused()
    raise unreadable(Kind.COMPUTER_KEY, groups)


def read_signed(text: str, binding: Binding, public_key: Ed25519PublicKey) -> ComputerKey:
    """Read a typed 120-character key; raises MalformedCode, or ComputerKeyRefused for another computer's."""
    groups = _split_signed(text)
    verify = partial(verify_signed, binding=binding, public_key=public_key)
    for layout, content in _signed_guesses(groups):
        claims = verify(content)
        if claims is not None:
            symbols = encode_rows(content)
            return ComputerKey(grouped(symbols), claims, corrections(layout, symbols))
        if not corrections(layout, encode_rows(content)):
            raise _refused()
    raise _unreadable_signed(groups)


def _short_guesses(groups: tuple[str, ...]) -> Iterator[_Guess]:
    """Yield what may have been meant, the likely first."""
    typed = as_typed(groups, Kind.COMPUTER_KEY.length)
    if typed is not None:
        most = max(MOST_WRONG - typed.unreadable, (CHECK - typed.unreadable) // 2)
        yield from _near_short(typed, most)
    for layout in shifted_layouts(groups, Kind.COMPUTER_KEY.length):
        yield from _near_short(layout, (CHECK - layout.unreadable) // 2)


def _near_short(layout: Layout, most: int) -> Iterator[_Guess]:
    for errors in range(most + 1):
        for content in near(Kind.COMPUTER_KEY, layout, errors):
            yield layout, content


def _signed_guesses(groups: tuple[str, ...]) -> Iterator[_Guess]:
    typed = as_typed(groups, SIGNED_LENGTH)
    layouts = [typed] if typed is not None else []
    if abs(sum(map(len, groups)) - SIGNED_LENGTH) == 1:
        # Two shifts at unknown places would be 7,140 layouts; the licence file is the better way then.
        layouts.extend(shifted_layouts(groups, SIGNED_LENGTH))
    for layout in layouts:
        yield from ((layout, content) for content in _plain_rows(layout))
    for layout in layouts:
        yield from ((layout, content) for content in _one_doubtful_row(layout))


def _plain_rows(layout: Layout) -> Iterator[Symbols]:
    """Yield the content in which each row is corrected by its own two check symbols."""
    rows = [nearest_codeword(row, check=ROW_CHECK) for row in _rows(layout)]
    if None not in rows:
        yield _content([row for row in rows if row is not None])


def _one_doubtful_row(layout: Layout) -> Iterator[Symbols]:
    """Yield the contents in which one row has two wrong places, wherever, and the others decode plainly."""
    rows = _rows(layout)
    plain = [nearest_codeword(row, check=ROW_CHECK) for row in rows]
    for doubtful, row in enumerate(rows):
        others = [
            codeword for place, codeword in enumerate(plain) if place != doubtful and codeword is not None
        ]
        errors = ROW_CHECK - row.count(None)
        if len(others) < len(rows) - 1 or errors < 1 or plain[doubtful] == row:
            continue
        for codeword in codewords_near(row, check=ROW_CHECK, errors=errors):
            yield _content([*others[:doubtful], codeword, *others[doubtful:]])


def _rows(layout: Layout) -> list[tuple[int | None, ...]]:
    word = layout.values
    return [word[start : start + ROW] for start in range(0, SIGNED_LENGTH, ROW)]


def _content(rows: list[Symbols]) -> Symbols:
    return tuple(symbol for row in rows for symbol in row[:ROW_CONTENT])


def _split_signed(text: str) -> tuple[str, ...]:
    if len(text) > 4 * SIGNED_LENGTH:
        raise MalformedCode(
            "That is too long to be a computer key. Type only the key itself.",
            code=Kind.COMPUTER_KEY.malformed,
        )
    return tuple(
        group
        for start in range(0, len(text), 100)
        for group in split(Kind.COMPUTER_KEY, text[start : start + 100])
    )


def _unreadable_signed(groups: tuple[str, ...]) -> MalformedCode:
    typed = sum(map(len, groups))
    if typed == SIGNED_LENGTH:
        message = (
            "This computer key has too many wrong characters. Compare it row by row, or use the licence file."
        )
    else:
        message = f"A computer key of this product has {SIGNED_LENGTH} characters, and {typed} were typed."
    return MalformedCode(message, code=Kind.COMPUTER_KEY.malformed)


def _refused() -> ComputerKeyRefused:
    return ComputerKeyRefused(
        "This computer key is typed correctly, but it was issued for another computer, activation key or "
        "product, or for an earlier activation. Scan the QR code shown now, and type the key that it gives."
    )
