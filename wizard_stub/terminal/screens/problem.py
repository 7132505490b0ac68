"""Something did not work: what it is, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.errors import NotSynced
from keyferry.wizard.terminal.problems import Refusal, detail
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Fact
from keyferry.wizard.terminal.widgets.hung import Hung
from keyferry.wizard.terminal.widgets.marked import marked

T = TypeVar("T")


class ProblemScreen(WizardScreen):
    """Explains one refusal; back is where it can be tried again."""

    help_key = "help.problem"

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def body(self) -> ComposeResult:
        """Show the words, the ways on, and what the support wants to know."""
        title = "problem.title.done" if self._is_done else "problem.title"
        yield Hung(marked(self.say(title)), classes="title lead")
        yield Static(self.explain(self._error), classes="text indented above", markup=False)
        if not self._is_done:
            yield Choice(self.say("do.back"), id="back")
        yield Choice(self.say("do.home"), id="home")
        yield self.rule().add_class("above")
        further = detail(self.wizard.words, self._error)
        if further:
            yield Static(further, classes="secondary above", markup=False)
        yield self.facts(
            Fact(self.say("fact.questions"), self.wizard.contact),
            Fact(self.say("fact.folder"), str(self.wizard.folder)),
            Fact(self.say("fact.error_code"), getattr(self._error, "code", None), copy="c"),
        ).add_class("above")

    def on_mount(self) -> None:
        """Begin with the first way on."""
        self.query(Choice).first().focus()

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


async def show_answer(screen: WizardScreen, work: Callable[[], T], show: Callable[[T], WizardScreen]) -> None:
    """Let the control work, and open the screen that shows its answer, or else why it refused."""
    try:
        answer = await screen.in_background(work)
    except Refusal as error:
        screen.wizard.push_screen(ProblemScreen(error))
    else:
        screen.wizard.push_screen(show(answer))
