"""How the console says things."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from rich.cells import cell_len

from keyferry.server.core.errors import Malformed
from keyferry.server.core.licensing.licenses import Standing, Terms
from keyferry.server.faces.console.views import (
    ActivationFacts,
    Changed,
    ComputerView,
    KeyFacts,
    LicenseFacts,
    LicenseRow,
    MailView,
    ReleaseFacts,
)
from keyferry.server.words.wording import CHANNELS, OUTCOMES, STATES

RECORDED = {
    "proven": "The code proves that the license was removed from it",
    "claimed": "There was a code, but it doesn’t prove that no earlier copy on this seat runs on",
    "forced": "There is no proof, so a key that is still there runs until it expires",
}
# Within so many days, an end is near.
SOON = 30
# As many cells as a dialog has for a line.
_LINE = 60
_DAYS = re.compile(r"(\d{1,6})\s*(?:days?|d)?", re.ASCII)


def seats(total: int, used: int) -> str:
    """Return how many seats are in use."""
    return f"{used} of {total} {'seat' if total == 1 else 'seats'} in use"


def of_license(view: LicenseRow, more: str = "") -> str:
    """Return which license it is, as people call it, and what happens to it."""
    named = view.license.product_name + (f" for {view.customer}" if view.customer else "")
    if not more:
        return named
    # What happens to it is not torn apart at the end of a line.
    together = f"{named}, {more}"
    return together if cell_len(together) <= _LINE else f"{named}\n{more[:1].upper()}{more[1:]}"


def day(value: date, today: date | None = None) -> str:
    """Return a day as people write it, in this year without the year."""
    year = "" if today is not None and value.year == today.year else f", {value.year}"
    return f"{value:%b} {value.day}{year}"


def moment(at: datetime) -> str:
    """Return a time in UTC, to the minute."""
    return f"{day(at.date())}, {at:%H:%M}"


def long_moment(at: datetime) -> str:
    """Return a time in UTC, to the second, with the day of the week."""
    return f"{at:%A, %B} {at.day}, {at.year}, {at:%H:%M:%S} UTC"


def heading(value: date, today: date) -> str:
    """Return a day as a line above what happened on it."""
    name = {today: "Today", today - timedelta(days=1): "Yesterday"}.get(value, f"{value:%A}")
    return f"{name}, {value:%B} {value.day}" + ("" if value.year == today.year else f", {value.year}")


def ends(license: LicenseFacts, today: date) -> str:
    """Return when a license ends; within its last days, in how many."""
    if license.expires is None:
        return "no end date" if license.days is None else _days(license.days)
    days = (license.expires - today).days
    if days < 0 or days > SOON:
        return day(license.expires)
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def status(license: LicenseFacts, today: date) -> tuple[str, str]:
    """Return how a license stands, with a mark before it, and the color of both."""
    if license.standing is Standing.SUSPENDED:
        return "○ On hold", "$ink-2"
    if license.standing is Standing.EXPIRED:
        return "● Expired", "$error"
    if license.expires is not None and (license.expires - today).days <= SOON:
        return "● Ends soon", "$warning"
    if license.seats_used >= license.seats:
        return "● Full", "$info"
    if not license.seats_used:
        return "○ Not used", "$ink-3"
    return "● Active", "$success"


def term(license: LicenseFacts) -> str:
    """Return until when a license runs, that it is over or on hold, and how long one key lasts."""
    if license.expires is not None:
        verb = "expired" if license.standing is Standing.EXPIRED else "ends"
        text = f"{verb} {day(license.expires)}"
    elif license.days is not None:
        text = f"{_days(license.days)} after first use"
    else:
        text = "no end date"
    hold = "on hold, " if license.standing is Standing.SUSPENDED else ""
    lease = f", {_days(license.lease_days)} a key" if license.lease_days else ""
    return f"{hold}{text}{lease}"


def mailed(recipient: str | None, waits: str | None) -> str:
    """Return whether a mail goes out at once, or why it waits."""
    if waits:
        return f"! The email to {recipient} is waiting. {waits}"
    return f"√ The email to {recipient} is on its way."


def mail_state(mail: MailView) -> tuple[str, str]:
    """Return what became of an email, with a mark before it, and the color of both."""
    if mail.state == "waiting":
        return ("! Waiting", "$warning") if mail.trouble else ("· Waiting", "$ink-2")
    return ("√ Sent", "$success") if mail.state == "sent" else ("! Failed", "$error")


def counted(count: int, what: str) -> str:
    """Return how many there are of something."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def changed(done: Changed) -> str:
    """Return what a change of many licenses did."""
    text = f"{counted(done.changed, 'license')} changed."
    before = done.done - done.changed - done.refused
    if before:
        text += f" {counted(before, 'license')} {'was' if before == 1 else 'were'} so before."
    if done.refused:
        text += f" {counted(done.refused, 'license')} skipped: no end date, or one that is too late."
    return text


def state(computer: ActivationFacts) -> tuple[str, str]:
    """Return whether a computer holds its seat, with a mark before it, and the color of both."""
    if computer.holds_seat:
        return "● active", "$success"
    return ("○ replaced" if computer.superseded else "○ released"), "$ink-3"


def situation(view: ComputerView) -> str:
    """Return what its customer is to hear first; it begins with a mark where something is to be done."""
    expires = view.computer.expires
    runs = f"Its key is valid until {day(expires)}." if expires else "Its key never expires."
    return {
        "runs": f"√ Activated. {runs}",
        "key_ended": "! Its key expired. The license is still valid, so the computer can get a new key.",
        "suspended": f"! Its license is on hold, so it gets no new key. {runs}",
        "expired": "! Its license has expired. It can get a new key once the license is renewed.",
        "retired": "! Its application is from a retired epoch. It gets no new key until it is updated.",
        "former_key": f"! Its activation key was replaced. {runs} For a new key, it needs the new one.",
        "released": "Released. It holds no seat.",
        "superseded": "Replaced: the same computer was activated again with a newer computer ID.",
    }.get(view.situation, view.situation)


def epoch_state(retired: date | None, *, is_current: bool) -> tuple[str, str]:
    """Return whether an epoch gets keys, with a mark before it, and the color of both."""
    if retired is not None:
        return f"○ retired {day(retired)}", "$ink-3"
    return ("● current", "$success") if is_current else ("● served", "$ink-2")


def about_computer(computer: ActivationFacts) -> str:
    """Return what the list of computers has no room for."""
    by = computer.who or CHANNELS[computer.channel]
    told = [f"Activated {moment(computer.activated_at)} by {by}"]
    if computer.ended_at is not None:
        of = f" by {computer.ended_by}" if computer.ended_by else ""
        told = [f"{STATES.get(computer.ended_how, 'ended')} {day(computer.ended_at.date())}{of}"]
    told += [f"reason: {computer.reason}"] if computer.reason else []
    told += [f"notes: {computer.notes}"] if computer.notes else []
    if computer.ended_at is not None:
        told.append(f"activated {moment(computer.activated_at)} by {by}")
    return ", ".join(" ".join(one.split()) for one in told)


def given(key: KeyFacts) -> str:
    """Return what a computer key took, and until when it runs."""
    used = seats(key.license.seats, key.license.seats_used)
    runs = f"Valid until {day(key.activation.expires)}." if key.activation.expires else "Never expires."
    return f"{OUTCOMES[key.outcome]}: {used}. {runs}"


def released(seat: ReleaseFacts) -> str:
    """Return what a release did."""
    left = seats(seat.license.seats, seat.license.seats_used)
    name, recorded = seat.activation.computer_name or "the computer", seat.activation.state
    if seat.activation.superseded:
        return f"A later activation of {name} replaced this one, so it uses no seat. No changes: {left}."
    how = STATES[recorded]
    if seat.already:
        return f"The seat of {name} was already {how}. No changes: {left}."
    return f"The seat of {name} is free ({how}): {left}.\n\n{RECORDED[recorded]}."


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


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
