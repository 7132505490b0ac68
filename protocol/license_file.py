"""The license file: a JWT signed with Ed25519, for machines that can take a file or a picture.

It says more than a computer key can (names), but the same 40 bits of claims alone decide. It says nothing of
the customer, since the answer to a scanned code brings it, to whoever photographed that. The reader fixes
algorithm, type, issuer and audience, and applies its own day rule to its own clock. It refuses what it has to
understand and does not, so that a restriction of a later version is never passed over.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from keyferry.protocol.alphabet import SYMBOLS, write
from keyferry.protocol.claims import CLAIMS_SYMBOLS, Claims
from keyferry.protocol.computer_key import Binding
from keyferry.protocol.errors import LicenseFileRefused, NewerVersion
from keyferry.protocol.license_text import canonical_text

TYPE = "keyferry-license+jwt"
ISSUER = "keyferry"

_ALGORITHM = "EdDSA"
# RFC 9864 gives the same signature a name of its own.
_ALGORITHMS = (_ALGORITHM, "Ed25519")
_NEWER_TYPE = re.compile(r"keyferry-license-[0-9]+\+jwt")
_COMPACT = json.JSONEncoder(separators=(",", ":"))
_REQUIRED = ("iss", "aud", "jti", "iat", "computer_id", "activation_key_sha256", "claims")
_KNOWN = frozenset((*_REQUIRED, "computer_name", "features"))

Said: TypeAlias = tuple[Any, Any, Any, Any, Any]
"""What differs between the license files of one computer ID: activation, time, claims, name, and features."""


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
    said: Said = (
        content.activation_id,
        int(content.issued_at.timestamp()),
        write(content.claims.symbols),
        content.computer_name,
        list(content.features),
    )
    signed = signed_part(said, binding, binding.computer_id.epoch)
    return with_signature(signed, private_key.sign(signed.encode("ascii")))


def signed_part(said: Said, binding: Binding, epoch: int) -> str:
    """Return the header and the payload of a license file for one computer ID: what is signed."""
    activation_id, issued_at, claims, computer_name, features = said
    payload = {
        "iss": ISSUER,
        "aud": binding.product_code,
        "jti": activation_id,
        "iat": issued_at,
        "computer_id": binding.computer_id.text,
        "activation_key_sha256": binding.activation_key.digest.hex(),
        "claims": claims,
        "computer_name": computer_name,
        "features": features,
    }
    return f"{_header(epoch)}.{_encoded(payload)}"


def with_signature(signed: str, signature: bytes) -> str:
    """Return the whole license file."""
    return f"{signed}.{_base64url(signature)}"


@lru_cache
def _header(epoch: int) -> str:
    return _encoded({"alg": _ALGORITHM, "kid": str(epoch), "typ": TYPE})


def _encoded(part: dict[str, Any]) -> str:
    return _base64url(_COMPACT.encode(part).encode("ascii"))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def read_license_file(text: str, binding: Binding, public_key: Ed25519PublicKey) -> LicenseFile:
    """Verify a license file for one product, activation key and computer ID.

    Raises LicenseFileRefused, or NewerVersion.
    """
    payload = _verified_payload(canonical_text(text), public_key)
    if payload["iss"] != ISSUER or payload["aud"] != binding.product_code:
        raise LicenseFileRefused("This license file is for another product. Choose the file for this one.")
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


def _verified_payload(text: str, public_key: Ed25519PublicKey) -> dict[str, Any]:
    """Return the payload of a compact JWT, once its header is known and its signature verified."""
    signed, _, signature = text.rpartition(".")
    header, _, body = signed.partition(".")
    _require_known_header(_object(header))
    try:
        public_key.verify(_decoded(signature), signed.encode("ascii"))
    except InvalidSignature:
        refused = _altered()
    else:
        payload = _object(body)
        _require_known_names(payload)
        return payload
    # Not raised above: no error of a library, which may hold what it refuses, comes along as the context.
    raise refused


def _require_known_header(header: dict[str, Any]) -> None:
    # An extension that has to be understood is refused whichever it is: no version knows one yet.
    if "crit" in header or _NEWER_TYPE.fullmatch(str(header.get("typ"))):
        raise _newer()
    if header.get("typ") != TYPE:
        raise LicenseFileRefused("This file is signed, but it isn’t a license file. Choose the .lic file.")
    if header.get("alg") not in _ALGORITHMS or "b64" in header or not isinstance(header.get("kid", ""), str):
        raise _altered()


def _require_known_names(payload: dict[str, Any]) -> None:
    """Refuse a payload without its names, or with one that has to be understood and is not."""
    if not payload.keys() >= set(_REQUIRED):
        raise _altered()
    if "crit" not in payload:
        return
    critical = payload["crit"]
    if not isinstance(critical, list) or not critical or not all(isinstance(name, str) for name in critical):
        raise _altered()
    if not _KNOWN.issuperset(critical):
        raise _newer()
    if not payload.keys() >= set(critical):
        raise _altered()


def _object(part: str) -> dict[str, Any]:
    """Return the JSON object in a part of a JWT; raises LicenseFileRefused for anything else."""
    try:
        value = json.loads(
            _decoded(part).decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _altered()
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of a name that stands twice, two readers might take one value each.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _decoded(part: str) -> bytes:
    """Return the bytes of base64url in its one form; raises LicenseFileRefused for any other."""
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        data = b""
    if _base64url(data) != part:
        raise _altered()
    return data


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


def _newer() -> NewerVersion:
    return NewerVersion(
        "This license file is for a newer version of the application. Install that version, then use the "
        "file again."
    )
