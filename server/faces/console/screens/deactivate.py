"""Deactivating a computer: with the code that proves it, or without one for a reason that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from keyferry.server.core.licensing.notes import MAX_REASON
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import ActivationFacts, LicenseView, ReleaseFacts, Scanned
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.services.requests import Typed

R = TypeVar("R")


@dataclass(frozen=True)
class WithoutCode:
    """Somebody asked to release a computer that has no code to give."""

    computer_id: str


class ReleaseDialog(Dialog[R], Generic[R]):
    """What both dialogs share: which computer of which license."""

    def __init__(self, view: LicenseView, computer_id: str) -> None:
        super().__init__()
        self.view = view
        self._computer_id = computer_id

    def form(self) -> ComposeResult:
        """Ask for the computer, by choosing or by its ID."""
        license = self.view.license
        yield Field("Activation key", Static(license.activation_key, markup=False), id="activation-key")
        live = license.live
        if live:
            options = [Option(_named(one), id=one.computer_id) for one in live]
            yield Field("Computers", OptionList(*options, markup=False, compact=True), id="computers")
        hint = "choose one above, or type its ID" if live else "as the License Wizard shows it"
        yield Field("Computer ID", line(self._computer_id, hint=hint), id="computer-id")

    @on(OptionList.OptionSelected, "#computers")
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Take the ID of the computer that was chosen."""
        self.query_one("#computer-id", Input).value = event.option.id or ""
        self.query_one("#proof").focus()

    def on_mount(self) -> None:
        """Begin with the computer, or with the proof where the computer is known."""
        if self._computer_id:
            self.query_one("#proof").focus()
        else:
            self.query_one("#computers" if self.view.license.live else "#computer-id").focus()

    def _typed_computer(self) -> Typed | None:
        if not self.typed("computer-id").strip():
            self.wrong("computer-id", "Choose a computer, or type its ID.")
            return None
        return Typed(self.view.license.activation_key, self.typed("computer-id"))


class DeactivateDialog(ReleaseDialog[ReleaseFacts | WithoutCode]):
    """Takes the deactivation verification code."""

    TITLE_TEXT: ClassVar[str] = "Deactivate a computer"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "malformed_deactivation_code": "proof",
        "wrong_deactivation_code": "proof",
    }
    ACTS: ClassVar[Operations] = {"ok": Access.release, "without_code": Access.force_release}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f4", "without_code", show=False)]

    def __init__(
        self, view: LicenseView, computer: ActivationFacts | None = None, *, scanned: Scanned | None = None
    ) -> None:
        live = view.license.live
        chosen = scanned or computer or (live[0] if len(live) == 1 else None)
        super().__init__(view, chosen.computer_id if chosen else "")
        self._code = scanned.code if scanned else ""

    def form(self) -> ComposeResult:
        """Ask for the code as well."""
        yield from super().form()
        code = line(self._code, hint="15 characters, as the License Wizard shows them")
        yield Field("Verification code", code, id="proof")
        text = (
            "The deactivation verification code proves that the license was removed from that computer. "
            "The License Wizard shows it when someone deactivates there."
        )
        yield Static(text, classes="text above hint", markup=False)

    def buttons(self) -> ComposeResult:
        """With the code; without it where that is permitted."""
        yield ActionButton("Deactivate", "ok", key="Enter")
        yield ActionButton("Release without code…", "without_code", key="F4")
        yield ActionButton("Cancel", "cancel", key="Esc")

    @work
    async def action_ok(self) -> None:
        """Release the seat."""
        typed = self._typed_computer()
        if typed is None:
            return
        if not self.typed("proof").strip():
            self.wrong("proof", "Type the code that the License Wizard shows.")
            return
        await self.answer_with(Access.release, typed, self.typed("proof"))

    def action_without_code(self) -> None:
        """Go on to the release by force."""
        self.dismiss(WithoutCode(self.typed("computer-id")))


class ForceDialog(ReleaseDialog[ReleaseFacts]):
    """Takes a reason in place of the code."""

    TITLE_TEXT: ClassVar[str] = "Release without code"
    OK_TEXT: ClassVar[str] = "Release without code"
    FIELDS: ClassVar[Mapping[str, str]] = {"malformed_reason": "proof"}
    ACTS: ClassVar[Operations] = {"ok": Access.force_release}

    def form(self) -> ComposeResult:
        """Ask for the reason, and say what it means."""
        yield from super().form()
        yield Field("Reason", line(hint="The computer’s disk died", most=MAX_REASON), id="proof")
        text = (
            "For a computer that is lost or dead. Nothing proves that the license was removed, so a key "
            "that is still there runs until it expires. Your name and the reason are kept."
        )
        yield Static(text, classes="text above warning", markup=False)

    @work
    async def action_ok(self) -> None:
        """Release the seat."""
        typed = self._typed_computer()
        if typed is not None:
            await self.answer_with(Access.force_release, typed, self.typed("proof"))


def _named(computer: ActivationFacts) -> str:
    name = computer.computer_name or "(no name)"
    return f"{computer.computer_id}  {name}"
