"""Sending a customer the computer key that was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import KeyGiven
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.services.operations import Typed


class MailKeyDialog(Dialog[KeyGiven]):
    """Answers with the key and the address that it was sent to."""

    TITLE_TEXT: ClassVar[str] = "Email the key to the customer"
    OK_TEXT: ClassVar[str] = "Send"
    FIELDS: ClassVar[Mapping[str, str]] = {"malformed_email": "email"}
    ACTS: ClassVar[Operations] = {"ok": Access.mail_key}

    def __init__(self, given: KeyGiven) -> None:
        super().__init__()
        self._given = given

    def form(self) -> ComposeResult:
        """Ask for the address."""
        text = "The email contains the key, how to type it, and the license file."
        if self._given.mailed_to:
            text = f"An email to {self._given.mailed_to} was already requested. {text}"
        yield Static(text, classes="text", markup=False)
        address = self._given.mailed_to or self._given.key.license.customer or ""
        yield Field("Customer email", line(address, hint="ada@example.com", most=254), id="email")

    @work
    async def action_ok(self) -> None:
        """Send it."""
        license, activation = self._given.key.license, self._given.key.activation
        typed = Typed(license.activation_key, activation.computer_id, activation.computer_name or "")
        mailed = await self.attempt(Access.mail_key, typed, self.typed("email"))
        if mailed is not None:
            self.dismiss(mailed)
