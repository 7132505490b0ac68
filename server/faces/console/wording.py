"""How the console says things."""

from __future__ import annotations

import re
from datetime import date, datetime

from keyferry.server.core.errors import Malformed
from keyferry.server.core.licensing.licenses import Standing, Terms
from keyferry.server.faces.console.views import (
    ActivationFacts,
    KeyFacts,
    KeyGiven,
    LicenseFacts,
    ReleaseFacts,
)
from keyferry.server.words.wording import CHANNELS, OUTCOMES, until

_RECORDED = {
    "proven": "The code proves that the license was removed from it",
    "claimed": "There was a code, but it doesn’t prove that no earlier copy on this seat runs on",
    "forced": "There is no proof, so a key that is still there runs until it expires",
}
_DAYS = re.compile(r"(\d{1,6})\s*(?:days?|d)?", re.ASCII)


def seats(total: int, used: int) -> str:
    """Return how many seats are in use."""
    return f"{used} of {total} {'seat' if total == 1 else 'seats'} in use"


def moment(at: datetime) -> str:
    """Return a time in UTC, to the minute."""
    return at.strftime("%Y-%m-%d %H:%M")


def ends(license: LicenseFacts) -> str:
    """Return what most matters of a license's term: that it is over or suspended, else its end."""
    return _runs(license) if license.standing is Standing.ACTIVE else license.standing.value


def term(license: LicenseFacts) -> str:
    """Return until when a license runs, and that it is over or suspended."""
    runs = _runs(license)
    if license.expires is not None:
        text = f"expires {runs}"
    elif license.days is not None:
        text = f"{runs} from the first activation"
    else:
        text = "never expires"
    hints = {Standing.EXPIRED: f"expired {runs}", Standing.SUSPENDED: f"suspended, {text}"}
    lease = f", each key lasts {license.lease_days} days at most" if license.lease_days else ""
    return f"{hints.get(license.standing, text)}{lease}"


def mailed(given: KeyGiven) -> str:
    """Return whether the mail with a key goes out at once, or why it waits."""
    if given.waits:
        return f"The email to {given.mailed_to} is waiting. {given.waits}"
    return f"The email to {given.mailed_to} is on its way."


def computer_history(computer: ActivationFacts) -> str:
    """Return since when a computer holds its seat, or until when it did."""
    if computer.ended_at is None:
        return f"since {computer.activated_at.date()}"
    return f"until {computer.ended_at.date()}"


def about_computer(computer: ActivationFacts) -> str:
    """Return what the table of computers has no room for."""
    by = computer.who or CHANNELS[computer.channel]
    facts = [f"Activated {moment(computer.activated_at)} by {by}"]
    facts += [f"reason: {computer.reason}"] if computer.reason else []
    facts += [f"notes: {computer.notes}"] if computer.notes else []
    return ", ".join(" ".join(one.split()) for one in facts)


def given(key: KeyFacts) -> str:
    """Return what a computer key is for, and what it took."""
    name = key.activation.computer_name or "the computer"
    return (
        f"{key.license.product_name} on {name}, {until(key.activation.expires)}. {OUTCOMES[key.outcome]}: "
        f"{seats(key.license.seats, key.license.seats_used)}."
    )


def released(seat: ReleaseFacts) -> str:
    """Return what a release did."""
    left = seats(seat.license.seats, seat.license.seats_used)
    name, recorded = seat.activation.computer_name or "the computer", seat.activation.state
    if seat.activation.superseded:
        return f"A later activation of {name} replaced this one, so it uses no seat. No changes: {left}."
    if seat.already:
        return f"The seat of {name} was already released ({recorded}). No changes: {left}."
    return f"The seat of {name} is free ({recorded}): {left}.\n\n{_RECORDED[recorded]}."


def typed_terms(text: str) -> Terms:
    """Read an expiry date or a number of days, nothing as no end date; raises Malformed (malformed_terms)."""
    typed = text.strip().lower()
    if typed in ("", "never"):
        return Terms()
    if days := _DAYS.fullmatch(typed):
        return Terms(days=int(days[1]))
    try:
        return Terms(expires=date.fromisoformat(typed))
    except ValueError:
        raise Malformed(
            "Type a date like 2027-12-31, or a number of days like 365.", code="malformed_terms"
        ) from None


def typed_number(text: str, *, what: str, code: str) -> int:
    """Read a whole number; raises Malformed with the code."""
    typed = text.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 9):
        raise Malformed("Type the number of {what} in digits, such as 10.", code=code, what=what)
    return int(typed)


def _runs(license: LicenseFacts) -> str:
    if license.expires is not None:
        return license.expires.isoformat()
    if license.days is None:
        return "never"
    return "1 day" if license.days == 1 else f"{license.days} days"
