"""Renewing a license."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations, Refusal
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import LicenseView
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.wording import term, typed_terms


class RenewDialog(Dialog[LicenseView]):
    """Answers with the renewed license."""

    TITLE_TEXT: ClassVar[str] = "Renew"
    OK_TEXT: ClassVar[str] = "Renew"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "malformed_terms": "until",
        "expiry_out_of_range": "until",
        "license_never_expires": "until",
    }
    ACTS: ClassVar[Operations] = {"ok": Access.renew}

    def __init__(self, view: LicenseView) -> None:
        super().__init__()
        self._license = view.license

    def form(self) -> ComposeResult:
        """Ask until when."""
        yield Field("Activation key", Static(self._license.activation_key, markup=False), id="activation-key")
        yield Field("Current term", Static(term(self._license), markup=False), id="now")
        yield Field("Renew until", line("365 days", most=20), id="until")
        text = (
            "Type a date like 2027-12-31, which can also be earlier. Or type days to add to the last day, "
            "or to today if that has passed. Computers get the new date at their next scan."
        )
        yield Static(text, classes="text above hint", markup=False)

    def on_mount(self) -> None:
        """Begin where one types."""
        self.query_one("#until").focus()

    @work
    async def action_ok(self) -> None:
        """Renew it."""
        try:
            terms = typed_terms(self.typed("until"))
        except Refusal as refusal:
            self.wrong("until", str(refusal))
            return
        if terms == Terms():
            self.wrong("until", "Type a date like 2027-12-31, or a number of days like 365.")
            return
        view = await self.attempt(Access.renew, self._license.activation_key, terms)
        if view is not None:
            self.dismiss(view)
