"""Giving the license up: one question that explains it, then the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.widget import Widget

from keyferry.wizard.results import Begun, Status
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.question import QuestionScreen
from keyferry.wizard.terminal.widgets.facts import Fact


class DeactivateScreen(QuestionScreen):
    """Explains what a deactivation does, and asks."""

    giving_up = 1

    def __init__(
        self, given_up: Status | Begun, on_yes: Callable[[], object], *, title: str, text: str
    ) -> None:
        super().__init__("deactivate", on_yes, title=title, text=text, help_key="help.deactivate")
        self._given_up = given_up

    def about(self) -> Iterator[Widget]:
        """Yield the codes of what is given up."""
        key, computer_id = self._given_up.activation_key, self._given_up.computer_id
        facts = self.facts(
            Fact(self.say("fact.activation_key"), key.text if key else None),
            Fact(self.say("fact.computer_id"), computer_id.text if computer_id else None),
        )
        yield facts.add_class("far")


def ask_to_deactivate(
    screen: WizardScreen, given_up: Status | Begun, on_yes: Callable[[], object], *, pending_only: bool
) -> None:
    """Ask whether a license, or what is pending, is to be given up."""
    product, name = screen.wizard.profile.product_name, given_up.computer_name
    suffix = ".pending" if pending_only else ""
    title = screen.say("deactivate.title", product=product, computer=name or screen.say("this_computer"))
    text = screen.say(f"deactivate.text{suffix}", product=product)
    screen.wizard.push_screen(DeactivateScreen(given_up, on_yes, title=title, text=text))
