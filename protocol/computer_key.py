"""The computer key: what a person types back into the wizard, and the only thing that activates a machine.

Both styles sign one message: label, 0x00, SHA-256 of the product code, activation key, computer ID (which
names the epoch), scheme, claims, a reserved zero; one byte a symbol, all lengths fixed.

`short`   30 characters: scheme, claims, 80 bits of HMAC-SHA256, check group. The application holds the
          secret.
`signed`  120 characters in four rows of 28 + 2 check symbols: scheme, claims, an Ed25519 signature, three
          zero bits. The application holds the public key, and nothing that makes keys.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import Symbols, grouped, to_int, to_symbols, top_bits
from keyferry.protocol.claims import CLAIMS_SYMBOLS, Claims
from keyferry.protocol.codes import Kind, encode
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.keys import labeled, mac, product_digest
from keyferry.protocol.reed_solomon import check_symbols
from keyferry.protocol.typed import Correction

ROWS = 4
ROW_CONTENT = 28
ROW_CHECK = 2
ROW = ROW_CONTENT + ROW_CHECK
SIGNED_LENGTH = ROWS * ROW

_TAG_BITS = 80
_SIGNED_LABEL = "signed computer key"
_SIGNATURE_BYTES = 64
_RESERVED_BITS = 3
_RESERVED = b"\x00"
_SCHEME_SHORT = 1
_SCHEME_SIGNED = 2
SCHEMES = frozenset((_SCHEME_SHORT, _SCHEME_SIGNED))
"""The schemes that are known here; each of the other thirty is for a later version."""


class Style(StrEnum):
    """How the keys of a product are made; chosen with the product, fixed by the wizard's profile."""

    SHORT = "short"
    SIGNED = "signed"


@dataclass(frozen=True)
class Binding:
    """What a computer key is good for: one product, one activation key, one computer ID."""

    product_code: str
    activation_key: ActivationKey
    computer_id: ComputerId


@dataclass(frozen=True)
class ComputerKey:
    """A verified computer key: its canonical text, its claims, and which characters were read differently."""

    text: str = field(repr=False)
    claims: Claims
    corrections: tuple[Correction, ...] = ()


def issue_short(binding: Binding, claims: Claims, key: bytes) -> str:
    """Make a 30-character key under the epoch's 32-byte key for short computer keys."""
    head = (_SCHEME_SHORT, *claims.symbols)
    return grouped(encode(Kind.COMPUTER_KEY, head + _tag(binding, head, key)))


def issue_signed(binding: Binding, claims: Claims, private_key: Ed25519PrivateKey) -> str:
    """Make a 120-character key under the epoch's private key for typed keys."""
    head = (_SCHEME_SIGNED, *claims.symbols)
    signature = private_key.sign(labeled(_SIGNED_LABEL, *_message(binding, head)))
    rest = int.from_bytes(signature, "big") << _RESERVED_BITS
    return grouped(encode_rows(head + to_symbols(rest, (8 * _SIGNATURE_BYTES + _RESERVED_BITS) // 5)))


def encode_rows(content: Symbols) -> Symbols:
    """Append each row's two check symbols to the 112 symbols of a signed key."""
    rows = (content[start : start + ROW_CONTENT] for start in range(0, len(content), ROW_CONTENT))
    return tuple(symbol for row in rows for symbol in (*row, *check_symbols(row, ROW_CHECK)))


def verify_short(content: Symbols, binding: Binding, key: bytes) -> Claims | None:
    """Return the claims of a key's 25 content symbols, or None if the tag does not fit."""
    head, tag = content[: 1 + CLAIMS_SYMBOLS], content[1 + CLAIMS_SYMBOLS :]
    # The cheap test first: a repair asks about hundreds of candidates, and most fail here.
    if head[0] != _SCHEME_SHORT or not hmac.compare_digest(bytes(tag), bytes(_tag(binding, head, key))):
        return None
    return Claims.from_symbols(head[1:])


def verify_signed(content: Symbols, binding: Binding, public_key: Ed25519PublicKey) -> Claims | None:
    """Return the claims of a key's 112 content symbols, or None if the signature does not fit."""
    head, rest = content[: 1 + CLAIMS_SYMBOLS], to_int(content[1 + CLAIMS_SYMBOLS :])
    if head[0] != _SCHEME_SIGNED or rest & (2**_RESERVED_BITS - 1):
        return None
    try:
        signature = (rest >> _RESERVED_BITS).to_bytes(_SIGNATURE_BYTES, "big")
        public_key.verify(signature, labeled(_SIGNED_LABEL, *_message(binding, head)))
    except InvalidSignature:
        return None
    return Claims.from_symbols(head[1:])


def _tag(binding: Binding, head: Symbols, key: bytes) -> Symbols:
    digest = mac(key, "short computer key", *_message(binding, head))
    return to_symbols(top_bits(digest, _TAG_BITS), _TAG_BITS // 5)


def _message(binding: Binding, head: Symbols) -> tuple[bytes, ...]:
    return (
        product_digest(binding.product_code),
        bytes(binding.activation_key.symbols),
        bytes(binding.computer_id.symbols),
        bytes(head),
        _RESERVED,
    )
