"""A question before something that cannot be taken back; the harmless answer comes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Choice


@dataclass(frozen=True)
class Question:
    """A question and its two answers, in the person's language."""

    title: str
    text: str
    no: str
    yes: str


class ConfirmScreen(WizardScreen):
    """Asks, closes, and does `on_yes` if that was the answer."""

    def __init__(self, question: Question, on_yes: Callable[[], object], *, help_key: str) -> None:
        super().__init__()
        self._question = question
        self._on_yes = on_yes
        self._help_key = help_key

    def body(self) -> ComposeResult:
        """Show the question and both answers."""
        yield Static(self._question.title, classes="title", markup=False)
        yield Static(self._question.text, classes="text", markup=False)
        yield Choice(self._question.no, id="no")
        yield Choice(self._question.yes, id="yes", danger=True)

    @property
    def shown_help(self) -> str:
        """The help of what is asked about."""
        return self._help_key

    @on(Choice.Chosen, "#no")
    def no(self) -> None:
        """Return, and change nothing."""
        self.dismiss()

    @on(Choice.Chosen, "#yes")
    def yes(self) -> None:
        """Close the question, then do it."""
        self.dismiss()
        self._on_yes()
