"""The help of one step, and the keys that work everywhere."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Choice


class HelpScreen(WizardScreen):
    """Explains, and returns to where the person was."""

    numbers_choices: ClassVar[bool] = False

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def body(self) -> ComposeResult:
        """Show the text of the step, then the keys."""
        yield Static(self.say("help.title"), classes="title", markup=False)
        yield Static(self.say(self._key), classes="text", markup=False)
        yield Static(self.say("help.keys"), classes="text", markup=False)
        yield Choice(self.say("help.close"), id="close")

    def action_help(self) -> None:
        """Close again with the same key."""
        self.dismiss()

    @on(Choice.Chosen, "#close")
    def close(self) -> None:
        """Return."""
        self.dismiss()
