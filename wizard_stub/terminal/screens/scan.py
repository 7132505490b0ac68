"""The request: a QR code to scan, and the codes to type elsewhere without a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from keyferry.wizard.results import Begun
from keyferry.wizard.terminal.screens.code_beside import CodeBesideScreen
from keyferry.wizard.terminal.screens.computer_key import ComputerKeyScreen
from keyferry.wizard.terminal.screens.license_file import LicenseFileScreen
from keyferry.wizard.terminal.screens.new_request import ask_for_new_request
from keyferry.wizard.terminal.widgets.choice import Button, Choice
from keyferry.wizard.terminal.widgets.key_line import KeyLine
from keyferry.wizard.terminal.widgets.marked import numbered


class ScanScreen(CodeBesideScreen):
    """Shows what was begun; `fresh` if earlier keys and files no longer fit."""

    help_key = "help.scan"
    step = 2
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f", "use_file", show=False)]

    def __init__(self, begun: Begun, *, fresh: bool = False) -> None:
        super().__init__(begun)
        self._begun = begun
        self._fresh = fresh

    def aside(self) -> ComposeResult:
        """Explain the code, and lead on to the computer key."""
        begun = self._begun
        yield self.paragraph("scan.title.renew" if begun.renewal else "scan.title", "title")
        if self._fresh and not begun.renewal:
            yield self.paragraph("scan.fresh", "hint")
        if begun.set_aside:
            yield self.paragraph("scan.aside", "hint", name=begun.set_aside.name)
        yield Static(numbered(self.say("scan.steps")), classes="above")
        yield Button(self.say("scan.have_key"), id="type_key", primary=True).add_class("above")
        yield KeyLine("f", self.say("do.use_file"), id="use_file").add_class("above")
        yield KeyLine("t", self.say("scan.trouble"), id="trouble")
        by_hand = Content.assemble(
            (self.say("scan.by_hand"), "$ink-2"), "\n", (self.wizard.self_help, "bold")
        )
        yield Static(by_hand, classes="above")
        yield self.codes()
        yield from self.warnings(begun.warnings)

    @property
    def rejected(self) -> Callable[[], object]:
        """A new request helps if the page no longer accepts this one."""
        return lambda: ask_for_new_request(self, self._begun.activation_key, fresh_scan)

    @on(Choice.Chosen, "#type_key")
    def type_key(self) -> None:
        """Go on to the computer key."""
        self.wizard.push_screen(ComputerKeyScreen(self._begun.computer_id))

    @on(Choice.Chosen, "#use_file")
    def action_use_file(self) -> None:
        """Go on to a license file."""
        self.wizard.push_screen(LicenseFileScreen(type_instead=self.type_key))


def fresh_scan(begun: Begun) -> ScanScreen:
    """Return the screen of a request that replaced another."""
    return ScanScreen(begun, fresh=True)
