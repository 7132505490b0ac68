"""The license file: a JWT signed with EdDSA, for machines that can take a file or a picture.

It says more than a computer key can (names), but the same 40 bits of claims alone decide. It says nothing of
the customer, since the answer to a scanned code brings it, to whoever photographed that. The wizard fixes
algorithm, type, issuer and audience, and applies its own day rule to its own clock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.utils import base64url_encode

from keyferry.protocol.alphabet import SYMBOLS, write
from keyferry.protocol.claims import CLAIMS_SYMBOLS, Claims
from keyferry.protocol.computer_key import Binding
from keyferry.protocol.errors import LicenseFileRefused

TYPE = "keyferry-license+jwt"
ISSUER = "keyferry"
MAX_CHARACTERS = 8192

_ALGORITHM = "EdDSA"
_COMPACT = json.JSONEncoder(separators=(",", ":"))
_REQUIRED = ["iss", "aud", "jti", "iat", "computer_id", "activation_key_sha256", "claims"]
# The claims and the wizard's own day rule decide, not a library's check of `iat` and the like.
_CHECKS: Any = {
    "require": _REQUIRED,
    "strict_aud": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


@dataclass(frozen=True)
class LicenseFile:
    """What a license file says: `claims` decide, the rest is for people and for the application's screens."""

    activation_id: str
    issued_at: datetime
    claims: Claims
    computer_name: str | None = None
    features: tuple[str, ...] = ()


def issue_license_file(content: LicenseFile, binding: Binding, private_key: Ed25519PrivateKey) -> str:
    """Sign a license file under the epoch's private key for license files; a compact JWT of ASCII."""
    payload = {
        "iss": ISSUER,
        "aud": binding.product_code,
        "jti": content.activation_id,
        "iat": int(content.issued_at.timestamp()),
        "computer_id": binding.computer_id.text,
        "activation_key_sha256": binding.activation_key.digest.hex(),
        "claims": write(content.claims.symbols),
        "computer_name": content.computer_name,
        "features": list(content.features),
    }
    # The library reads license files; to write one it would take three times as long as the signature.
    signed = _header(binding.computer_id.epoch) + b"." + _encoded(payload)
    return (signed + b"." + base64url_encode(private_key.sign(signed))).decode("ascii")


@lru_cache
def _header(epoch: int) -> bytes:
    return _encoded({"alg": _ALGORITHM, "kid": str(epoch), "typ": TYPE})


def _encoded(part: dict[str, Any]) -> bytes:
    return base64url_encode(_COMPACT.encode(part).encode("ascii"))


def read_license_file(text: str, binding: Binding, public_key: Ed25519PublicKey) -> LicenseFile:
    """Verify a license file for one product, activation key and computer ID; raises LicenseFileRefused."""
    payload = _verified_payload(text.strip(), binding.product_code, public_key)
    _require_same(
        payload, "computer_id", binding.computer_id.text, "another computer, or an earlier activation"
    )
    _require_same(
        payload, "activation_key_sha256", binding.activation_key.digest.hex(), "another activation key"
    )
    try:
        return _content(payload)
    except (TypeError, ValueError, OverflowError, OSError):
        refused = LicenseFileRefused(
            "This license file has a format that this version can’t read. Update the application."
        )
    raise refused


def _verified_payload(text: str, product_code: str, public_key: Ed25519PublicKey) -> dict[str, Any]:
    if len(text) > MAX_CHARACTERS:
        raise LicenseFileRefused("This file is too large to be a license file. Choose the .lic file.")
    try:
        token = jwt.decode_complete(
            text, public_key, algorithms=[_ALGORITHM], issuer=ISSUER, audience=product_code, options=_CHECKS
        )
    except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
        refused = LicenseFileRefused(
            "This license file is for another product. Choose the file for this one."
        )
    except (jwt.PyJWTError, UnicodeError, RecursionError):
        refused = _altered()
    else:
        return _payload_of_a_license_file(token, text)
    # Not raised above, since the library's errors hold what they refuse and would come along as the context.
    raise refused


def _payload_of_a_license_file(token: dict[str, Any], text: str) -> dict[str, Any]:
    # The library ignores what does not belong in the base64 of a signature; only one form is right.
    if base64url_encode(token["signature"]) != text.rpartition(".")[2].encode("ascii"):
        raise _altered()
    if token["header"].get("typ") != TYPE:
        raise LicenseFileRefused("This file is signed, but it isn’t a license file. Choose the .lic file.")
    payload: dict[str, Any] = token["payload"]
    return payload


def _require_same(payload: dict[str, Any], name: str, expected: str, whose: str) -> None:
    # Nothing here is secret from whoever holds the file: its signature was verified before.
    if payload[name] != expected:
        raise LicenseFileRefused(
            "This license file is for {whose}. Download the one for the QR code shown now.", whose=whose
        )


def _content(payload: dict[str, Any]) -> LicenseFile:
    """Read a verified payload; raises TypeError, ValueError, OverflowError or OSError if it is odd."""
    features = payload.get("features", [])
    if type(payload["iat"]) is not int or not isinstance(features, list):
        raise TypeError("iat is a number, features are a list")
    return LicenseFile(
        activation_id=_text(payload["jti"]),
        issued_at=datetime.fromtimestamp(payload["iat"], UTC),
        claims=_claims(_text(payload["claims"])),
        computer_name=_text_or_none(payload.get("computer_name")),
        features=tuple(map(_text, features)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _claims(text: str) -> Claims:
    if len(text) != CLAIMS_SYMBOLS or not set(text) <= set(SYMBOLS):
        raise ValueError(f"claims are {CLAIMS_SYMBOLS} symbols")
    return Claims.from_symbols(tuple(map(SYMBOLS.index, text)))


def _altered() -> LicenseFileRefused:
    return LicenseFileRefused(
        "This isn’t a license file for this application, or it was changed. Download it again."
    )
