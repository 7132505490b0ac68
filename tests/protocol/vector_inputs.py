"""The fixed inputs of the test vectors, and how the cases of one file are put together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import GROUP, SYMBOLS
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.computer_key import Binding
from keyferry.protocol.deactivation import DeactivationCode, proof
from keyferry.protocol.keys import EpochKeys, machine_fingerprint
from keyferry.protocol.openings import commitment

Case = dict[str, Any]

PRODUCT_CODE = "demo-cad"
PRODUCT_NUMBER = 4711
EPOCH = 2


def fixed_bytes(label: str, size: int = 32) -> bytes:
    """Return bytes that look random: the first of SHA-256 of `keyferry vectors <label>`."""
    return sha256(f"keyferry vectors {label}".encode()).digest()[:size]


APPLICATION_SECRET = fixed_bytes("application secret")
FINGERPRINT_KEY = fixed_bytes("fingerprint key")
MACHINE = "4c4c4544-0042-3510-8052-b4c04f4d4e31"
SECRET = fixed_bytes("r", 16)
TYPED_KEY = Ed25519PrivateKey.from_private_bytes(fixed_bytes("typed key"))
# What bytes are made from stays as it was: the vectors are in the field.
LICENSE_FILE_KEY = Ed25519PrivateKey.from_private_bytes(fixed_bytes("licence file key"))

KEYS = EpochKeys.derive(APPLICATION_SECRET, product_code=PRODUCT_CODE, epoch=EPOCH)
ACTIVATION_KEY = ActivationKey.generate(fixed_bytes("activation key", 12))
OTHER_ACTIVATION_KEY = ActivationKey.generate(fixed_bytes("other activation key", 12))
FINGERPRINT = machine_fingerprint(FINGERPRINT_KEY, MACHINE)
PROOF = proof(KEYS, secret=SECRET, activation_key=ACTIVATION_KEY, fingerprint=FINGERPRINT)
CODE = DeactivationCode.of(PROOF)
CLAIMS = Claims(issued=date(2026, 11, 24), expires=date(2027, 11, 23), features=0b0000000101)


def computer_id(secret: bytes = SECRET, fingerprint: int = FINGERPRINT) -> ComputerId:
    """Return the computer ID of one activation on one machine."""
    opening = proof(KEYS, secret=secret, activation_key=ACTIVATION_KEY, fingerprint=fingerprint)
    committed = commitment(
        opening, product_code=PRODUCT_CODE, activation_key=ACTIVATION_KEY, fingerprint=fingerprint
    )
    return ComputerId.make(KEYS, ACTIVATION_KEY, fingerprint=fingerprint, commitment=committed)


COMPUTER_ID = computer_id()
EARLIER_COMPUTER_ID = computer_id(secret=fixed_bytes("an earlier r", 16))
OTHER_COMPUTER_ID = computer_id(fingerprint=machine_fingerprint(FINGERPRINT_KEY, "another machine"))
BINDING = Binding(PRODUCT_CODE, ACTIVATION_KEY, COMPUTER_ID)

# All that the symmetric cases need; in the order in which it is used.
GIVEN: Case = {
    "product_code": PRODUCT_CODE,
    "epoch": EPOCH,
    "application_secret": APPLICATION_SECRET.hex(),
    "activation_key": ACTIVATION_KEY.text,
    "computer_id": COMPUTER_ID.text,
}


def document(about: str, *, given: Case, valid: Iterable[Case], invalid: Iterable[Case]) -> Case:
    """Return the content of one file."""
    return {
        "format": "keyferry-vectors/1",
        "about": about,
        "given": given,
        "valid": list(valid),
        "invalid": list(invalid),
    }


def refused(because: str, error: str, **inputs: Any) -> Case:
    """Return an invalid case: its inputs, its error code, and why."""
    return {"because": because, **inputs, "error": error}


def bare(text: str) -> str:
    """Return a code without its dashes."""
    return text.replace("-", "")


def dashed(text: str) -> str:
    """Return a code in groups of five."""
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def wrong(text: str, *places: int) -> str:
    """Replace the characters at these places (from 0, dashes not counted) by others, always the same."""
    letters = list(bare(text))
    for place in places:
        letters[place] = SYMBOLS[(SYMBOLS.index(letters[place]) + 11 + place) % 32]
    return dashed("".join(letters))


def unreadable(text: str, *places: int) -> str:
    """Replace the characters at these places by question marks."""
    return dashed("".join("?" if place in places else letter for place, letter in enumerate(bare(text))))


def missing(text: str, *places: int) -> str:
    """Leave the characters at these places out, within their groups."""
    letters = ("" if place in places else letter for place, letter in enumerate(bare(text)))
    return grouped_as(text, letters)


def surplus(text: str, *places: int) -> str:
    """Put another character before those at these places, within their groups."""
    letters = list(bare(text))
    for place in places:
        letters[place] = SYMBOLS[(SYMBOLS.index(letters[place]) + 11) % 32] + letters[place]
    return grouped_as(text, letters)


def grouped_as(text: str, letters: Iterable[str]) -> str:
    """Join one piece for each character in the groups of `text`."""
    pieces = list(letters)
    return "-".join("".join(pieces[start : start + GROUP]) for start in range(0, len(bare(text)), GROUP))


def swapped(text: str, place: int) -> str:
    """Transpose a character with the next one."""
    letters = bare(text)
    return dashed(letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :])


def claims_case(claims: Claims) -> Case:
    """Return claims as a case writes them."""
    return {
        "issued": claims.issued.isoformat(),
        "expires": claims.expires.isoformat() if claims.expires else None,
        "features": claims.features,
    }
