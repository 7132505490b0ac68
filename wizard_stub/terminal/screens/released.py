"""A license that was given up here: the code that frees its seat, to scan or to send."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.results import Released
from keyferry.wizard.terminal.screens.code_beside import CodeBesideScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Fact, Facts


class ReleasedScreen(CodeBesideScreen):
    """Shows a deactivation verification code; back is the overview."""

    help_key = "help.released"

    def __init__(self, released: Released) -> None:
        super().__init__(released)
        self._released = released

    def aside(self) -> ComposeResult:
        """Say how the seat becomes free."""
        yield self.paragraph("released.title", "title roomy")
        yield self.paragraph("released.steps")
        yield Facts(*self.facts(self._released.computer_name), below=True)
        yield from self.warnings(self._released.warnings)
        yield self.paragraph("released.again", "text above")
        yield Static("", classes="gap")
        yield Choice(self.say("do.home"), id="home")
        yield Choice(self.say("scan.trouble"), id="trouble")

    def facts(self, name: str | None) -> Iterator[Fact]:
        """Yield the code before what goes with it."""
        yield self.say("fact.code"), self._released.code.text
        yield from super().facts(name)

    def action_back(self) -> None:
        """Go to the overview: what led here can no longer be done."""
        self.wizard.go_home()
