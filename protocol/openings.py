"""What opens the commitment in a computer ID: a chain of values, each leading to the next and never back.

A wizard's random secret r gives d; e = scrypt(d), π = scrypt(e), and the commitment c = scrypt(π). Who shows
d proves that the license was given up, e claims it, and π only says that a request continues an earlier one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import IntEnum

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import Symbols, to_symbols, top_bits
from keyferry.protocol.computer_id import COMMITMENT_BITS
from keyferry.protocol.keys import FINGERPRINT_BITS, labeled, product_digest

OPENING_BITS = 50
OPENING = OPENING_BITS // 5

STEP_COST = {"n": 2**10, "r": 8, "p": 1, "maxmem": 2**25, "dklen": 32}
"""What scrypt takes from one opening to the next. A part of the protocol, as is the next one."""

COMMITMENT_COST = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**25, "dklen": 32}
"""What scrypt takes from the last opening to the commitment."""


class Level(IntEnum):
    """How much an opening says; each leads to those below it."""

    CONTINUATION = 0
    """π: a request continues an earlier computer ID. It frees nothing."""

    CLAIM = 1
    """e, the weak code: the license was given up here, but a copy of it may remain."""

    PROOF = 2
    """d, the strong code: the license was given up, and no copy of it runs beside its anchor."""


_STEPS = {Level.CLAIM: "weak deactivation code", Level.CONTINUATION: "continuation"}


@dataclass(frozen=True)
class Opening:
    """An opening as its 10 symbols; its repr hides them."""

    level: Level
    symbols: Symbols = field(repr=False)


def weaken(
    opening: Opening, level: Level, *, product_code: str, activation_key: ActivationKey, fingerprint: int
) -> Opening:
    """Return the opening of a lower level that one leads to; one scrypt of 1 MiB for each step.

    Raises ValueError for a higher level.
    """
    if level > opening.level:
        raise ValueError("an opening leads to none of a higher level")
    symbols = opening.symbols
    for step in range(opening.level - 1, level - 1, -1):
        salt = _salt(_STEPS[Level(step)], product_code, activation_key, fingerprint)
        digest = hashlib.scrypt(bytes(symbols), salt=salt, **STEP_COST)
        symbols = to_symbols(top_bits(digest, OPENING_BITS), OPENING)
    return Opening(level, symbols)


def commitment(
    opening: Opening, *, product_code: str, activation_key: ActivationKey, fingerprint: int
) -> int:
    """Return the 40 bits that an opening leads to; some 40 ms and 16 MiB, to slow guessing."""
    last = weaken(
        opening,
        Level.CONTINUATION,
        product_code=product_code,
        activation_key=activation_key,
        fingerprint=fingerprint,
    )
    salt = _salt("deactivation commitment", product_code, activation_key, fingerprint)
    digest = hashlib.scrypt(bytes(last.symbols), salt=salt, **COMMITMENT_COST)
    return top_bits(digest, COMMITMENT_BITS)


def _salt(label: str, product_code: str, activation_key: ActivationKey, fingerprint: int) -> bytes:
    number = fingerprint.to_bytes(FINGERPRINT_BITS // 8, "big")
    return labeled(label, product_digest(product_code), bytes(activation_key.symbols), number)
