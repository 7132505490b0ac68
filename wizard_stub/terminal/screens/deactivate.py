"""Giving the license up: explained, confirmed, then the code."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult

from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.confirm import ConfirmScreen
from keyferry.wizard.terminal.screens.problem import show_answer
from keyferry.wizard.terminal.screens.released import ReleasedScreen
from keyferry.wizard.terminal.widgets.choice import Choice


class DeactivateScreen(WizardScreen):
    """Explains what a deactivation does; `pending_only` if there is no license yet."""

    help_key = "help.deactivate"

    def __init__(self, *, pending_only: bool) -> None:
        super().__init__()
        self._suffix = ".pending" if pending_only else ""

    def body(self) -> ComposeResult:
        """Explain, and offer to keep the license first."""
        yield self.paragraph("deactivate.title", "title")
        yield self.paragraph(f"deactivate.text{self._suffix}", product=self.wizard.profile.product_name)
        yield Choice(self.say("deactivate.no"), id="keep")
        yield Choice(self.say("deactivate.go_on"), id="go-on", danger=True)

    @on(Choice.Chosen, "#go-on")
    def confirm(self) -> None:
        """Ask once more."""
        text = self.say(f"deactivate.confirm{self._suffix}", product=self.wizard.profile.product_name)
        title, about = self.say("deactivate.title"), self.help_key
        self.wizard.push_screen(
            ConfirmScreen("deactivate", self.deactivate, title=title, text=text, help_key=about)
        )

    @work(exclusive=True)
    async def deactivate(self) -> None:
        """Give it up, and show the code."""
        await show_answer(self, self.wizard.control.deactivate, ReleasedScreen)
