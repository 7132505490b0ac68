"""Deactivating a computer: with the code that proves it, or without one for a reason that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.notes import MAX_REASON
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import code
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import ActivationFacts, LicenseView, ReleaseFacts, Scanned
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.rows import Column, Rows
from keyferry.server.faces.console.widgets.ticks import Way, choose
from keyferry.server.faces.console.wording import of_license
from keyferry.server.services.requests import Typed

# A code has so many characters, without its dashes.
_SYMBOLS = 15
# As many computers as are seen at once.
_MOST_SEEN = 4
_WITH, _WITHOUT = "with-code", "without-code"


class DeactivateDialog(Dialog[ReleaseFacts]):
    """Takes the deactivation verification code, or a reason from who may release without one."""

    TITLE_TEXT: ClassVar[str] = "Deactivate a computer"
    OK_TEXT: ClassVar[str] = "Deactivate"
    KIND: ClassVar[str] = "danger"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "malformed_deactivation_code": "proof",
        "malformed_reason": "reason",
        "wrong_deactivation_code": "proof",
    }
    READS = (Access.scanned,)
    ACTS: ClassVar[Operations] = {"ok": Access.release, "without_code": Access.force_release}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f4", "without_code", show=False)]

    def __init__(
        self, view: LicenseView, computer: ActivationFacts | None = None, *, scanned: Scanned | None = None
    ) -> None:
        super().__init__()
        live = view.license.live
        self._chosen = scanned or computer or (live[0] if len(live) == 1 else None)
        self.view = view
        # Its further codes are in no field that a person could type.
        self._link = scanned.link if scanned else ""
        self._code = scanned.code if scanned else ""
        self._has_code = True

    def form(self) -> ComposeResult:
        """Ask for the computer, and for what proves that the license is gone from it."""
        license, name = self.view.license, self._chosen.computer_name if self._chosen else ""
        frees = f"frees seat {license.seats_used:,} of {license.seats:,}" if license.seats_used else ""
        text = of_license(self.view, frees)
        yield Static(f"{name}, {text}" if name else text, classes="text", markup=False)
        if self._chosen is None and license.live:
            yield Field("Computers", Rows(_columns, _cells, has_rule=False), id="computers")
        hint = "choose one above, or type its ID" if license.live else "as the License Wizard shows it"
        computer_id = self._chosen.computer_id if self._chosen else ""
        yield Field("Computer ID", line(computer_id, hint=hint, is_code=True), id="computer-id")
        may_choose = self.offers("without_code")
        if may_choose:
            yield Way("With the code its wizard shows", id=_WITH)
        proof = line(self._code, hint="15 characters", is_code=True)
        beside = "0 of 15" if may_choose else ""
        name = "" if may_choose else "Its code"
        yield Field(name, proof, id="proof", inset=may_choose, beside=beside)
        if may_choose:
            yield Way("Without a code", id=_WITHOUT, danger=True)
            text = "For a computer that is lost or dead. It may go on running until its key ends."
            yield Static(text, classes="hint inset", markup=False)
            reason = line(hint="The computer’s disk died", most=MAX_REASON)
            yield Field("Reason", reason, id="reason", inset=True)

    def on_mount(self) -> None:
        """Begin with the computer, or with the proof where the computer is known."""
        self._choose(True)
        for rows in self.query(Rows):
            rows.styles.height = min(_MOST_SEEN, len(self.view.license.live))
            rows.show(self.view.license.live)
        if self._chosen is not None:
            self.query_one("#proof").focus()
        else:
            self.query_one("#computers" if self.view.license.live else "#computer-id").focus()

    @on(Rows.Chosen, "#computers")
    def chosen(self, event: Rows.Chosen) -> None:
        """Take the ID of the computer that was chosen."""
        event.stop()
        self.query_one("#computer-id", Input).value = event.rows.pointed.computer_id
        self.query_one("#proof").focus()

    @on(Way.Chosen)
    def way_chosen(self, event: Way.Chosen) -> None:
        """Release so."""
        self._choose(event.way.id == _WITH)

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Typing into a way's field chooses it; a link fills what it knows."""
        name = event.input.id or ""
        if name != "reason" and is_carried(event.value):
            event.input.value = ""
            self._fill_in(event.value)
            return
        if event.value and event.input.has_focus and name in ("proof", "reason"):
            self._choose(name == "proof")
        field = self.query_one(f"#field-{name}", Field)
        field.say("")
        for count in field.query(".beside").results(Static):
            typed = sum(one.isalnum() for one in event.value)
            count.update(f"{typed} of {_SYMBOLS}")

    def action_without_code(self) -> None:
        """Go on without a code, or with one after all."""
        self._choose(not self._has_code)
        self.query_one("#proof" if self._has_code else "#reason").focus()

    @work
    async def action_ok(self) -> None:
        """Release the seat."""
        if not self.typed("computer-id").strip():
            self.wrong("computer-id", "Choose a computer, or type its ID.")
            return
        typed = Typed(self.view.license.activation_key, self.typed("computer-id"))
        if not self._has_code:
            await self.answer_with(Access.force_release, typed, self.typed("reason"))
        elif not self.typed("proof").strip():
            self.wrong("proof", "Type the code that the License Wizard shows.")
        else:
            await self.answer_with(Access.release, typed, self.typed("proof"), self._link)

    @work
    async def _fill_in(self, link: str) -> None:
        scanned = await self.attempt(Access.scanned, link)
        if scanned is None:
            return
        if scanned.activation_key != self.view.license.activation_key:
            self.wrong("proof", "This link is for another activation key. Paste it into the search box.")
        elif not scanned.code:
            self.wrong("proof", "This link activates. Close this, and paste it into the search.")
        else:
            self._link = link
            self.query_one("#computer-id", Input).value = scanned.computer_id
            self.query_one("#proof", Input).value = scanned.code

    def _choose(self, has_code: bool) -> None:
        self._has_code = has_code
        choose(self, _WITH if has_code else _WITHOUT)
        for name, is_meant in (("proof", has_code), ("reason", not has_code)):
            for field in self.query(f"#field-{name}"):
                field.set_class(not is_meant, "not-meant")


def _columns(width: int) -> Sequence[Column]:
    return [Column("", 29), Column("", 10, grows=1)]


def _cells(computer: ActivationFacts) -> Sequence[Content]:
    return code(computer.computer_id), Content(computer.computer_name or "(no name)")
