"""Changing a license: renewing, suspending and resuming it."""

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
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.wording import term, typed_terms


class ChangeDialog(Dialog[LicenseView]):
    """Names the license, and answers with it as it is then."""

    def __init__(self, view: LicenseView) -> None:
        super().__init__()
        self._license = view.license

    def form(self) -> ComposeResult:
        """Name the license."""
        yield Field("Activation key", Static(self._license.activation_key, markup=False), id="activation-key")


class RenewDialog(ChangeDialog):
    """Answers with the renewed license."""

    TITLE_TEXT: ClassVar[str] = "Renew"
    OK_TEXT: ClassVar[str] = "Renew"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "malformed_terms": "until",
        "expiry_out_of_range": "until",
        "license_never_expires": "until",
    }
    ACTS: ClassVar[Operations] = {"ok": Access.renew}

    def form(self) -> ComposeResult:
        """Ask until when."""
        yield from super().form()
        yield Field("Current term", Static(term(self._license), markup=False), id="now")
        yield Field("Renew until", line("365 days", most=20), id="until")
        text = (
            "Type a date like 2027-12-31, which can also be earlier. Or type days to add to the last day, "
            "or to today if that has passed. Computers get the new date at their next scan."
        )
        yield Static(text, classes="text above hint", markup=False)

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
        await self.answer_with(Access.renew, self._license.activation_key, terms)


class StandingDialog(ChangeDialog):
    """Says what it means, and asks whether it is meant; the harmless answer has the focus."""

    TEXT: ClassVar[str] = ""
    YES: ClassVar[str] = ""

    def form(self) -> ComposeResult:
        """Name the license, and what will be."""
        yield from super().form()
        yield Field("Customer", Static(self._license.customer or "none", markup=False), id="customer")
        yield Static(self.TEXT, classes="text above", markup=False)

    def buttons(self) -> ComposeResult:
        """Cancel comes first."""
        yield ActionButton("Cancel", "cancel", key="Esc")
        yield ActionButton(self.YES, "ok")


class SuspendDialog(StandingDialog):
    """Answers with the suspended license."""

    TITLE_TEXT: ClassVar[str] = "Suspend"
    TEXT: ClassVar[str] = (
        "Every activation of this license is refused until you resume it. Keys that were already given out "
        "run until they expire, because no network reaches those computers."
    )
    YES: ClassVar[str] = "Suspend license"
    ACTS: ClassVar[Operations] = {"ok": Access.suspend}

    @work
    async def action_ok(self) -> None:
        """Suspend it."""
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
