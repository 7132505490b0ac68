"""Whether a state, a key or a license serves at this moment, and the words for it; times are aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from keyferry.protocol.claims import Claims, Validity
from keyferry.wizard.clock import corrects, moved_back
from keyferry.wizard.days import in_words, moment_in_words
from keyferry.wizard.errors import KeyNotAccepted
from keyferry.wizard.grants import Grant
from keyferry.wizard.notices import Notice, notices
from keyferry.wizard.results import LicenseState, Status

WRONG_MACHINE = (
    "The license here doesn't fit this computer. You can activate this computer, too, with an "
    "activation key that has a free seat. What is stored here isn't touched. If this computer was "
    "set up again, its old seat may be in use still: deactivate its earlier license here, or have the page "
    "that you scan email a link that frees it."
)
RETIRED_EPOCH = (
    "The vendor has retired the keys of the earlier version that this license was made for. "
    "Request a new key with the same activation key. It doesn't use another seat."
)
LICENSE_IN_USE = (
    "A license is in use here, and no other request is open, so there's nothing to start over. "
    "Request a key without starting over. The license stays in use until you type the new key."
)
NOTHING_HELD = "Nothing is requested or activated here. Request a computer key first."
NOTHING_OF_KEY = "Nothing is requested or activated here with this activation key."
KEY_NOT_NAMED = (
    "No license is in use here, only requests are. To give one up, name its activation key: "
    "keyferry-wizard … deactivate ACTIVATION-KEY"
)
NOTHING_EARLIER = (
    "No license or request of this activation key was found in this folder under another machine identifier. "
    "Check the activation key, or deactivate without naming an earlier computer. If it was deactivated "
    "already: keyferry-wizard … show-code ACTIVATION-KEY --earlier"
)
NOT_RELEASED_EARLIER = (
    "Nothing of this activation key that was deactivated was found in this folder under another machine "
    "identifier. Check the activation key, or deactivate it first: "
    "keyferry-wizard … deactivate ACTIVATION-KEY --earlier"
)
ENDED_MEANWHILE = (
    "What this key is for was deactivated on this computer meanwhile. Request a computer key again."
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
# The end of a lease is not that of the license, and the wizard can't tell them apart: the page can.
_IF_THE_LICENSE_ENDED = (
    "If the page says that the license has expired, renew it with the vendor, then scan again."
)


def require_acceptable(claims: Claims, now: datetime) -> None:
    """Raise KeyNotAccepted if a genuine key has expired, or the clock is before its issue day.

    A key without an end is good whatever the clock says.
    """
    if claims.expires is None:
        return
    validity = claims.state_at(now)
    if validity is Validity.EXPIRED:
        raise KeyNotAccepted(
            f"This key is genuine, but it ended on {in_words(claims.expires)}, and this computer's clock "
            f"says {moment_in_words(now)}. If the clock is wrong, correct it, then type the key again. "
            f"Otherwise, scan the QR code again for a new key. {_IF_THE_LICENSE_ENDED}",
            clock=now,
        )
    if validity is Validity.NOT_YET_VALID:
        raise KeyNotAccepted(
            f"This key was issued on {in_words(claims.issued)}, "
            f"but this computer's clock says {moment_in_words(now)}. Correct the clock, then type the key "
            "again. If it's right, scan the QR code again for a new key. If you get this key again, make a "
            "new request with the same activation key.",
            code="not_yet_valid",
            clock=now,
        )


def require_not_older(claims: Claims, stored: Claims, latest_seen: datetime | None, now: datetime) -> None:
    """Raise KeyNotAccepted if a further key for the license in use is older than the one stored."""
    if stored.issued > now.date() and not moved_back(now, latest_seen):
        # The server's clock was ahead when it gave that one. What it gives now is of an earlier day.
        return
    if claims.issued < stored.issued or (claims.issued == stored.issued and _ends_before(claims, stored)):
        raise KeyNotAccepted(
            f"This key is genuine, but older than the one in use, which {_until(stored)}. "
            "Nothing was changed. Scan the QR code again for the newest key. If you get this key again, "
            "make a new request with the same activation key.",
            code="older_license",
        )


def seen_once_complete(grant: Grant, claims: Claims, latest_seen: datetime | None, now: datetime) -> datetime:
    """Return the latest time seen once a key is accepted; raises KeyNotAccepted if the clock was set back.

    A key never lowers it: one that was typed late, with the clock set back to its issue day, would last as
    much longer. Only a request begun after the wrong time does, since its key was issued after that.
    """
    if latest_seen is None or not moved_back(now, latest_seen):
        return max(now, latest_seen or now)
    if corrects(grant, latest_seen) and claims.state_at(now) is Validity.VALID:
        return now
    if claims.expires is None:
        return latest_seen
    raise KeyNotAccepted(_clock_message(now, latest_seen), code="clock_moved_back", clock=now)


def of_license(
    claims: Claims, latest_seen: datetime | None, now: datetime
) -> tuple[LicenseState, str, tuple[Notice, ...]]:
    """Check the claims of a verified license; explain the result in a sentence, with notices if it runs."""
    told = notices(claims, latest_seen, now)
    if claims.expires is None:
        # Without an end, nobody gains by a clock that is set back; one that is wrong must stop nobody.
        return LicenseState.ACTIVE, "The license is valid and never expires.", told
    validity = claims.state_at(now)
    if moved_back(now, latest_seen):
        return LicenseState.CLOCK_MOVED_BACK, _clock_message(now, latest_seen), ()
    if validity is Validity.NOT_YET_VALID:
        message = (
            f"The clock says {moment_in_words(now)}, "
            f"but the license was issued on {in_words(claims.issued)}. Correct the clock. {_IF_RIGHT}"
        )
        return LicenseState.CLOCK_MOVED_BACK, message, ()
    if validity is Validity.EXPIRED:
        message = (
            f"This computer's key ended on {in_words(claims.expires)}: scan for a new one. "
            f"This computer's clock says {moment_in_words(now)}. If that's wrong, correct it instead. "
            f"{_IF_THE_LICENSE_ENDED}"
        )
        return LicenseState.EXPIRED, message, ()
    return LicenseState.ACTIVE, f"This computer's key {_until(claims)}.", told


def without_license(*, pending: bool, ended: bool = False) -> Status:
    """Return the status of a machine that holds no license; `ended` if a copy of it was deactivated."""
    if ended:
        message = (
            "The license here was deactivated on this computer earlier: from this folder, from a copy of "
            "this folder, by another account, or by a second installation. Show its deactivation "
            "verification code, or request a computer key again."
        )
        return Status(LicenseState.NOT_ACTIVATED, message, pending=pending, detail="deactivated")
    if pending:
        message = "Not activated yet. Type the computer key that you requested."
        return Status(LicenseState.PENDING, message, pending=True)
    return Status(
        LicenseState.NOT_ACTIVATED, "Not activated. Request a computer key with your activation key."
    )


def unremembered(claims: Claims, latest_seen: datetime | None, now: datetime, days: int) -> bool:
    """Return whether a key that ends has run for too long while the time could not be stored anywhere."""
    begin = max(latest_seen or datetime.min.replace(tzinfo=UTC), datetime.combine(claims.issued, time(), UTC))
    return claims.expires is not None and now - begin > timedelta(days)


def time_not_remembered(days: int) -> str:
    """Return what to do where the time was not stored for so many days, and can't be stored now."""
    return (
        f"The time has not been stored for more than {days} days, and can't be stored now, so this "
        "computer's key, which ends one day, is no longer accepted. Let this account write to the license "
        "folder or to a folder of its own."
    )


def _clock_message(now: datetime, latest_seen: datetime | None) -> str:
    seen = f", but it has already shown {moment_in_words(latest_seen)}" if latest_seen else ""
    return f"The clock says {moment_in_words(now)}{seen}. Correct the clock. {_IF_RIGHT}"


def _ends_before(one: Claims, other: Claims) -> bool:
    return one.expires is not None and (other.expires is None or one.expires < other.expires)


def _until(claims: Claims) -> str:
    return f"is valid until {in_words(claims.expires)}" if claims.expires else "is valid and never expires"
