"""A question before something that cannot be taken back; the harmless answer comes first."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Choice


class ConfirmScreen(WizardScreen):
    """Asks, closes, and does `on_yes` if that was the answer; `topic` names the words of both answers."""

    def __init__(
        self, topic: str, on_yes: Callable[[], object], *, title: str, text: str, help_key: str
    ) -> None:
        super().__init__()
        self._topic = topic
        self._on_yes = on_yes
        self._title = title
        self._text = text
        self.help_key = help_key

    def body(self) -> ComposeResult:
        """Show the question and both answers."""
        yield Static(self._title, classes="title", markup=False)
        yield Static(self._text, classes="text", markup=False)
        yield Choice(self.say(f"{self._topic}.no"), id="no")
        yield Choice(self.say(f"{self._topic}.yes"), id="yes", danger=True)

    @on(Choice.Chosen, "#yes")
    def yes(self) -> None:
        """Close the question, then do it, once."""
        if self.is_active:
            self.dismiss()
            self._on_yes()
