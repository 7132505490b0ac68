"""Vectors of what codes are made of: alphabet, check groups, reading, keys, fingerprints, IDs and claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

from vector_inputs import (
    ACTIVATION_KEY,
    APPLICATION_SECRET,
    CLAIMS,
    CODE,
    COMPUTER_ID,
    EPOCH,
    FINGERPRINT,
    FINGERPRINT_KEY,
    GIVEN,
    KEYS,
    MACHINE,
    OTHER_ACTIVATION_KEY,
    PRODUCT_CODE,
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

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import SYMBOLS, grouped, typed_groups, value_of, write
from keyferry.protocol.claims import EPOCH_DAY, LAST_DAY, Claims
from keyferry.protocol.codes import Kind, encode
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.computer_key import ROW_CHECK, ROW_CONTENT
from keyferry.protocol.keys import EpochKeys, machine_fingerprint
from keyferry.protocol.reed_solomon import check_symbols

KINDS = {kind.name.lower(): kind for kind in Kind}


def alphabet() -> Case:
    """How typed characters become symbols and groups."""
    typed = [
        SYMBOLS,
        SYMBOLS.lower(),
        "IiLlOo",
        "?Uu#é漢",
        "１ａＢ①",
        "ABCDE-12345 fghjk",
        "\n ABCDE\r\n12345\t",
        "AB–CD—EF‐GH‑JK−MN\u00a0PQ",
        "AB\u200bCD\u00adEF\ufeff\u202eGH",
        "„AB“ >CD_EF.GH",
        "--A--B--",
        "",
    ]
    return document(
        "Reading: groups at spaces and dashes, and the value of each character; null is unreadable.",
        given={"symbols": SYMBOLS},
        valid=(_alphabet_case(text) for text in typed),
        invalid=(
            refused(
                f"U+{ord(character):04X} cannot be typed", "malformed_code", typed=f"ABCDE{character}12345"
            )
            for character in "\x00\x1b\x7f\x9b\ud800"
        ),
    )


def _alphabet_case(typed: str) -> Case:
    groups = typed_groups(typed)
    return {"typed": typed, "groups": groups, "symbols": [value_of(letter) for letter in "".join(groups)]}


def check_groups() -> Case:
    """The check symbols of each kind of code, and of a row of a signed computer key."""
    contents = {name: _contents(kind.content) for name, kind in KINDS.items()}
    valid = [
        {"kind": name, "content": content, "check": encode(KINDS[name], content)[-5:]}
        for name, several in contents.items()
        for content in several
    ]
    rows = [
        {"kind": "signed_row", "content": content, "check": check_symbols(content, ROW_CHECK)}
        for content in _contents(ROW_CONTENT)
    ]
    return document(
        "Check symbols: Reed-Solomon over GF(32), XOR the constant of the kind; a signed row has none.",
        given={
            "polynomial": 0b100101,
            "kinds": {
                name: {"content": kind.content, "constant": kind.constant, "malformed": kind.malformed}
                for name, kind in KINDS.items()
            },
        },
        valid=valid + rows,
        invalid=_codes_of_other_kinds(),
    )


def _contents(size: int) -> list[tuple[int, ...]]:
    mixed = tuple(byte & 31 for byte in fixed_bytes("content"))
    return [(0,) * size, (31,) * size, (0,) * (size - 1) + (1,), mixed[:size]]


def _codes_of_other_kinds() -> Iterator[Case]:
    content = tuple(byte & 31 for byte in fixed_bytes("another kind"))
    for typed, wanted in permutations(Kind, 2):
        text = grouped(encode(typed, (1, *content[1 : typed.content])))
        because = f"this is a code of the kind {typed.name.lower()}"
        yield refused(because, wanted.malformed, kind=wanted.name.lower(), typed=text)


def reading() -> Case:
    """What the check group alone repairs, before anything verifies or confirms it."""
    codes = {
        "activation_key": ACTIVATION_KEY.text,
        "computer_id": COMPUTER_ID.text,
        "deactivation_code": CODE.text,
    }
    return document(
        "Reading without a key: what was probably meant, and whether it is what was typed.",
        given={},
        valid=(case for name, text in codes.items() for case in _readings(name, text)),
        invalid=(case for name, text in codes.items() for case in _unreadable(name, text)),
    )


def _readings(kind: str, text: str) -> Iterator[Case]:
    for typed in (text, text.lower(), bare(text), f"\n{text.replace('-', ' ')}\r\n"):
        yield {"kind": kind, "typed": typed, "text": text, "repaired": False}
    for typed in (
        wrong(text, 3),
        wrong(text, 0, 14),
        swapped(text, 6),
        unreadable(text, 5),
        unreadable(text, 1, 7, 13),
        unreadable(wrong(text, 2), 9),
        missing(text, 7),
        bare(missing(text, 7)),
        surplus(text, 7),
    ):
        yield {"kind": kind, "typed": typed, "text": text, "repaired": True}
    if kind != "activation_key":
        yield {"kind": kind, "typed": unreadable(text, 5, 6, 7, 8, 9), "text": text, "repaired": True}


def _unreadable(kind: str, text: str) -> Iterator[Case]:
    error = KINDS[kind].malformed
    yield refused("nothing was typed", error, kind=kind, typed=" - ")
    yield refused("three wrong characters", error, kind=kind, typed=wrong(text, 0, 6, 12))
    yield refused("three characters are missing", error, kind=kind, typed=missing(text, 1, 7, 13))
    yield refused("a control character", error, kind=kind, typed=text + "\x07")
    yield refused("the same without end", error, kind=kind, typed=text * 5)
    if kind == "activation_key":
        yield refused("four unreadable characters", error, kind=kind, typed=unreadable(text, 1, 2, 3, 4))


def keys() -> Case:
    """The symmetric keys of an epoch."""
    secrets = [APPLICATION_SECRET, bytes(32), b"\xff" * 32]
    return document(
        "HKDF-SHA256 of the application secret, without salt, under the label `keyferry/1 <purpose>`.",
        given={},
        valid=(_keys_case(secret) for secret in secrets),
        invalid=[
            refused("an application secret has 32 bytes", "out_of_range", application_secret=secret.hex())
            for secret in (b"", bytes(31), bytes(33))
        ],
    )


def _keys_case(secret: bytes) -> Case:
    derived = EpochKeys.derive(secret, product_code=PRODUCT_CODE, epoch=EPOCH)
    return {
        "application_secret": secret.hex(),
        "request token": derived.request_token.hex(),
        "activation key mask": derived.activation_key_mask.hex(),
        "computer id": derived.computer_id.hex(),
        "deactivation": derived.deactivation.hex(),
        "short computer key": derived.short_computer_key.hex(),
    }


def fingerprints() -> Case:
    """Machine fingerprints; every identifier has one."""
    identifiers = [MACHINE, "", "A", "a", "Gerät-Ω", "x" * 200]
    return document(
        "Machine fingerprint F: the first 40 bits of an HMAC, as hexadecimal digits.",
        given={"fingerprint_key": FINGERPRINT_KEY.hex()},
        valid=(
            {"identifier": text, "fingerprint": f"{machine_fingerprint(FINGERPRINT_KEY, text):010x}"}
            for text in identifiers
        ),
        invalid=[],
    )


def activation_keys() -> Case:
    """Activation keys as they are made and typed."""
    made = [fixed_bytes("activation key", 12), bytes(12), b"\xff" * 12, bytes(11) + b"\x02"]
    newer = grouped(encode(Kind.ACTIVATION_KEY, (2, *ACTIVATION_KEY.symbols[1:])))
    text, error = ACTIVATION_KEY.text, Kind.ACTIVATION_KEY.malformed
    return document(
        "Activation keys: 12 random bytes, the text, and the SHA-256 that a license file carries.",
        given={},
        valid=(_activation_key_case(entropy) for entropy in made),
        invalid=[
            refused("format 2 is of a newer version", "newer_version", typed=newer, suggestion=None),
            refused("mistyped: ask before it is used", error, typed=wrong(text, 4, 20), suggestion=text),
            refused("a character is missing", error, typed=missing(text, 11), suggestion=text),
            refused("too many wrong characters", error, typed=wrong(text, 1, 8, 20), suggestion=None),
            refused("this is a computer ID", error, typed=COMPUTER_ID.text, suggestion=None),
        ],
    )


def _activation_key_case(entropy: bytes) -> Case:
    key = ActivationKey.generate(entropy)
    return {
        "entropy": entropy.hex(),
        "symbols": key.symbols,
        "text": key.text,
        "last_group": key.last_group,
        "sha256": key.digest.hex(),
    }


def computer_ids() -> Case:
    """Computer IDs, their tags, and what does not fit."""
    extremes = [(FINGERPRINT, COMPUTER_ID.commitment), (0, 0), (2**40 - 1, 2**40 - 1)]
    made = [
        ComputerId.make(KEYS, ACTIVATION_KEY, fingerprint=one, commitment=other) for one, other in extremes
    ]
    return document(
        "Computer IDs: epoch, fingerprint, commitment and tag; the last two numbers as hexadecimal digits.",
        given={
            name: GIVEN[name] for name in ("product_code", "epoch", "application_secret", "activation_key")
        },
        valid=map(_computer_id_case, made),
        invalid=_mismatches(),
    )


def _computer_id_case(computer_id: ComputerId) -> Case:
    return {
        "fingerprint": f"{computer_id.fingerprint:010x}",
        "commitment": f"{computer_id.commitment:010x}",
        "tag": computer_id.tag,
        "text": computer_id.text,
    }


def _mismatches() -> Iterator[Case]:
    error, malformed = "computer_id_mismatch", Kind.COMPUTER_ID.malformed
    other_key = ComputerId.make(
        KEYS, OTHER_ACTIVATION_KEY, fingerprint=FINGERPRINT, commitment=COMPUTER_ID.commitment
    )
    other_keys = replace(KEYS, product_code="demo-cam")
    other_product = ComputerId.make(
        other_keys, ACTIVATION_KEY, fingerprint=FINGERPRINT, commitment=COMPUTER_ID.commitment
    )
    yield refused("made for another activation key", error, typed=other_key.text)
    yield refused("made for another product", error, typed=other_product.text)
    for field, value in (("epoch", EPOCH + 1), ("fingerprint", 0), ("commitment", 0), ("tag", 0)):
        changed = replace(COMPUTER_ID, **{field: value})
        yield refused(f"the {field} was changed, and the check group made anew", error, typed=changed.text)
    longer = replace(COMPUTER_ID, epoch=0)
    yield refused("epoch 0 begins a longer computer ID", "newer_version", typed=longer.text)
    yield refused("mistyped: ask before it is used", malformed, typed=wrong(COMPUTER_ID.text, 2, 19))
    yield refused("this is an activation key", malformed, typed=ACTIVATION_KEY.text)


def claims() -> Case:
    """The 40 bits of claims, and the moments at which they hold."""
    samples = [
        CLAIMS,
        Claims(EPOCH_DAY, None),
        Claims(LAST_DAY, LAST_DAY, 1023),
        Claims(date(2026, 2, 28), EPOCH_DAY + timedelta(days=1), 1),
        Claims(date(2028, 2, 29), date(2028, 2, 29), 512),
    ]
    invalid = [
        refused("days begin on 2020-01-01", "out_of_range", issued="2019-12-31", expires=None, features=0),
        refused("day 0 means never", "out_of_range", issued="2020-01-01", expires="2020-01-01", features=0),
        refused("after the last day", "out_of_range", issued="2109-09-19", expires=None, features=0),
        refused("after the last day", "out_of_range", issued="2026-01-01", expires="2109-09-19", features=0),
        refused("ten features", "out_of_range", issued="2026-01-01", expires=None, features=1024),
    ]
    return document(
        "Claims as 8 symbols, and their state at moments (UTC) by the day rule.",
        given={},
        valid=(
            {**claims_case(one), "symbols": write(one.symbols), "states": _states(one)} for one in samples
        ),
        invalid=invalid,
    )


def _states(claims: Claims) -> Case:
    begin = datetime(claims.issued.year, claims.issued.month, claims.issued.day, tzinfo=UTC) - timedelta(
        days=1
    )
    moments = [begin - timedelta(seconds=1), begin, begin + timedelta(hours=60)]
    if claims.expires is not None:
        last = claims.expires
        end = datetime(last.year, last.month, last.day, 12, tzinfo=UTC) + timedelta(days=1)
        moments += [end - timedelta(seconds=1), end]
    return {f"{moment:%Y-%m-%dT%H:%M:%SZ}": claims.state_at(moment).value for moment in sorted(moments)}
