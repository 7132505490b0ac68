"""The request: a QR code to scan, and the codes to send without a phone."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.results import Begun
from keyferry.wizard.terminal.screens.code_beside import CodeBesideScreen
from keyferry.wizard.terminal.screens.computer_key import ComputerKeyScreen
from keyferry.wizard.terminal.screens.license_file import LicenseFileScreen
from keyferry.wizard.terminal.screens.new_request import ask_for_new_request
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Facts


class ScanScreen(CodeBesideScreen):
    """Shows what was begun; `fresh` if the person hoped to have a key for it already."""

    help_key = "help.scan"

    def __init__(self, begun: Begun, *, fresh: bool = False) -> None:
        super().__init__(begun)
        self._begun = begun
        self._fresh = fresh

    def aside(self) -> ComposeResult:
        """Explain both, and lead on to the computer key."""
        begun = self._begun
        title = "scan.title.renew" if begun.renewal else "scan.title"
        fresh = self._fresh and not begun.renewal
        # 24 lines hold the note only instead of the empty line below the title.
        yield self.paragraph(title, "title" if fresh else "title roomy")
        if fresh:
            yield self.paragraph("scan.fresh", "text note")
        yield self.paragraph("scan.steps")
        yield Static("", classes="gap")
        yield Choice(self.say("do.type_key"), id="type_key")
        yield Choice(self.say("do.use_file"), id="use_file")
        yield Choice(self.say("scan.trouble"), id="trouble")
        yield self.paragraph("scan.by_hand", "text above")
        yield Facts(*self.facts(begun.computer_name), below=True)
        yield from self.warnings(begun.warnings)
        if begun.set_aside:
            yield self.paragraph("scan.aside", "text detail above", name=begun.set_aside.name)

    @property
    def rejected(self) -> Callable[[], object]:
        """A new request helps if the page no longer accepts this one."""
        return lambda: ask_for_new_request(self, self._begun.activation_key, fresh_scan)

    @on(Choice.Chosen, "#type_key")
    def type_key(self) -> None:
        """Go on to the computer key."""
        self.wizard.push_screen(ComputerKeyScreen(self._begun.computer_id))

    @on(Choice.Chosen, "#use_file")
    def use_file(self) -> None:
        """Go on to a license file."""
        self.wizard.push_screen(LicenseFileScreen())


def fresh_scan(begun: Begun) -> ScanScreen:
    """Return the screen of a request that replaced another."""
    return ScanScreen(begun, fresh=True)
