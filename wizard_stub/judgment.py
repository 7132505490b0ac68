"""Whether a state, a key or a license serves at this moment, and the words for it; times are aware UTC."""

from __future__ import annotations

from datetime import datetime

from keyferry.protocol.claims import Claims, Validity
from keyferry.wizard.clock import corrects, moved_back
from keyferry.wizard.days import in_words, moment_in_words
from keyferry.wizard.errors import KeyNotAccepted, StateDamaged
from keyferry.wizard.results import LicenseState, Status
from keyferry.wizard.state import Grant, State

WRONG_MACHINE = (
    "The license here belongs to another computer. You can activate this computer, too, with an "
    "activation key that has a free seat. The other computer's license isn't touched. If this computer was "
    "set up anew, its old seat may be in use still: the page that you scan can email a link that frees it."
)
RETIRED_EPOCH = (
    "The vendor has retired the keys of the earlier version that this license was made for. "
    "Request a new key with the same activation key. It doesn't use another seat."
)
LICENSE_IN_USE = (
    "A license is in use here, and no other request is open, so there's nothing to start over. "
    "Request a key without starting over. The license stays in use until you type the new key."
)
REQUESTED = (
    "The computer key was requested.",
    "`keyferry-wizard … request` shows the QR code once the disk has synced.",
)
ACTIVATED = (
    "The license was activated.",
    "Keep the computer key. A power cut may undo this, and then the same key activates it again.",
)
ANCHOR_LATER = ("The license was activated.", "You don't have to type anything again.")
GIVEN_UP = (
    "The license was deactivated.",
    "`keyferry-wizard … show-code` shows the code once the disk has synced.",
)
# Scanning again would show the same key. Only a new computer ID starts over with it.
_IF_RIGHT = "If it's right, make a new request with the same activation key."


def require_newest(state: State, anchored: int | None) -> None:
    """Raise StateDamaged if the anchor knows of a later activation or release than the state."""
    if anchored is not None and any(grant.generation < anchored for grant in state.held):
        raise StateDamaged(
            "The stored state is an older copy. Since then, a license was activated or deactivated on this "
            "computer: from this folder, by another account, or by a second installation. If an account or "
            "installation there has a valid license, use that one. "
            "If you put an older copy of the folder back, put the newest one back.",
            detail="older_copy",
        )


def require_acceptable(claims: Claims, now: datetime) -> None:
    """Raise KeyNotAccepted if a genuine key has expired, or the clock is before its issue day."""
    validity = claims.state_at(now)
    if validity is Validity.EXPIRED:
        raise KeyNotAccepted(
            f"This key is genuine, but it {_ended(claims)}, and this computer's clock says "
            f"{moment_in_words(now)}. If the clock is wrong, correct it, then type the key again. "
            "Otherwise, renew the license, then scan the QR code again for a new key.",
            clock=now,
        )
    if validity is Validity.NOT_YET_VALID:
        raise KeyNotAccepted(
            f"This key was issued on {in_words(claims.issued)}, "
            f"but this computer's clock says {moment_in_words(now)}. "
            f"Correct the clock, then type the key again. {_IF_RIGHT}",
            code="not_yet_valid",
            clock=now,
        )


def require_not_older(claims: Claims, stored: Claims) -> None:
    """Raise KeyNotAccepted if a further key for the license in use is older than the one stored."""
    if claims.issued < stored.issued or (claims.issued == stored.issued and _ends_before(claims, stored)):
        raise KeyNotAccepted(
            f"This key is genuine, but older than the one in use, which {_until(stored)}. "
            "Nothing was changed. Scan the QR code again for the newest key. If you get this key again, "
            "make a new request with the same activation key.",
            code="older_license",
        )


def seen_once_complete(grant: Grant, latest_seen: datetime | None, now: datetime) -> datetime:
    """Return the latest time seen once a key is accepted; raises KeyNotAccepted if the clock was set back.

    A key never lowers it: one that was typed late, with the clock set back to its issue day, would last as
    much longer. Only a request begun after the wrong time does, since its key was issued after that.
    """
    if not moved_back(now, latest_seen):
        return max(now, latest_seen or now)
    if corrects(grant, latest_seen):
        return now
    raise KeyNotAccepted(_clock_message(now, latest_seen), code="clock_moved_back", clock=now)


def of_license(claims: Claims, latest_seen: datetime | None, now: datetime) -> tuple[LicenseState, str]:
    """Check the claims of a verified license, and explain the result in a sentence."""
    validity = claims.state_at(now)
    if moved_back(now, latest_seen):
        return LicenseState.CLOCK_MOVED_BACK, _clock_message(now, latest_seen)
    if validity is Validity.NOT_YET_VALID:
        return LicenseState.CLOCK_MOVED_BACK, (
            f"The clock says {moment_in_words(now)}, "
            f"but the license was issued on {in_words(claims.issued)}. Correct the clock. {_IF_RIGHT}"
        )
    if validity is Validity.EXPIRED:
        return LicenseState.EXPIRED, (
            f"The license {_ended(claims)}, and this computer's clock says {moment_in_words(now)}. "
            "If the clock is wrong, correct it. "
            "Otherwise, renew the license, then request a new key for this computer."
        )
    return LicenseState.ACTIVE, f"The license {_until(claims)}."


def without_license(*, pending: bool) -> Status:
    """Return the status of a machine that holds no license."""
    if pending:
        message = "Not activated yet. Type the computer key that you requested."
        return Status(LicenseState.PENDING, message, pending=True)
    return Status(
        LicenseState.NOT_ACTIVATED, "Not activated. Request a computer key with your activation key."
    )


def _clock_message(now: datetime, latest_seen: datetime | None) -> str:
    seen = f", but it has already shown {moment_in_words(latest_seen)}" if latest_seen else ""
    return f"The clock says {moment_in_words(now)}{seen}. Correct the clock. {_IF_RIGHT}"


def _ends_before(one: Claims, other: Claims) -> bool:
    return one.expires is not None and (other.expires is None or one.expires < other.expires)


def _ended(claims: Claims) -> str:
    return f"was valid until {in_words(claims.expires)}" if claims.expires else "has expired"


def _until(claims: Claims) -> str:
    return f"is valid until {in_words(claims.expires)}" if claims.expires else "is valid and never expires"
