"""Reading a typed computer key: its tag or signature decides.

A check group alone can vouch for two wrong characters. But here every guess can be verified, so the reader
may guess: three and four wrong characters, characters missing or too many, a whole group left out. It tries
the likely guesses first and keeps the one that verifies. What it costs: some thousand guesses are about
10 bits of the 80-bit tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keyferry.protocol.alphabet import GROUP, Symbols, grouped
from keyferry.protocol.claims import Claims
from keyferry.protocol.codes import CHECK, Kind, contained, encode, near, split, the_one, unreadable
from keyferry.protocol.computer_key import (
    ROW,
    ROW_CHECK,
    ROW_CONTENT,
    SCHEMES,
    SIGNED_LENGTH,
    Binding,
    ComputerKey,
    Style,
    encode_rows,
    verify_short,
    verify_signed,
)
from keyferry.protocol.errors import ComputerKeyRefused, MalformedCode, NewerVersion
from keyferry.protocol.reed_solomon import codewords_near, nearest_codeword
from keyferry.protocol.runs import whole_runs
from keyferry.protocol.sentences import template
from keyferry.protocol.typed import Layout, as_typed, corrections, shifted_layouts

MOST_WRONG = 4

_Guess = tuple[Layout, Symbols]


def read_short(text: str, binding: Binding, key: bytes) -> ComputerKey:
    """Read a typed 30-character key; raises MalformedCode, or ComputerKeyRefused for another computer's."""
    groups = split(Kind.COMPUTER_KEY, text)
    verify = partial(verify_short, binding=binding, key=key)
    encoded = partial(encode, Kind.COMPUTER_KEY)
    # Within one symbol of a codeword by chance: 1 in 36,000.
    verified = _first_verified(_short_guesses(groups), verify, encoded, most_changed=1)
    if verified is None:
        raise unreadable(Kind.COMPUTER_KEY, groups)
    return verified


def read_signed(text: str, binding: Binding, public_key: Ed25519PublicKey) -> ComputerKey:
    """Read a typed 120-character key; raises MalformedCode, or ComputerKeyRefused for another computer's."""
    groups = split(Kind.COMPUTER_KEY, text)
    verify = partial(verify_signed, binding=binding, public_key=public_key)
    # Almost any row of two check symbols is one symbol away from a codeword: a correction proves nothing.
    verified = _first_verified(_signed_guesses(groups), verify, encode_rows, most_changed=0)
    if verified is None:
        advice = template(
            "Compare it row by row with the key for the QR code shown now, or use the license file."
        )
        raise unreadable(Kind.COMPUTER_KEY, groups, length=SIGNED_LENGTH, advice=advice)
    return verified


def whole_key(text: str, style: Style) -> str | None:
    """Return the one computer key in a text that is typed without any mistake, unverified, or None."""
    try:
        groups = split(Kind.COMPUTER_KEY, text)
        found = contained(Kind.COMPUTER_KEY, groups) if style is Style.SHORT else _contained_rows(groups)
    except MalformedCode:
        return None
    return found.text if found else None


def _first_verified(
    guesses: Iterator[_Guess],
    verify: Callable[[Symbols], Claims | None],
    encoded: Callable[[Symbols], Symbols],
    *,
    most_changed: int,
) -> ComputerKey | None:
    """Return the first guess that verifies; raises ComputerKeyRefused or NewerVersion.

    The key is another computer's, or a newer version's, if its first reading needs at most `most_changed`
    corrections, so few that chance is ruled out: nobody must be asked to look for mistyped characters.
    """
    refused: ComputerKeyRefused | NewerVersion | None = None
    for number, (layout, content) in enumerate(guesses):
        claims = verify(content)
        if claims is not None:
            symbols = encoded(content)
            return ComputerKey(grouped(symbols), claims, corrections(layout, symbols))
        if number == 0:
            changed = len(corrections(layout, encoded(content)))
            refused = _refusal(content) if changed <= most_changed else None
            if not changed:
                break
    if refused is not None:
        raise refused
    return None


def _short_guesses(groups: tuple[str, ...]) -> Iterator[_Guess]:
    """Yield what may have been meant, the likely first: as typed, then shifted, each with few wrong first."""
    typed = as_typed(groups, Kind.COMPUTER_KEY.length) or contained(Kind.COMPUTER_KEY, groups)
    if typed is not None:
        for errors in range(max(MOST_WRONG - typed.unreadable, _reach(typed)) + 1):
            yield from ((typed, content) for content in near(Kind.COMPUTER_KEY, typed, errors))
    layouts = list(shifted_layouts(groups, Kind.COMPUTER_KEY.length))
    for errors in range(CHECK // 2 + 1):
        for layout in layouts:
            if errors <= _reach(layout):
                yield from ((layout, content) for content in near(Kind.COMPUTER_KEY, layout, errors))


def _reach(layout: Layout) -> int:
    """Return how many wrong characters the check group alone can find; negative if it is used up."""
    return (CHECK - layout.unreadable) // 2


def _signed_guesses(groups: tuple[str, ...]) -> Iterator[_Guess]:
    typed = as_typed(groups, SIGNED_LENGTH) or _contained_rows(groups)
    layouts = [typed] if typed is not None else []
    if abs(sum(map(len, groups)) - SIGNED_LENGTH) == 1:
        # Two shifts at unknown places would be 7,140 layouts; the license file is easier then.
        layouts.extend(shifted_layouts(groups, SIGNED_LENGTH))
    plain = [(layout, content) for layout in layouts for content in _plain_rows(layout)]
    yield from sorted(plain, key=lambda guess: len(corrections(guess[0], encode_rows(guess[1]))))
    for layout in layouts:
        # A doubtful row is some 400 signatures, or 29 beside a gap: not for a surplus that may be anywhere.
        if not layout.surplus or len(layouts) <= GROUP + 1:
            yield from ((layout, content) for content in _one_doubtful_row(layout))


def _contained_rows(groups: tuple[str, ...]) -> Layout | None:
    """Return the one whole signed key in a longer text; raises MalformedCode if there are several."""
    return the_one(Kind.COMPUTER_KEY, whole_runs(groups, SIGNED_LENGTH, _is_signed_key))


def _is_signed_key(run: str) -> bool:
    rows = _rows(Layout(tuple(run)))
    return all(nearest_codeword(row, check=ROW_CHECK) == row for row in rows)


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


def _refusal(content: Symbols) -> ComputerKeyRefused | NewerVersion:
    """Return what is wrong with a key that can be read and does not verify."""
    if content[0] not in SCHEMES:
        return NewerVersion(
            "This computer key is for a newer version of the application. Install that version, then type "
            "the key again."
        )
    return ComputerKeyRefused(
        "This computer key can be read, but it’s for another computer, activation key, or product, or "
        "for an earlier activation. Scan the QR code shown now, and type the key it gives you."
    )
