"""What a computer key grants: until when, since when, and which features, in 40 bits; and the day rule.

Days are UTC. A key that expires on day D is valid until 12:00 on D + 1, when D has ended in every time zone,
and not before the day before its issue day: a clock set back before the first activation does not revive it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from keyferry.protocol.alphabet import Symbols, to_int, to_symbols

EPOCH_DAY = date(2020, 1, 1)
LAST_DAY = EPOCH_DAY + timedelta(days=2**15 - 1)
MAX_FEATURES = 10
CLAIMS_SYMBOLS = 8

_DAY_MASK = 2**15 - 1


class Validity(Enum):
    """Whether claims hold at a moment."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"


@dataclass(frozen=True)
class Claims:
    """Issue day, expiry day (None: never) and feature bits 0..9; raises ValueError outside 2020 to 2109."""

    issued: date
    expires: date | None
    features: int = 0

    def __post_init__(self) -> None:
        if not EPOCH_DAY <= self.issued <= LAST_DAY:
            raise ValueError(f"an issue day lies between {EPOCH_DAY} and {LAST_DAY}")
        if self.expires is not None and not EPOCH_DAY < self.expires <= LAST_DAY:
            raise ValueError(f"an expiry day lies after {EPOCH_DAY} and not after {LAST_DAY}")
        if not 0 <= self.features < 2**MAX_FEATURES:
            raise ValueError(f"at most {MAX_FEATURES} features")

    @property
    def symbols(self) -> Symbols:
        """The 40 bits: expiry day (15, 0 = never), issue day (15), features (10, feature 0 lowest)."""
        expires = 0 if self.expires is None else (self.expires - EPOCH_DAY).days
        value = expires << 25 | (self.issued - EPOCH_DAY).days << 10 | self.features
        return to_symbols(value, CLAIMS_SYMBOLS)

    @classmethod
    def from_symbols(cls, symbols: Symbols) -> Claims:
        """Read the 8 symbols that `symbols` wrote; each of the 2^40 values means something."""
        value = to_int(symbols)
        expires, issued = value >> 25, value >> 10 & _DAY_MASK
        return cls(
            issued=EPOCH_DAY + timedelta(days=issued),
            expires=EPOCH_DAY + timedelta(days=expires) if expires else None,
            features=value & (2**MAX_FEATURES - 1),
        )

    def state_at(self, now: datetime) -> Validity:
        """Apply the day rule at an aware moment."""
        if now < _midnight(self.issued) - timedelta(days=1):
            return Validity.NOT_YET_VALID
        if self.expires is not None and has_ended(self.expires, now):
            return Validity.EXPIRED
        return Validity.VALID


def has_ended(day: date, now: datetime) -> bool:
    """Return whether `day` has ended in every time zone at an aware moment: at 12:00 UTC of the next day."""
    return now >= _midnight(day) + timedelta(days=1, hours=12)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
