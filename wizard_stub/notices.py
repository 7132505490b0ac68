"""What an application should tell its user while it runs: a key that ends soon, a clock that looks wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from keyferry.protocol.claims import Claims, Validity
from keyferry.wizard.clock import moved_back
from keyferry.wizard.days import in_words, moment_in_words

_DAYS_BEFORE = 14


class NoticeCode(Enum):
    """What a notice is about; the names are API."""

    KEY_ENDS_SOON = "key_ends_soon"
    CLOCK_LOOKS_WRONG = "clock_looks_wrong"


@dataclass(frozen=True)
class Notice:
    """One notice, with its sentence for the person and the days that it names."""

    code: NoticeCode
    message: str
    clock: datetime
    ends: date | None


def notices(claims: Claims, latest_seen: datetime | None, now: datetime) -> tuple[Notice, ...]:
    """Return the notices beside a license that is in order."""
    if claims.expires is None:
        reason = _why_wrong(claims, latest_seen, now)
        message = (
            f"This computer's clock says {moment_in_words(now)}, but {reason}. If the clock is wrong, "
            "correct it. The license has no end, so it is valid all the same."
        )
        return (Notice(NoticeCode.CLOCK_LOOKS_WRONG, message, now, None),) if reason else ()
    message = (
        f"This computer's key ends on {in_words(claims.expires)}: scan for a new one before then. "
        "If the new one ends on the same day, renew the license with the vendor."
    )
    soon = _ends_soon(claims.issued, claims.expires, now)
    return (Notice(NoticeCode.KEY_ENDS_SOON, message, now, claims.expires),) if soon else ()


def _ends_soon(issued: date, expires: date, now: datetime) -> bool:
    # Within a quarter of its time, the server gives a new key: it does so from the half on.
    return (expires - now.date()).days <= min(_DAYS_BEFORE, (expires - issued).days // 4)


def _why_wrong(claims: Claims, latest_seen: datetime | None, now: datetime) -> str:
    """Return what speaks against a clock; empty if nothing does."""
    if claims.state_at(now) is Validity.NOT_YET_VALID:
        return f"the license was issued on {in_words(claims.issued)}"
    if latest_seen is not None and moved_back(now, latest_seen):
        return f"it has already shown {moment_in_words(latest_seen)}"
    return ""
