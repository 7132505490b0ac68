"""Vectors of request tokens and of deactivation."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

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
    PROOF,
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
from keyferry.protocol.computer_name import clean_computer_name, shortened_for_token
from keyferry.protocol.deactivation import DeactivationCode, proof
from keyferry.protocol.keys import EpochKeys
from keyferry.protocol.openings import Level, commitment, weaken
from keyferry.protocol.request_token import (
    MAX_PRODUCT_NUMBER,
    ActivationRequest,
    DeactivationRequest,
    scan_url,
    sign_request,
)

SERVER_URL = "https://lic.example.com"
ACTIVATE = ActivationRequest(PRODUCT_NUMBER, COMPUTER_ID, ACTIVATION_KEY, "LAB-PC-07")
DEACTIVATE = DeactivationRequest(PRODUCT_NUMBER, COMPUTER_ID, ACTIVATION_KEY, (PROOF,), "LAB-PC-07")
HOLDER: dict[str, Any] = {
    "product_code": PRODUCT_CODE,
    "activation_key": ACTIVATION_KEY,
    "fingerprint": FINGERPRINT,
}
EARLIER = proof(
    KEYS, secret=fixed_bytes("an earlier r", 16), activation_key=ACTIVATION_KEY, fingerprint=FINGERPRINT
)
CONTINUE = replace(ACTIVATE, openings=(weaken(EARLIER, Level.CONTINUATION, **HOLDER),))
OPERATIONS = {"A": "activate", "B": "continue", "D": "deactivate"}
MALFORMED, BAD_SIGNATURE, NEWER = "malformed_token", "bad_signature", "newer_version"
# What somebody else's wizard may have signed, and the name that the reader tells.
NAMES: dict[str, tuple[bytes, str | None]] = {
    "a name with a control character": (b"A\nB", None),
    "a name that turns the direction of writing": ("A\u202eB".encode(), None),
    "a name with a space before it": (b" LAB", "LAB"),
    "a name with a space after it": (b"LAB ", "LAB"),
    "a name that is not composed (NFC)": ("Bu\u0308ro".encode(), "Büro"),
    "a name that is no UTF-8": (b"\xff\xfe", None),
    "a name that is cut within a character": ("Bü".encode()[:-1], None),
    "a name of 30 bytes": (b"x" * 30, "x" * 30),
    "a name of a later Unicode version": ("\U0001fae9 PC".encode(), "\U0001fae9 PC"),
    "a name of spaces": (b"   ", None),
}


def request_tokens() -> Case:
    """Request tokens of every kind."""
    several = [
        ACTIVATE,
        DEACTIVATE,
        replace(ACTIVATE, computer_name=None),
        replace(DEACTIVATE, computer_name=None),
        replace(ACTIVATE, computer_name="Büro 3 – Ω"),
        replace(ACTIVATE, computer_name="x" * 24),
        replace(DEACTIVATE, product_number=MAX_PRODUCT_NUMBER),
        CONTINUE,
        replace(CONTINUE, openings=(*CONTINUE.openings, EARLIER)),
        replace(DEACTIVATE, codes=(weaken(PROOF, Level.CLAIM, **HOLDER), EARLIER)),
    ]
    weak = weaken(EARLIER, Level.CLAIM, **HOLDER)
    nameless = [
        replace(CONTINUE, openings=(*CONTINUE.openings, EARLIER, weak, *CONTINUE.openings)),
        replace(DEACTIVATE, codes=(PROOF, EARLIER, weak, PROOF, weak)),
    ]
    shortened = replace(ACTIVATE, computer_name="  a computer with a long näme ")
    return document(
        "Request tokens and the addresses in QR codes; a computer name is shortened to 24 bytes of UTF-8.",
        given={**GIVEN, "product_number": PRODUCT_NUMBER, "server_url": SERVER_URL},
        valid=[
            *map(_token_case, several),
            {**_token_case(shortened), "read_name": "a computer with a long n"},
            *({**_token_case(request), "read_name": None} for request in nameless),
            *_odd_names(),
        ],
        invalid=[*_broken_tokens(), *_odd_tokens()],
    )


_COMPUTER_NAMES = [
    *(
        "LAB-PC-07",
        "Büro 3 – Ω",
        "  LAB\t",
        "Bu\u0308ro",
        "研究室の計算機",
        "開発\u3000１号機",
        "工作站\u00a003",
    ),
    *(
        "👩\u200d💻",
        "ශ්\u200dරී-PC",
        "می\u200cخواهم",
        "❤\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0065\U000e007f",
        "🇩🇪",
    ),
    *("x" * 24, "x" * 25, "x" * 23 + "ü", "x" * 22 + "ü", "x" * 23 + " y", "x" * 40, "x" * 41, "x" * 400),
    *(
        "e\u0301" * 30,
        "x" * 20 + "👩\u200d💻",
        "x" * 39 + "q\u0323",
        "කි" * 20,
        "\U0001fae9",
        "\u3164",
        "",
        " \u3000",
    ),
]
_NO_NAMES = [
    *(
        "a\x00b",
        "a\x1b[31mb",
        "a\nb",
        "\x7f",
        "a\x85b",
        "a\u2028b",
        "a\u202eb",
        "a\u2066b",
        "a\u200eb",
        "a\u061cb",
    ),
    *(
        "a\u200bb",
        "a\ufeffb",
        "a\u00adb",
        "a\u2060b",
        "a\ufff9b",
        "a\ue000b",
        "a\U000f0000b",
        "a\ufffeb",
        "a\ufdd0b",
    ),
    *("\u200db", "a\u200d", "a\u200d b", "a \u200db", "a\u200d\u200db", "a\U000e0067b", "🏴\U000e0067"),
]


def computer_names() -> Case:
    """What is a computer's name, and what a QR code carries of it."""
    return document(
        "Computer names: as they are kept, in at most 40 characters, and as a token carries them.",
        given={},
        valid=[
            {"typed": name, "name": clean_computer_name(name), "in_token": shortened_for_token(name)}
            for name in _COMPUTER_NAMES
        ],
        invalid=[refused(_points(name), "malformed_computer_name", typed=name) for name in _NO_NAMES],
    )


def _points(text: str) -> str:
    return " ".join(f"U+{ord(character):04X}" for character in text)


def _token_case(request: ActivationRequest | DeactivationRequest, token: str = "") -> Case:
    token = token or sign_request(request, KEYS)
    openings = request.codes if isinstance(request, DeactivationRequest) else request.openings
    return {
        "operation": OPERATIONS[token[0]],
        "product_number": request.product_number,
        "computer_name": request.computer_name,
        "openings": [
            {"level": opening.level.value, "symbols": write(opening.symbols)} for opening in openings
        ],
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
    yield refused("the first character is missing", MALFORMED, token=token[1:])
    for kind in "CEZ":
        yield refused(f"a request of the kind {kind}", NEWER, token=f"{kind}{token[1:]}")
    yield refused("a longer request of another kind", NEWER, token=f"C{packed}{packed}.{signature}")
    yield refused("a shorter request of another kind", NEWER, token=f"C{packed[1:30]}.{signature}")
    yield refused("another kind, but cut short", MALFORMED, token=f"C{token[1:-1]}")
    longer_id = _signed(f"{packed[:5]}0{packed[6:]}")
    yield refused("a computer ID of epoch 0", NEWER, token=longer_id)
    yield from _broken_openings()
    yield refused("a character of the computer ID was changed", BAD_SIGNATURE, token=_changed(token, 10))
    yield refused("a character of the masked key was changed", BAD_SIGNATURE, token=_changed(token, 30))
    yield refused("a character of the name was changed", BAD_SIGNATURE, token=_changed(token, 50))
    yield refused(
        "a character of the signature was changed", BAD_SIGNATURE, token=_changed(token, len(token) - 1)
    )
    yield refused("the operation was changed", BAD_SIGNATURE, token=f"A{release[1:]}")
    yield refused("made with another secret", BAD_SIGNATURE, token=sign_request(ACTIVATE, other))


def _broken_openings() -> Iterator[Case]:
    """Tokens of kind B and D whose signature is right, and whose openings have another form."""
    continuing, block = sign_request(CONTINUE, KEYS)[:45], sign_request(CONTINUE, KEYS)[45:56]
    releasing = sign_request(DEACTIVATE, KEYS)[:45]
    odd = {
        "a continuation without an opening": continuing,
        "an opening that is cut short": f"{continuing}{block[:-1]}",
        "an opening of level 3": f"{continuing}3{block[1:]}",
        "an opening with a further flag": f"{continuing}8{block[1:]}",
        "an opening that promises another one": f"{continuing}4{block[1:]}",
        "five openings": continuing + f"4{block[1:]}" * 4 + f"0{block[1:]}",
        "a deactivation without its code": releasing,
        "a deactivation with what only continues": f"{releasing}0{block[1:]}",
        "six codes": releasing + f"6{block[1:]}" * 5 + f"2{block[1:]}",
    }
    for because, packed in odd.items():
        yield refused(because, MALFORMED, token=_signed(packed))


def _odd_names() -> Iterator[Case]:
    """Tokens whose signature is right: none is refused for its name."""
    head = sign_request(replace(ACTIVATE, computer_name=None), KEYS).partition(".")[0]
    for because, (name, read_name) in NAMES.items():
        count = -(-8 * len(name) // 5)
        symbols = to_symbols(int.from_bytes(name, "big") << (5 * count - 8 * len(name)), count)
        yield _odd_name(because, head + write(symbols), read_name)
    yield _odd_name("spare bits that are not zero", head + "9H4", None)
    yield _odd_name("a symbol alone, which is no byte", head + "0", None)


def _odd_name(because: str, packed: str, read_name: str | None) -> Case:
    return {"because": because, **_token_case(ACTIVATE, _signed(packed)), "read_name": read_name}


def _odd_tokens() -> Iterator[Case]:
    """Tokens whose signature is right, made by somebody who took the application apart."""
    newer = ActivationKey((2, *ACTIVATION_KEY.symbols[1:]))
    yield refused(
        "an activation key of format 2",
        NEWER,
        token=sign_request(replace(ACTIVATE, activation_key=newer), KEYS),
    )


def _changed(token: str, place: int) -> str:
    return token[:place] + ("0" if token[place] != "0" else "1") + token[place + 1 :]


def _signed(packed: str) -> str:
    label = {"A": "activation", "B": "continuation", "D": "deactivation"}[packed[0]]
    key = hmac.digest(KEYS.request_token, f"keyferry/1 {label} request".encode("ascii"), "sha256")
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
        valid=[*valid, *map(_typed_case, _typed_codes()), _weak_case()],
        invalid=_wrong_codes(),
    )


def _code_case(secret: bytes, fingerprint: int) -> Case:
    holder = HOLDER | {"fingerprint": fingerprint}
    strong = proof(KEYS, secret=secret, activation_key=ACTIVATION_KEY, fingerprint=fingerprint)
    weak, continuing = (weaken(strong, level, **holder) for level in (Level.CLAIM, Level.CONTINUATION))
    committed, text = commitment(strong, **holder), DeactivationCode.of(strong).text
    computer_id = ComputerId.make(KEYS, ACTIVATION_KEY, fingerprint=fingerprint, commitment=committed)
    return {
        "r": secret.hex(),
        "fingerprint": f"{fingerprint:010x}",
        "commitment": f"{committed:010x}",
        "computer_id": computer_id.text,
        "weak_code": DeactivationCode.of(weak).text,
        "continuation": write(continuing.symbols),
        "typed": text,
        "text": text,
        "level": Level.PROOF.value,
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
    return {"computer_id": COMPUTER_ID.text, "typed": typed, "text": CODE.text, "level": Level.PROOF.value}


def _weak_case() -> Case:
    text = DeactivationCode.of(weaken(PROOF, Level.CLAIM, **HOLDER)).text
    return {"computer_id": COMPUTER_ID.text, "typed": text, "text": text, "level": Level.CLAIM.value}


def _wrong_codes() -> Iterator[Case]:
    wrong_code, malformed = "wrong_deactivation_code", Kind.DEACTIVATION_CODE.malformed
    text, here = CODE.text, COMPUTER_ID.text
    changed = grouped(encode(Kind.DEACTIVATION_CODE, (*CODE.symbols[:-1], CODE.symbols[-1] ^ 1)))
    of_other_key = DeactivationCode.of(
        proof(KEYS, secret=SECRET, activation_key=OTHER_ACTIVATION_KEY, fingerprint=FINGERPRINT)
    )
    continuing = weaken(PROOF, Level.CONTINUATION, **HOLDER)
    yield refused(
        "what only continues",
        wrong_code,
        typed=grouped(encode(Kind.DEACTIVATION_CODE, continuing.symbols)),
        computer_id=here,
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
