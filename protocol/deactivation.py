"""The deactivation verification code: what a wizard shows once it gave a license up.

The wizard keeps a random secret r. Its strong code d = HMAC(deactivation key; r, activation key, F), 50 bits,
and the weak one e, which d leads to, open the commitment in the computer ID, which the server has from before
the activation. The server keeps no secret for it and cannot make it up.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import Symbols, grouped, to_symbols, top_bits
from keyferry.protocol.codes import Kind, encode, read
from keyferry.protocol.computer_id import COMMITMENT_BITS, ComputerId
from keyferry.protocol.errors import WrongDeactivationCode
from keyferry.protocol.keys import FINGERPRINT_BITS, EpochKeys, mac
from keyferry.protocol.openings import OPENING, OPENING_BITS, Level, Opening, commitment
from keyferry.protocol.typed import Correction

SECRET_BYTES = 16


@dataclass(frozen=True)
class DeactivationCode:
    """A deactivation verification code as its 10 symbols without the check group; its repr hides them."""

    symbols: Symbols = field(repr=False)
    corrections: tuple[Correction, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, opening: Opening) -> DeactivationCode:
        """Return the code that shows an opening; raises ValueError for one that only continues."""
        if opening.level is Level.CONTINUATION:
            raise ValueError("what only continues is no code")
        return cls(opening.symbols)

    @property
    def text(self) -> str:
        """The 15 characters in three groups."""
        return grouped(encode(Kind.DEACTIVATION_CODE, self.symbols))


def proof(keys: EpochKeys, *, secret: bytes, activation_key: ActivationKey, fingerprint: int) -> Opening:
    """Compute the strong opening of an activation from the wizard's 16-byte secret r."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"an activation's secret has {SECRET_BYTES} bytes")
    number = fingerprint.to_bytes(FINGERPRINT_BITS // 8, "big")
    digest = mac(keys.deactivation, "deactivation code", secret, bytes(activation_key.symbols), number)
    return Opening(Level.PROOF, to_symbols(top_bits(digest, OPENING_BITS), OPENING))


def read_deactivation_code(text: str, *, shifted: bool = True) -> DeactivationCode:
    """Read a typed code, repaired if its check group allows; raises MalformedCode. Verify the result.

    `shifted` as in `codes.read`.
    """
    reading = read(Kind.DEACTIVATION_CODE, text, vouched=True, shifted=shifted)
    return DeactivationCode(reading.content, reading.corrections)


def verify_deactivation_code(
    code: DeactivationCode, *, product_code: str, activation_key: ActivationKey, computer_id: ComputerId
) -> Level:
    """Open the commitment in a computer ID with a code, and tell how much the code says.

    Returns PROOF or CLAIM; raises WrongDeactivationCode. Runs the costly scrypt once or twice.
    """
    size = COMMITMENT_BITS // 8
    for level in (Level.PROOF, Level.CLAIM):
        opened = commitment(
            Opening(level, code.symbols),
            product_code=product_code,
            activation_key=activation_key,
            fingerprint=computer_id.fingerprint,
        )
        if hmac.compare_digest(opened.to_bytes(size, "big"), computer_id.commitment.to_bytes(size, "big")):
            return level
    raise WrongDeactivationCode(
        "This deactivation verification code doesn’t match this activation. Check that the code, the "
        "computer ID, and the activation key come from the same License Wizard, then type it again."
    )
