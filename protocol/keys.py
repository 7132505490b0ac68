"""One key for each purpose: every symmetric key of a product's epoch comes from its application secret.

An epoch is the life of one application secret. It is numbered 1 to 31; a computer ID names the epoch of the
wizard that made it, so that a rotated product still answers wizards in the field.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keyferry.protocol.alphabet import top_bits

APPLICATION_SECRET_BYTES = 32
FINGERPRINT_KEY_BYTES = 32
FINGERPRINT_BITS = 40
FIRST_EPOCH = 1
LAST_EPOCH = 31


@dataclass(frozen=True)
class EpochKeys:
    """The symmetric keys of one product and epoch, 32 bytes each; its repr hides them."""

    product_code: str
    epoch: int
    request_token: bytes = field(repr=False)
    activation_key_mask: bytes = field(repr=False)
    computer_id: bytes = field(repr=False)
    deactivation: bytes = field(repr=False)
    short_computer_key: bytes = field(repr=False)

    @classmethod
    def derive(cls, application_secret: bytes, *, product_code: str, epoch: int) -> EpochKeys:
        """Derive all keys of an epoch, 1 to 31, from its 32-byte application secret."""
        if len(application_secret) != APPLICATION_SECRET_BYTES:
            raise ValueError(f"an application secret has {APPLICATION_SECRET_BYTES} bytes")
        if not FIRST_EPOCH <= epoch <= LAST_EPOCH:
            raise ValueError(f"epochs are numbered from {FIRST_EPOCH} to {LAST_EPOCH}")

        def key(purpose: str) -> bytes:
            return derive_key(application_secret, purpose)

        return cls(
            product_code,
            epoch,
            request_token=key("request token"),
            activation_key_mask=key("activation key mask"),
            computer_id=key("computer id"),
            deactivation=key("deactivation"),
            short_computer_key=key("short computer key"),
        )


def derive_key(secret: bytes, purpose: str) -> bytes:
    """Return 32 bytes of HKDF-SHA256 without salt (RFC 5869) over the label `keyferry/1 <purpose>`."""
    label = f"keyferry/1 {purpose}".encode("ascii")
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=label).derive(secret)


def mac(key: bytes, label: str, *parts: bytes) -> bytes:
    """Return HMAC-SHA256 of a labeled message."""
    return hmac.digest(key, labeled(label, *parts), "sha256")


def labeled(label: str, *parts: bytes) -> bytes:
    """Return `keyferry/1 <label>`, a zero byte, and parts of which only the last may vary in length."""
    return b"".join((f"keyferry/1 {label}".encode("ascii"), b"\x00", *parts))


def product_digest(product_code: str) -> bytes:
    """Return the SHA-256 of a product code: how every message names its product in 32 bytes."""
    return hashlib.sha256(product_code.encode("utf-8")).digest()


def machine_fingerprint(fingerprint_key: bytes, machine_identifier: str) -> int:
    """Return the 40 bits that stand for a machine; two vendors, with two keys, cannot link them."""
    return top_bits(
        mac(fingerprint_key, "machine fingerprint", machine_identifier.encode("utf-8")), FINGERPRINT_BITS
    )
