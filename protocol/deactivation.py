"""The deactivation verification code: proof that a wizard gave a license up.

The wizard keeps a random secret r. Its code d = HMAC(deactivation key; r, activation key, F), 50 bits; the
computer ID carries the commitment c = scrypt(d), 40 bits, from before the activation. Showing d later opens
c. The server keeps no secret for it and cannot make it up.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import Symbols, grouped, to_symbols, top_bits
from keyferry.protocol.codes import Kind, encode, read
from keyferry.protocol.computer_id import COMMITMENT_BITS, ComputerId
from keyferry.protocol.errors import WrongDeactivationCode
from keyferry.protocol.keys import FINGERPRINT_BITS, EpochKeys, labeled, mac, product_digest
from keyferry.protocol.typed import Correction

SECRET_BYTES = 16

_CODE_BITS = 50

COMMITMENT_COST = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**25, "dklen": 32}
"""What scrypt takes for a commitment. A part of the protocol: another cost is another commitment."""


@dataclass(frozen=True)
class DeactivationCode:
    """A deactivation verification code as its 10 symbols without the check group; its repr hides them."""

    symbols: Symbols = field(repr=False)
    corrections: tuple[Correction, ...] = field(default=(), compare=False)

    @property
    def text(self) -> str:
        """The 15 characters in three groups."""
        return grouped(encode(Kind.DEACTIVATION_CODE, self.symbols))


def deactivation_code(
    keys: EpochKeys, *, secret: bytes, activation_key: ActivationKey, fingerprint: int
) -> DeactivationCode:
    """Compute the code of an activation from the wizard's 16-byte secret r."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"an activation's secret has {SECRET_BYTES} bytes")
    parts = (secret, bytes(activation_key.symbols), _fingerprint_bytes(fingerprint))
    digest = mac(keys.deactivation, "deactivation code", *parts)
    return DeactivationCode(to_symbols(top_bits(digest, _CODE_BITS), _CODE_BITS // 5))


def commitment(
    code: DeactivationCode, *, product_code: str, activation_key: ActivationKey, fingerprint: int
) -> int:
    """Return the 40 bits of scrypt that commit to a code; some 40 ms and 16 MiB, to slow guessing."""
    product, key = product_digest(product_code), bytes(activation_key.symbols)
    salt = labeled("deactivation commitment", product, key, _fingerprint_bytes(fingerprint))
    digest = hashlib.scrypt(bytes(code.symbols), salt=salt, **COMMITMENT_COST)
    return top_bits(digest, COMMITMENT_BITS)


def read_deactivation_code(text: str, *, shifted: bool = True) -> DeactivationCode:
    """Read a typed code, repaired if its check group allows; raises MalformedCode. Verify the result.

    `shifted` as in `codes.read`.
    """
    reading = read(Kind.DEACTIVATION_CODE, text, vouched=True, shifted=shifted)
    return DeactivationCode(reading.content, reading.corrections)


def verify_deactivation_code(
    code: DeactivationCode, *, product_code: str, activation_key: ActivationKey, computer_id: ComputerId
) -> None:
    """Open the commitment in a computer ID with a code; raises WrongDeactivationCode. Runs scrypt once."""
    opened = commitment(
        code, product_code=product_code, activation_key=activation_key, fingerprint=computer_id.fingerprint
    )
    size = COMMITMENT_BITS // 8
    if not hmac.compare_digest(opened.to_bytes(size, "big"), computer_id.commitment.to_bytes(size, "big")):
        raise WrongDeactivationCode(
            "This deactivation verification code doesn’t match this activation. Check that the code, the "
            "computer ID, and the activation key come from the same License Wizard, then type it again."
        )


def _fingerprint_bytes(fingerprint: int) -> bytes:
    return fingerprint.to_bytes(FINGERPRINT_BITS // 8, "big")
