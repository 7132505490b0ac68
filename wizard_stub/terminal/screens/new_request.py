"""A new request with a new computer ID, when the last one no longer works; a license in use stays in use."""

from __future__ import annotations

from collections.abc import Callable

from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard.results import Begun
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.problem import show_answer
from keyferry.wizard.terminal.screens.question import QuestionScreen


def ask_for_new_request(
    screen: WizardScreen, key: ActivationKey, show: Callable[[Begun], WizardScreen]
) -> None:
    """Ask, then make the new request, and open the screen that shows it instead of the one before."""
    wizard = screen.wizard

    def show_alone(begun: Begun) -> WizardScreen:
        wizard.go_home()
        return show(begun)

    def begin() -> Begun:
        return wizard.control.begin(key, new_request=True)

    def ask() -> None:
        # In a group of its own: the screen comes to the front first, and may ask the control itself.
        screen.run_worker(show_answer(screen, begin, show_alone), exclusive=True, group="new_request")

    title, text = screen.say("new_request.title"), screen.say("new_request.text")
    wizard.push_screen(
        QuestionScreen("new_request", ask, title=title, text=text, help_key="help.new_request")
    )
