"""Changing a license: renewing it, putting it on hold, resuming it, and replacing its key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations, Refusal
from keyferry.server.faces.console.marked import code
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import LicenseView, Mailed
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.ticks import Way, choose
from keyferry.server.faces.console.wording import day, of_license, term, typed_terms

R = TypeVar("R")
_DATE = "until-date"
# What is wrong with the end that was typed.
UNTIL: Mapping[str, str] = {
    "malformed_terms": "until",
    "expiry_out_of_range": "until",
    "license_never_expires": "until",
}
# How much later, by the way that is chosen.
_DAYS = {"a-year": 365, "days-90": 90}


class LicenseDialog(Dialog[R]):
    """Is about a license."""

    def __init__(self, view: LicenseView) -> None:
        super().__init__()
        self._view, self._license = view, view.license


class ChangeDialog(LicenseDialog[LicenseView]):
    """Names the license, and answers with it as it is then."""

    def form(self) -> ComposeResult:
        """Name the license."""
        seats = self._license.seats
        named = of_license(self._view, f"{seats:,} {'seat' if seats == 1 else 'seats'}")
        key = code(self._license.activation_key, "bold")
        yield Static(Content(f"{named}\n") + key, classes="text", markup=False)


class RenewDialog(ChangeDialog):
    """Answers with the renewed license."""

    TITLE_TEXT: ClassVar[str] = "Renew"
    OK_TEXT: ClassVar[str] = "Renew"
    FIELDS = UNTIL
    ACTS: ClassVar[Operations] = {"ok": Access.renew}

    def form(self) -> ComposeResult:
        """Offer a year and 90 days more, or any day."""
        yield from super().form()
        yield Field("Now", Static(term(self._license), markup=False), id="now")
        yield Static("", classes="gap", markup=False)
        # Days are added to what ends, or will.
        if self._ends_some_day:
            yield Way("1 year more", id="a-year", beside=self._later("a-year"))
            yield Way("90 days more", id="days-90", beside=self._later("days-90"))
        yield Way("On a date, or days more", id=_DATE)
        yield Field("", line(hint="2028-06-30, or 180 days", most=20), id="until")
        live = len(self._license.live)
        text = "Computers get the new date at their next scan."
        if live:
            text = (
                f"{live:,} {'computer gets' if live == 1 else 'computers get'} the new date at the next scan."
            )
        yield Static(text, classes="text above hint", markup=False)

    def on_mount(self) -> None:
        """Begin with the year."""
        first = self.query(Way).first()
        first.focus()
        self._choose(first)

    @on(Way.Chosen)
    def way_chosen(self, event: Way.Chosen) -> None:
        """Renew so."""
        self._choose(event.way)

    @on(Input.Changed, "#until")
    def typed_until(self, event: Input.Changed) -> None:
        """Typing a date chooses it."""
        self.query_one("#field-until", Field).say("")
        if event.value:
            self._choose(self.query_one(f"#{_DATE}", Way))

    @work
    async def action_ok(self) -> None:
        """Renew it."""
        try:
            terms = self._terms()
        except Refusal as refusal:
            self.wrong("until", str(refusal))
            return
        if terms == Terms():
            self.wrong("until", "Type a date like 2027-12-31, or a number of days like 365.")
            return
        await self.answer_with(Access.renew, self._license.activation_key, terms)

    @property
    def _ends_some_day(self) -> bool:
        return self._license.expires is not None or self._license.days is not None

    @property
    def _way(self) -> str:
        return next((one.id or "" for one in self.query(Way) if one.is_chosen), _DATE)

    def _terms(self) -> Terms:
        way, expires = self._way, self._license.expires
        if way == _DATE:
            return typed_terms(self.typed("until"))
        if expires is None:
            return Terms(days=(self._license.days or 0) + _DAYS[way])
        return Terms(expires=self._moved(way, expires))

    def _moved(self, way: str, expires: date) -> date:
        start = max(expires, self._view.today)
        if way != "a-year":
            return start + timedelta(days=_DAYS[way])
        try:
            return start.replace(year=start.year + 1)
        except ValueError:
            # The 29th of February.
            return start.replace(year=start.year + 1, day=28)

    def _later(self, way: str) -> str:
        if self._license.expires is None:
            return f"{(self._license.days or 0) + _DAYS[way]:,} days"
        try:
            return day(self._moved(way, self._license.expires))
        except (OverflowError, ValueError):
            return "later than can be said"

    def _choose(self, chosen: Way) -> None:
        choose(self, chosen.id or "")
        until = f" until {chosen.beside}" if self._license.expires is not None and chosen.beside else ""
        self.query_one("#do-ok", ActionButton).show(f"Renew{until}")


class StandingDialog(ChangeDialog):
    """Says what it means, and asks whether it is meant; the harmless answer has the focus."""

    TEXT: ClassVar[str] = ""
    YES: ClassVar[str] = ""
    NO: ClassVar[str] = "Cancel"

    def form(self) -> ComposeResult:
        """Name the license, and what will be."""
        yield from super().form()
        yield Static(self.TEXT, classes="text hint", markup=False)

    def buttons(self) -> ComposeResult:
        """Put the harmless answer first."""
        yield ActionButton(self.NO, "cancel")
        yield ActionButton(self.YES, "ok", danger=self.KIND == "danger")
        yield Static("Esc", classes="keys", markup=False)


class SuspendDialog(StandingDialog):
    """Answers with the license on hold."""

    TITLE_TEXT: ClassVar[str] = "Put on hold"
    KIND: ClassVar[str] = "danger"
    TEXT: ClassVar[str] = (
        "Every activation of this license is refused until you resume it. Keys that were already given out "
        "run until they expire, because no network reaches those computers."
    )
    YES: ClassVar[str] = "Put on hold"
    ACTS: ClassVar[Operations] = {"ok": Access.suspend}

    @work
    async def action_ok(self) -> None:
        """Put it on hold."""
        await self.answer_with(Access.suspend, self._license.activation_key)


class ResumeDialog(StandingDialog):
    """Answers with the resumed license."""

    TITLE_TEXT: ClassVar[str] = "Resume"
    TEXT: ClassVar[str] = "The license can be activated again."
    YES: ClassVar[str] = "Resume license"
    ACTS: ClassVar[Operations] = {"ok": Access.resume}

    @work
    async def action_ok(self) -> None:
        """Resume it."""
        await self.answer_with(Access.resume, self._license.activation_key)


class ReplaceKeyDialog(StandingDialog):
    """Answers with the license and its fresh key."""

    TITLE_TEXT: ClassVar[str] = "Replace the activation key"
    KIND: ClassVar[str] = "danger"
    TEXT: ClassVar[str] = (
        "For a key that leaked. The present key activates nothing any more. Computers that were activated "
        "with it run until their keys end, and keep their seats when they are activated with the new one."
    )
    YES: ClassVar[str] = "Replace the key"
    NO: ClassVar[str] = "Keep it"
    ACTS: ClassVar[Operations] = {"ok": Access.replace_key}

    @work
    async def action_ok(self) -> None:
        """Replace it."""
        await self.answer_with(Access.replace_key, self._license.activation_key)


class MailLicenseKeyDialog(LicenseDialog[Mailed]):
    """Answers with the address that the activation key goes to."""

    TITLE_TEXT: ClassVar[str] = "Email the activation key"
    OK_TEXT: ClassVar[str] = "Send"
    ACTS: ClassVar[Operations] = {"ok": Access.mail_license_key}

    def form(self) -> ComposeResult:
        """Name the license, and who gets it."""
        yield Static(of_license(self._view), classes="text", markup=False)
        text = f"{self._license.customer} gets the key, and how to activate with it."
        yield Static(text, classes="text", markup=False)

    @work
    async def action_ok(self) -> None:
        """Send it."""
        await self.answer_with(Access.mail_license_key, self._license.activation_key)
