"""Activating a computer: what the customer reads out, and whether the key goes to them by mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Checkbox, Input, Static

from protocol.computer_name import MAX_CHARACTERS
from server.core.notes import MAX_NOTES
from server.deeds import Typed
from server.faces.console.at_the_desk import Deeds, Refusal
from server.faces.console.desk import Desk
from server.faces.console.screens.dialog import Dialog
from server.faces.console.views import Computer, KeyGiven, LicenseView
from server.faces.console.widgets.do import Do
from server.faces.console.widgets.fields import Field, line
from server.faces.console.wording import require_code


class ActivateDialog(Dialog[KeyGiven]):
    """Answers with the computer key."""

    TITLE_TEXT: ClassVar[str] = "Activate"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "malformed_computer_id": "computer-id",
        "computer_id_mismatch": "computer-id",
        "computer_id_released": "computer-id",
        "computer_id_superseded": "computer-id",
        "retired_epoch": "computer-id",
        "malformed_computer_name": "computer-name",
        "malformed_email": "email",
        "malformed_notes": "notes",
    }
    ACTS: ClassVar[Deeds] = {"ok": Desk.activate}

    def __init__(self, view: LicenseView, computer: Computer | None = None) -> None:
        super().__init__()
        self._view = view
        live = computer is not None and computer.state == "active"
        self._computer = computer if live else None

    def form(self) -> ComposeResult:
        """Ask for the computer; key and product are given."""
        row, computer = self._view.row, self._computer
        yield Field("Activation key", Static(row.activation_key, markup=False), id="activation-key")
        yield Field("Product", Static(row.product, markup=False), id="product")
        hint = "29 characters, as the License Wizard shows them"
        computer_id = line(computer.computer_id if computer else "", hint=hint)
        yield Field("Computer ID", computer_id, id="computer-id")
        name = line(computer.name if computer else "", hint="LAB-PC-07", most=MAX_CHARACTERS)
        yield Field("Computer name", name, id="computer-name")
        yield Field("Customer e-mail", line(row.customer, hint="ada@example.com", most=254), id="email")
        yield Field("", Checkbox("Send the customer the computer key", compact=True), id="mails-key")
        notes = line(computer.notes if computer else "", hint="for your own staff", most=MAX_NOTES)
        yield Field("Notes", notes, id="notes")

    def buttons(self) -> ComposeResult:
        """Ok gives the key."""
        yield Do("Ok, give the computer key", "ok", key="Enter")
        yield Do("Cancel", "cancel", key="Esc")

    def on_mount(self) -> None:
        """Begin with what is not known yet."""
        super().on_mount()
        self.query_one("#computer-id").focus()

    @work
    async def action_ok(self) -> None:
        """Give the key."""
        try:
            require_code(
                self.typed("computer-id"),
                what="the computer ID that the License Wizard shows",
                code="malformed_computer_id",
            )
        except Refusal as refusal:
            self.wrong("computer-id", str(refusal))
            return
        typed = Typed(self._view.row.activation_key, self.typed("computer-id"), self.typed("computer-name"))
        given = await self.attempt(
            Desk.activate,
            typed,
            email=self.typed("email"),
            mails_key=self.query_one(Checkbox).value,
            notes=self.typed("notes"),
        )
        if given is not None:
            self.dismiss(given)

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Say no more of a field once it is typed in."""
        field = self.query_one(f"#field-{event.input.id}", Field)
        if field.query_one(".wrong").display:
            field.tell("")
