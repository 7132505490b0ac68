"""How to activate: with a phone, with a computer key, or with a license file."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.terminal.methods import Method
from keyferry.wizard.terminal.screens.activation_key import ActivationKeyScreen
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Choice


class MethodScreen(WizardScreen):
    """Asks for the method; each begins with the activation key."""

    help_key: ClassVar[str] = "help.method"

    def __init__(self, *, start_over: bool = False) -> None:
        super().__init__()
        self._start_over = start_over

    def body(self) -> ComposeResult:
        """Offer the three methods."""
        yield Static(self.say("method.title"), classes="title", markup=False)
        for method in Method:
            yield Choice(
                self.say(f"method.{method.value}"),
                id=method.value,
                hint=self.say(f"method.{method.value}.hint"),
            )
        if not self.wizard.control.shared:
            yield Static(self.say("method.other_account"), classes="text note", markup=False)

    @on(Choice.Chosen)
    def chosen(self, event: Choice.Chosen) -> None:
        """Go on to the activation key."""
        method = Method(event.choice.id)
        self.wizard.push_screen(ActivationKeyScreen(method, start_over=self._start_over))
