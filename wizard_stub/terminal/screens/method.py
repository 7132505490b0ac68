"""How to activate: with a phone, with a computer key, or with a license file."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from keyferry.wizard.terminal.screens.activation_key import ActivationKeyScreen, Method
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Choice


class MethodScreen(WizardScreen):
    """Asks for the method; each begins with the activation key."""

    help_key = "help.method"

    def __init__(self, *, start_over: bool = False) -> None:
        super().__init__()
        self._start_over = start_over

    def body(self) -> ComposeResult:
        """Offer the three methods."""
        yield self.paragraph("method.title", "title")
        for method in Method:
            label, hint = self.say(f"method.{method.value}"), self.say(f"method.{method.value}.hint")
            yield Choice(label, id=method.value, hint=hint)
        if not self.wizard.control.shared:
            yield self.paragraph("method.other_account", "text note")

    @on(Choice.Chosen)
    def chosen(self, event: Choice.Chosen) -> None:
        """Go on to the activation key."""
        method = Method(event.choice.id)
        self.wizard.push_screen(ActivationKeyScreen(method, start_over=self._start_over))
