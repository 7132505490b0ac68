"""Suspending a license, and resuming it."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import LicenseView
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import Field


class StandingDialog(Dialog[LicenseView]):
    """Says what it means, and asks whether it is meant; the harmless answer has the focus."""

    TEXT: ClassVar[str] = ""
    YES: ClassVar[str] = ""

    def __init__(self, view: LicenseView) -> None:
        super().__init__()
        self._license = view.license

    def form(self) -> ComposeResult:
        """Name the license, and what will be."""
        yield Field("Activation key", Static(self._license.activation_key, markup=False), id="activation-key")
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
        view = await self.attempt(Access.suspend, self._license.activation_key)
        if view is not None:
            self.dismiss(view)


class ResumeDialog(StandingDialog):
    """Answers with the resumed license."""

    TITLE_TEXT: ClassVar[str] = "Resume"
    TEXT: ClassVar[str] = "The license can be activated again."
    YES: ClassVar[str] = "Resume license"
    ACTS: ClassVar[Operations] = {"ok": Access.resume}

    @work
    async def action_ok(self) -> None:
        """Resume it."""
        view = await self.attempt(Access.resume, self._license.activation_key)
        if view is not None:
            self.dismiss(view)
