"""Activating a computer: what the customer reads out, and whether the key goes to them by mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from keyferry.protocol.computer_name import MAX_CHARACTERS
from keyferry.protocol.sentences import CodedError
from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.notes import MAX_NOTES, MAX_REASON
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import ActivationFacts, KeyGiven, LicenseView, Scanned
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.ticks import Tick
from keyferry.server.faces.console.wording import of_license
from keyferry.server.services.requests import Typed


class ActivateDialog(Dialog[KeyGiven]):
    """Answers with the computer key."""

    TITLE_TEXT: ClassVar[str] = "Activate a computer"
    OK_TEXT: ClassVar[str] = "Activate"
    # What is not known yet.
    AUTO_FOCUS = "#computer-id"
    FIELDS: ClassVar[Mapping[str, str]] = {"retired_epoch": "computer-id"}
    READS = (Access.scanned,)
    ACTS: ClassVar[Operations] = {"ok": Access.activate}

    def __init__(
        self, view: LicenseView, computer: ActivationFacts | None = None, *, scanned: Scanned | None = None
    ) -> None:
        super().__init__()
        self._view, self._license, self._can_mail = view, view.license, view.can_mail
        self._computer_id = self._computer_name = self._notes = ""
        # What it proves is in no field that a person could type.
        self._link = scanned.link if scanned else ""
        self._again = computer is not None and computer.holds_seat
        if computer is not None and computer.holds_seat:
            self._computer_id, self._computer_name = computer.computer_id, computer.computer_name or ""
            self._notes = " ".join((computer.notes or "").split())
        if scanned is not None:
            self._computer_id, self._computer_name = scanned.computer_id, scanned.computer_name

    def form(self) -> ComposeResult:
        """Ask for the computer; key and product are given."""
        yield Static(of_license(self._view, self._seat), classes="text", markup=False)
        computer_id = line(self._computer_id, hint="as the License Wizard shows it", is_code=True)
        yield Field("Computer ID", computer_id, id="computer-id")
        name = line(self._computer_name, hint="LAB-PC-07", most=MAX_CHARACTERS)
        yield Field("Computer name", name, id="computer-name")
        address = line(self._license.customer or "", hint="ada@example.com", most=254)
        names_customer = self._license.customer or self.console_app.access.sets_customers
        yield Field("Customer email" if names_customer else "Email the key to", address, id="email")
        notes = line(self._notes, hint="only for your staff", most=MAX_NOTES)
        yield Field("Notes", notes, id="notes")
        reason = Field("Reason", line(hint="The computer was reinstalled", most=MAX_REASON), id="reason")
        # Asked for only where a computer has a seat with another computer ID.
        reason.display = False
        yield reason
        if self._can_mail:
            yield Field("", Tick("Email the key to the customer"), id="mails-key")
        else:
            yield Field("", Static("This server can’t send email.", markup=False), id="no-mail")

    @property
    def _seat(self) -> str:
        used, seats = self._license.seats_used, self._license.seats
        if self._again:
            return f"keeps its seat, {used:,} of {seats:,} in use"
        if used >= seats:
            return f"all {seats:,} seats are in use" if seats > 1 else "its only seat is in use"
        return f"takes seat {used + 1:,} of {seats:,}"

    @work
    async def action_ok(self) -> None:
        """Give the key."""
        if not self.typed("computer-id").strip():
            self.wrong("computer-id", "Type the computer ID that the License Wizard shows.")
            return
        typed = Typed(self._license.activation_key, self.typed("computer-id"), self.typed("computer-name"))
        await self.answer_with(
            Access.activate,
            typed,
            email=self.typed("email"),
            mails_key=self._can_mail and self.query_one(Tick).ticked,
            notes=self.typed("notes"),
            reason=self.typed("reason"),
            link=self._link,
        )

    def refuse(self, refusal: CodedError) -> None:
        """Ask for a reason where one is needed."""
        if refusal.code == "replacement_needs_reason":
            self.query_one("#field-reason", Field).display = True
        super().refuse(refusal)

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Say no more of a field once it is typed in; a link fills what it knows."""
        if event.input.id == "computer-id" and is_carried(event.value):
            event.input.value = ""
            self._fill_in(event.value)
            return
        self.query_one(f"#field-{event.input.id}", Field).say("")

    @work
    async def _fill_in(self, link: str) -> None:
        scanned = await self.attempt(Access.scanned, link)
        if scanned is None:
            return
        if scanned.activation_key != self._license.activation_key:
            text = "This link is for another activation key. Paste it into the search box."
            self.wrong("computer-id", text)
            return
        if scanned.code:
            text = "This link deactivates. Close this, and paste it into the search."
            self.wrong("computer-id", text)
            return
        self._link = link
        self.query_one("#computer-id", Input).value = scanned.computer_id
        self.query_one("#computer-name", Input).value = scanned.computer_name
