"""Vectors of computer keys of both styles, and of their repair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vector_inputs import (
    ACTIVATION_KEY,
    BINDING,
    CLAIMS,
    COMPUTER_ID,
    EARLIER_COMPUTER_ID,
    GIVEN,
    KEYS,
    OTHER_ACTIVATION_KEY,
    OTHER_COMPUTER_ID,
    PRODUCT_CODE,
    TYPED_KEY,
    Case,
    bare,
    claims_case,
    document,
    fixed_bytes,
    missing,
    refused,
    surplus,
    swapped,
    unreadable,
    wrong,
)

from keyferry.protocol.alphabet import SYMBOLS, Symbols, grouped, to_symbols, top_bits
from keyferry.protocol.claims import Claims
from keyferry.protocol.codes import Kind, encode
from keyferry.protocol.computer_key import (
    ROW,
    ROW_CONTENT,
    ROWS,
    Binding,
    encode_rows,
    issue_short,
    issue_signed,
)
from keyferry.protocol.keys import mac, product_digest
from keyferry.protocol.repair import read_short, read_signed

SHORT = issue_short(BINDING, CLAIMS, KEYS.short_computer_key)
SIGNED = issue_signed(BINDING, CLAIMS, TYPED_KEY)
PUBLIC_KEY = TYPED_KEY.public_key()
SEVERAL_CLAIMS = [
    CLAIMS,
    replace(CLAIMS, expires=None),
    Claims(date(2020, 1, 1), date(2109, 9, 18), 1023),
    Claims(date(2020, 1, 1), None),
]
OTHER_BINDINGS = {
    "another computer": replace(BINDING, computer_id=OTHER_COMPUTER_ID),
    "an earlier activation": replace(BINDING, computer_id=EARLIER_COMPUTER_ID),
    "another activation key": replace(BINDING, activation_key=OTHER_ACTIVATION_KEY),
    "another product": replace(BINDING, product_code="demo-cam"),
    "another epoch": replace(BINDING, computer_id=replace(COMPUTER_ID, epoch=3)),
}
REFUSED, MALFORMED = "computer_key_refused", Kind.COMPUTER_KEY.malformed
NEWER = "newer_version"


def symbols_of(text: str) -> Symbols:
    """Return the symbols of a canonical code."""
    return tuple(map(SYMBOLS.index, bare(text)))


def short_computer_keys() -> Case:
    """Short computer keys."""
    content = symbols_of(SHORT)[:25]
    changed = {
        "the last bit of the tag was flipped": (*content[:-1], content[-1] ^ 1),
        "the claims were changed": (1, *replace(CLAIMS, expires=None).symbols, *content[9:]),
        "the scheme is that of the other style, under a tag that fits": _short_of_scheme(2),
    }
    return document(
        "Computer keys of the style `short`: 80 bits of an HMAC.",
        given=GIVEN,
        valid=({**claims_case(one), "text": _short(BINDING, one)} for one in SEVERAL_CLAIMS),
        invalid=[
            *(
                refused(f"issued for {whose}", REFUSED, typed=_short(binding, CLAIMS))
                for whose, binding in OTHER_BINDINGS.items()
            ),
            refused("made with another secret", REFUSED, typed=issue_short(BINDING, CLAIMS, bytes(32))),
            *(
                refused(because, REFUSED, typed=grouped(encode(Kind.COMPUTER_KEY, symbols)))
                for because, symbols in changed.items()
            ),
            *_newer_short_keys(),
            refused("this is an activation key", MALFORMED, typed=ACTIVATION_KEY.text),
            refused("nothing was typed", MALFORMED, typed=""),
        ],
    )


def _newer_short_keys() -> Iterator[Case]:
    for scheme in (0, 3, 31):
        text = grouped(encode(Kind.COMPUTER_KEY, _short_of_scheme(scheme)))
        yield refused(f"the scheme is {scheme}", NEWER, typed=text)
        yield refused(f"the scheme is {scheme}, and one character is wrong", NEWER, typed=wrong(text, 12))


def _short(binding: Binding, claims: Claims) -> str:
    return issue_short(binding, claims, KEYS.short_computer_key)


def _short_of_scheme(scheme: int) -> Symbols:
    head = (scheme, *CLAIMS.symbols)
    digest = mac(KEYS.short_computer_key, "short computer key", _message(head))
    return head + to_symbols(top_bits(digest, 80), 16)


def _signed_of_scheme(scheme: int) -> Symbols:
    head = (scheme, *CLAIMS.symbols)
    signature = TYPED_KEY.sign(b"keyferry/1 signed computer key\x00" + _message(head))
    return head + to_symbols(int.from_bytes(signature, "big") << 3, 103)


def _message(head: Symbols) -> bytes:
    """What both styles sign."""
    key, computer_id = bytes(ACTIVATION_KEY.symbols), bytes(COMPUTER_ID.symbols)
    return product_digest(PRODUCT_CODE) + key + computer_id + bytes(head) + b"\x00"


def signed_computer_keys() -> Case:
    """Signed computer keys."""
    content = content_of_rows(SIGNED)
    changed = {
        "a reserved bit is set": (*content[:-1], content[-1] ^ 1),
        "a bit of the signature was flipped": (*content[:20], content[20] ^ 1, *content[21:]),
        "the claims were changed": (2, *replace(CLAIMS, expires=None).symbols, *content[9:]),
        "the scheme is that of the other style, under a signature that fits": _signed_of_scheme(1),
        "the signature's scalar is not reduced": _with_greater_scalar(content),
    }
    other_private = Ed25519PrivateKey.from_private_bytes(fixed_bytes("another typed key"))
    return document(
        "Computer keys of the style `signed`: an Ed25519 signature.",
        given={
            **{name: value for name, value in GIVEN.items() if name != "application_secret"},
            "private_key": TYPED_KEY.private_bytes_raw().hex(),
            "public_key": PUBLIC_KEY.public_bytes_raw().hex(),
        },
        valid=({**claims_case(one), "text": _signed(BINDING, one)} for one in SEVERAL_CLAIMS),
        invalid=[
            *(
                refused(f"issued for {whose}", REFUSED, typed=_signed(binding, CLAIMS))
                for whose, binding in OTHER_BINDINGS.items()
            ),
            refused("made with another key", REFUSED, typed=issue_signed(BINDING, CLAIMS, other_private)),
            *(
                refused(because, REFUSED, typed=grouped(encode_rows(symbols)))
                for because, symbols in changed.items()
            ),
            *(
                refused(
                    f"the scheme is {scheme}", NEWER, typed=grouped(encode_rows(_signed_of_scheme(scheme)))
                )
                for scheme in (0, 3, 31)
            ),
            refused("this is a short computer key", MALFORMED, typed=SHORT),
            refused("this is an activation key", MALFORMED, typed=ACTIVATION_KEY.text),
        ],
    )


def _signed(binding: Binding, claims: Claims) -> str:
    return issue_signed(binding, claims, TYPED_KEY)


def content_of_rows(text: str) -> Symbols:
    """Return the 112 symbols of a signed key without its check symbols."""
    symbols = symbols_of(text)
    return tuple(symbol for row in range(ROWS) for symbol in symbols[row * ROW :][:ROW_CONTENT])


def _with_greater_scalar(content: Symbols) -> Symbols:
    """Add the order of the group to the signature's scalar, which a careless verifier would accept."""
    value = 0
    for symbol in content[9:]:
        value = value << 5 | symbol
    signature = (value >> 3).to_bytes(64, "big")
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    forged = signature[:32] + scalar.to_bytes(32, "little")
    return (*content[:9], *to_symbols(int.from_bytes(forged, "big") << 3, 103))


def repair() -> Case:
    """Mistyped computer keys of both styles."""
    return document(
        "What must be read, and what must not; `corrections` counts groups and places from 1.",
        given={
            **GIVEN,
            "public_key": PUBLIC_KEY.public_bytes_raw().hex(),
            "short": SHORT,
            "signed": SIGNED,
        },
        valid=[*_cases("short", _repaired_short()), *_cases("signed", _repaired_signed())],
        invalid=[
            *_not_repaired("short", SHORT, _short(OTHER_BINDINGS["another computer"], CLAIMS)),
            *_not_repaired("signed", SIGNED, _signed(OTHER_BINDINGS["another computer"], CLAIMS)),
            refused(
                "six characters wrong", MALFORMED, style="short", typed=wrong(SHORT, 0, 5, 10, 15, 20, 25)
            ),
            refused("three wrong in one row", MALFORMED, style="signed", typed=wrong(SIGNED, 31, 40, 59)),
            refused("two wrong in two rows", MALFORMED, style="signed", typed=wrong(SIGNED, 1, 9, 31, 40)),
        ],
    )


def _repaired_short() -> Iterator[tuple[str, str]]:
    groups = SHORT.split("-")
    yield "typed right", SHORT
    yield "lower case without dashes", bare(SHORT).lower()
    yield "spaces, typographic dashes and new lines", "\n" + SHORT.replace("-", " – ") + "\r\n"
    yield "one wrong", wrong(SHORT, 17)
    yield "two wrong", wrong(SHORT, 2, 3)
    yield "three wrong", wrong(SHORT, 0, 13, 29)
    yield "four wrong", wrong(SHORT, 4, 5, 18, 27)
    yield "four wrong in one group", wrong(SHORT, 10, 11, 13, 14)
    yield "neighbors swapped", swapped(SHORT, 8)
    yield "neighbors swapped across a dash", swapped(SHORT, 14)
    yield "an unreadable group", "-".join([*groups[:2], "?????", *groups[3:]])
    yield "a group left out", "-".join([*groups[:4], *groups[5:]])
    yield "a group left out, without dashes", "".join([*groups[:4], *groups[5:]])
    yield "three unreadable and one wrong", unreadable(wrong(SHORT, 22), 3, 4, 28)
    yield from _shifted(SHORT)


def _shifted(text: str) -> Iterator[tuple[str, str]]:
    """A wrong character at place 27, and characters missing or too many in one or two groups."""
    damages = {
        "one missing and one wrong": missing(wrong(text, 27), 7),
        "one too many and one wrong": surplus(wrong(text, 27), 7),
        "one missing in each of two groups and one wrong": missing(wrong(text, 27), 7, 16),
        "one too many in each of two groups and one wrong": surplus(wrong(text, 27), 7, 16),
        "one missing, one too many in another group, and one wrong": _missing_and_surplus(wrong(text, 27)),
    }
    for damage, typed in damages.items():
        yield damage, typed
        yield f"{damage}, without dashes", bare(typed)


def _missing_and_surplus(text: str) -> str:
    groups = text.split("-")
    less, more = missing(text, 7).split("-")[1], surplus(text, 16).split("-")[3]
    return "-".join([groups[0], less, groups[2], more, *groups[4:]])


def _repaired_signed() -> Iterator[tuple[str, str]]:
    yield "typed right", SIGNED
    yield "lower case without dashes", bare(SIGNED).lower()
    yield "one wrong in each row", wrong(SIGNED, 3, 44, 60, 119)
    yield "two wrong in the first row", wrong(SIGNED, 8, 29)
    yield "two wrong in the last row", wrong(SIGNED, 90, 101)
    yield "two wrong in one row and one in each other", wrong(SIGNED, 3, 44, 61, 62, 119)
    yield "two unreadable in each row", unreadable(SIGNED, 0, 1, 30, 59, 70, 80, 118, 119)
    yield "neighbors swapped", swapped(SIGNED, 76)
    yield "one missing", missing(SIGNED, 83)
    yield "one missing, without dashes", bare(missing(SIGNED, 83))
    yield "one missing and one wrong in another row", missing(wrong(SIGNED, 5), 83)
    yield "one too many", surplus(SIGNED, 47)
    yield "one too many, without dashes", bare(surplus(SIGNED, 47))


def _cases(style: str, damages: Iterable[tuple[str, str]]) -> Iterator[Case]:
    for damage, typed in damages:
        if style == "short":
            key = read_short(typed, BINDING, KEYS.short_computer_key)
        else:
            key = read_signed(typed, BINDING, PUBLIC_KEY)
        yield {
            "style": style,
            "damage": damage,
            "typed": typed,
            "corrections": [asdict(correction) for correction in key.corrections],
        }


def _not_repaired(style: str, text: str, of_another_computer: str) -> Iterator[Case]:
    yield refused("another computer's key", REFUSED, style=style, typed=of_another_computer)
    yield refused(
        "another computer's key, two wrong", MALFORMED, style=style, typed=wrong(of_another_computer, 3, 9)
    )
    yield refused("half of it", MALFORMED, style=style, typed=text[: len(text) // 2])
    yield refused(
        "nothing but unreadable characters", MALFORMED, style=style, typed=unreadable(text, *range(120))
    )
    yield refused("a control character", MALFORMED, style=style, typed=f"{text}\x1b")
