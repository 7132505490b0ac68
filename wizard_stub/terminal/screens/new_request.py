"""A new request with a new computer ID, when the last one no longer works; a license in use stays in use."""

from __future__ import annotations

from collections.abc import Callable

from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard.results import Begun
from keyferry.wizard.terminal.problems import Refusal
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.confirm import ConfirmScreen, Question
from keyferry.wizard.terminal.screens.problem import ProblemScreen


def ask_for_new_request(
    screen: WizardScreen, key: ActivationKey, show: Callable[[Begun], WizardScreen]
) -> None:
    """Ask, then make the new request, and open the screen that shows it instead of the one before."""
    wizard = screen.wizard

    async def begin() -> None:
        try:
            begun = await screen.in_background(lambda: wizard.control.begin(key, new_request=True))
        except Refusal as error:
            wizard.push_screen(ProblemScreen(error))
            return
        wizard.go_home()
        wizard.push_screen(show(begun))

    question = Question(
        title=screen.say("do.new_request"),
        text=screen.say("new_request.text"),
        no=screen.say("new_request.no"),
        yes=screen.say("new_request.yes"),
    )

    def ask() -> None:
        # In a group of its own: the screen comes to the front first, and may ask the control itself.
        screen.run_worker(begin(), exclusive=True, group="new_request")

    wizard.push_screen(ConfirmScreen(question, ask, help_key="help.new_request"))
