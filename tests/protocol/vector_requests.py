"""Vectors of request tokens and of deactivation."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import replace

from vector_inputs import (
    ACTIVATION_KEY,
    CODE,
    COMPUTER_ID,
    EARLIER_COMPUTER_ID,
    FINGERPRINT,
    GIVEN,
    KEYS,
    OTHER_ACTIVATION_KEY,
    OTHER_COMPUTER_ID,
    PRODUCT_CODE,
    PRODUCT_NUMBER,
    SECRET,
    Case,
    bare,
    document,
    fixed_bytes,
    missing,
    refused,
    surplus,
    unreadable,
    wrong,
)

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import grouped, to_symbols, write
from keyferry.protocol.codes import Kind, encode
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.deactivation import commitment, deactivation_code
from keyferry.protocol.keys import EpochKeys
from keyferry.protocol.request_token import (
    MAX_PRODUCT_NUMBER,
    ActivationRequest,
    DeactivationRequest,
    scan_url,
    sign_request,
)

SERVER_URL = "https://lic.example.com"
ACTIVATE = ActivationRequest(PRODUCT_NUMBER, COMPUTER_ID, ACTIVATION_KEY, "LAB-PC-07")
DEACTIVATE = DeactivationRequest(PRODUCT_NUMBER, COMPUTER_ID, ACTIVATION_KEY, CODE, "LAB-PC-07")
MALFORMED, BAD_SIGNATURE = "malformed_token", "bad_signature"
NAMES = {
    "a name with a control character": b"A\nB",
    "a name that turns the direction of writing": "A\u202eB".encode(),
    "a name with a space before it": b" LAB",
    "a name with a space after it": b"LAB ",
    "a name that is not composed (NFC)": "Bu\u0308ro".encode(),
    "a name that is no UTF-8": b"\xff\xfe",
    "a name that is cut within a character": "Bü".encode()[:-1],
    "a name of 25 bytes": b"x" * 25,
}


def request_tokens() -> Case:
    """Request tokens of both operations."""
    several = [
        ACTIVATE,
        DEACTIVATE,
        replace(ACTIVATE, computer_name=None),
        replace(DEACTIVATE, computer_name=None),
        replace(ACTIVATE, computer_name="Büro 3 – Ω"),
        replace(ACTIVATE, computer_name="x" * 24),
        replace(DEACTIVATE, product_number=MAX_PRODUCT_NUMBER),
    ]
    shortened = replace(ACTIVATE, computer_name="  a computer with a long näme ")
    return document(
        "Request tokens and the addresses in QR codes; a computer name is shortened to 24 bytes of UTF-8.",
        given={**GIVEN, "product_number": PRODUCT_NUMBER, "server_url": SERVER_URL},
        valid=[
            *map(_token_case, several),
            {**_token_case(shortened), "read_name": "a computer with a long n"},
        ],
        invalid=[*_broken_tokens(), *_odd_tokens()],
    )


def _token_case(request: ActivationRequest | DeactivationRequest) -> Case:
    token = sign_request(request, KEYS)
    return {
        "operation": "deactivate" if isinstance(request, DeactivationRequest) else "activate",
        "product_number": request.product_number,
        "computer_name": request.computer_name,
        "deactivation_code": request.code.text if isinstance(request, DeactivationRequest) else None,
        "token": token,
        "url": scan_url(SERVER_URL, token),
    }


def _broken_tokens() -> Iterator[Case]:
    token, release = sign_request(ACTIVATE, KEYS), sign_request(DEACTIVATE, KEYS)
    packed, _, signature = token.partition(".")
    other = EpochKeys.derive(fixed_bytes("another secret"), product_code=PRODUCT_CODE, epoch=2)
    yield refused("nothing", MALFORMED, token="")
    yield refused("lower case", MALFORMED, token=token.lower())
    yield refused("the last character is missing", MALFORMED, token=token[:-1])
    yield refused("a character too many", MALFORMED, token=token + "0")
    yield refused("no signature", MALFORMED, token=packed)
    yield refused("a space", MALFORMED, token=f" {token}")
    yield refused("two dots", MALFORMED, token=f"{packed}..{signature}")
    yield refused("a look-alike, which people may type but no token holds", MALFORMED, token=f"AO{token[2:]}")
    yield refused("a character that is no symbol", MALFORMED, token=f"A?{token[2:]}")
    yield refused("the operation of a newer wizard", MALFORMED, token=f"B{token[1:]}")
    yield refused("a deactivation without its code", MALFORMED, token=f"D{_signed(packed[1:45])}")
    yield refused("a character of the computer ID was changed", BAD_SIGNATURE, token=_changed(token, 10))
    yield refused("a character of the masked key was changed", BAD_SIGNATURE, token=_changed(token, 30))
    yield refused("a character of the name was changed", BAD_SIGNATURE, token=_changed(token, 50))
    yield refused(
        "a character of the signature was changed", BAD_SIGNATURE, token=_changed(token, len(token) - 1)
    )
    yield refused("the operation was changed", BAD_SIGNATURE, token=f"A{release[1:]}")
    yield refused("made with another secret", BAD_SIGNATURE, token=sign_request(ACTIVATE, other))


def _odd_tokens() -> Iterator[Case]:
    """Tokens whose signature is right, made by somebody who took the application apart."""
    head = sign_request(replace(ACTIVATE, computer_name=None), KEYS).partition(".")[0]
    for because, name in NAMES.items():
        count = -(-8 * len(name) // 5)
        symbols = to_symbols(int.from_bytes(name, "big") << (5 * count - 8 * len(name)), count)
        yield refused(because, MALFORMED, token=_signed(head + write(symbols)))
    yield refused("spare bits that are not zero", MALFORMED, token=_signed(head + "9H4"))
    yield refused("a symbol alone, which is no byte", MALFORMED, token=_signed(head + "0"))
    newer = ActivationKey((2, *ACTIVATION_KEY.symbols[1:]))
    yield refused(
        "an activation key of format 2",
        Kind.ACTIVATION_KEY.malformed,
        token=sign_request(replace(ACTIVATE, activation_key=newer), KEYS),
    )


def _changed(token: str, place: int) -> str:
    return token[:place] + ("0" if token[place] != "0" else "1") + token[place + 1 :]


def _signed(packed: str) -> str:
    key = hmac.digest(KEYS.request_token, b"keyferry/1 activation request", "sha256")
    digest = hmac.digest(key, packed.encode("ascii"), "sha256")
    return f"{packed}.{write(to_symbols(int.from_bytes(digest, 'big') >> 156, 20))}"


def deactivation_codes() -> Case:
    """Deactivation verification codes and the commitments to them."""
    valid = [
        _code_case(secret, fingerprint)
        for secret, fingerprint in [(SECRET, FINGERPRINT), (bytes(16), 0), (b"\xff" * 16, 2**40 - 1)]
    ]
    return document(
        "Deactivation codes: made of r, opened against the commitment in a computer ID, mistyped.",
        given=GIVEN,
        valid=[*valid, *map(_typed_case, _typed_codes())],
        invalid=_wrong_codes(),
    )


def _code_case(secret: bytes, fingerprint: int) -> Case:
    code = deactivation_code(KEYS, secret=secret, activation_key=ACTIVATION_KEY, fingerprint=fingerprint)
    committed = commitment(
        code, product_code=PRODUCT_CODE, activation_key=ACTIVATION_KEY, fingerprint=fingerprint
    )
    computer_id = ComputerId.make(KEYS, ACTIVATION_KEY, fingerprint=fingerprint, commitment=committed)
    return {
        "r": secret.hex(),
        "fingerprint": f"{fingerprint:010x}",
        "commitment": f"{committed:010x}",
        "computer_id": computer_id.text,
        "typed": code.text,
        "text": code.text,
    }


def _typed_codes() -> list[str]:
    text = CODE.text
    return [
        bare(text).lower(),
        wrong(text, 1, 13),
        unreadable(text, 5, 6, 7, 8, 9),
        missing(text, 6),
        bare(surplus(text, 6)),
    ]


def _typed_case(typed: str) -> Case:
    return {"computer_id": COMPUTER_ID.text, "typed": typed, "text": CODE.text}


def _wrong_codes() -> Iterator[Case]:
    wrong_code, malformed = "wrong_deactivation_code", Kind.DEACTIVATION_CODE.malformed
    text, here = CODE.text, COMPUTER_ID.text
    changed = grouped(encode(Kind.DEACTIVATION_CODE, (*CODE.symbols[:-1], CODE.symbols[-1] ^ 1)))
    of_other_key = deactivation_code(
        KEYS, secret=SECRET, activation_key=OTHER_ACTIVATION_KEY, fingerprint=FINGERPRINT
    )
    yield refused("of another machine", wrong_code, typed=text, computer_id=OTHER_COMPUTER_ID.text)
    yield refused("of an earlier activation", wrong_code, typed=text, computer_id=EARLIER_COMPUTER_ID.text)
    yield refused("of another activation key", wrong_code, typed=of_other_key.text, computer_id=here)
    yield refused(
        "one bit was changed, and the check group made anew", wrong_code, typed=changed, computer_id=here
    )
    yield refused("three wrong characters", malformed, typed=wrong(text, 0, 6, 12), computer_id=here)
    yield refused("this is a computer ID", malformed, typed=here, computer_id=here)
    yield refused("nothing was typed", malformed, typed="", computer_id=here)
