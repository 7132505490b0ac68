"""Giving the license up: explained, confirmed, then the code."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.terminal.problems import Refusal
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.confirm import ConfirmScreen, Question
from keyferry.wizard.terminal.screens.problem import ProblemScreen
from keyferry.wizard.terminal.screens.released import ReleasedScreen
from keyferry.wizard.terminal.widgets.choice import Choice


class DeactivateScreen(WizardScreen):
    """Explains what a deactivation does; `pending_only` if there is no license yet."""

    help_key: ClassVar[str] = "help.deactivate"

    def __init__(self, *, pending_only: bool) -> None:
        super().__init__()
        self._suffix = ".pending" if pending_only else ""

    def body(self) -> ComposeResult:
        """Explain, and offer to keep the license first."""
        product = self.wizard.profile.product_name
        yield Static(self.say("deactivate.title"), classes="title", markup=False)
        text = self.say(f"deactivate.text{self._suffix}", product=product)
        yield Static(text, classes="text", markup=False)
        yield Choice(self.say("deactivate.no"), id="keep")
        yield Choice(self.say("deactivate.go_on"), id="go-on", danger=True)

    @on(Choice.Chosen, "#keep")
    def keep(self) -> None:
        """Return, and change nothing."""
        self.dismiss()

    @on(Choice.Chosen, "#go-on")
    def confirm(self) -> None:
        """Ask once more."""
        question = Question(
            title=self.say("deactivate.title"),
            text=self.say(f"deactivate.confirm{self._suffix}", product=self.wizard.profile.product_name),
            no=self.say("deactivate.no"),
            yes=self.say("deactivate.yes"),
        )
        self.wizard.push_screen(ConfirmScreen(question, self.deactivate, help_key=self.help_key))

    @work(exclusive=True)
    async def deactivate(self) -> None:
        """Give it up, and show the code."""
        try:
            released = await self.in_background(self.wizard.control.deactivate)
        except Refusal as error:
            self.wizard.push_screen(ProblemScreen(error))
        else:
            self.wizard.push_screen(ReleasedScreen(released))
