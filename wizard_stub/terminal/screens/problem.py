"""Something did not work: what it is, and what to do."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.errors import NotSynced
from keyferry.wizard.terminal.problems import detail, explain
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Choice


class ProblemScreen(WizardScreen):
    """Explains one refusal; back is where it can be tried again."""

    help_key: ClassVar[str] = "help.problem"

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def body(self) -> ComposeResult:
        """Show the words, and the detail for the support."""
        words = self.wizard.words
        title = "problem.title.done" if self._is_done else "problem.title"
        yield Static(self.say(title), classes="title problem", markup=False)
        told = explain(words, self._error, folder=self.wizard.folder)
        yield Static(told, classes="text", markup=False)
        further = detail(words, self._error)
        if further:
            yield Static(further, classes="text detail", markup=False)
        if not self._is_done:
            yield Choice(self.say("do.back"), id="back")
        yield Choice(self.say("do.home"), id="home")

    @property
    def _is_done(self) -> bool:
        """Whether it was done all the same, so that there is nothing to try again."""
        return isinstance(self._error, NotSynced)

    def action_back(self) -> None:
        """Return to where it was tried, or to the overview if it is done."""
        if self._is_done:
            self.wizard.go_home()
        else:
            self.dismiss()

    @on(Choice.Chosen, "#back")
    def back(self) -> None:
        """Return to where it was tried."""
        self.dismiss()

    @on(Choice.Chosen, "#home")
    def home(self) -> None:
        """Return to the overview."""
        self.wizard.go_home()
