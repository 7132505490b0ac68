"""Activated: what is licensed, until when, and what was read differently from what was typed."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.wizard.results import Completed
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.problem import show_answer
from keyferry.wizard.terminal.screens.released import ReleasedScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Fact, Facts


class DoneScreen(WizardScreen):
    """The end of every method of activation."""

    help_key = "help.done"

    def __init__(self, completed: Completed) -> None:
        super().__init__()
        self._completed = completed

    def body(self) -> ComposeResult:
        """Show the license, the corrections, and what became of a former license."""
        yield self.paragraph("done.title", "title active", product=self.wizard.profile.product_name)
        yield Facts(*self._facts())
        if self._completed.corrections:
            yield Static(self._corrections(), classes="text above note", markup=False)
        if self._completed.replaced:
            yield self.paragraph("done.replaced", "text above", former=self._completed.replaced.text)
            yield Choice(self.say("do.show_code"), id="show_code")
        yield from self.warnings(self._completed.warnings)
        for notice in self._completed.notices:
            yield Static(self.wizard.words.notice(notice), classes="text note above", markup=False)
        yield self.paragraph("done.text", "text above")
        yield Choice(self.say("do.quit"), id="quit")
        yield Choice(self.say("do.home"), id="home")

    def _facts(self) -> Iterator[Fact]:
        completed, words = self._completed, self.wizard.words
        expires = completed.claims.expires
        yield self.say("fact.expires"), words.day(expires) if expires else self.say("fact.never")
        yield self.say("fact.features"), ", ".join(completed.features)
        yield self.say("fact.activation_key"), completed.activation_key.text
        yield self.say("fact.computer_id"), completed.computer_id.text
        yield self.say("fact.computer_name"), completed.computer_name
        yield self.say("fact.computer_key"), completed.computer_key if completed.corrections else None

    def _corrections(self) -> str:
        corrections, nothing = self._completed.corrections, self.say("done.nothing")
        lines = [self.say("done.corrections", count=len(corrections))]
        lines += [
            "  "
            + self.say(
                "done.correction",
                group=correction.group,
                place=correction.place,
                typed=correction.typed or nothing,
                read=correction.read or nothing,
            )
            for correction in corrections
        ]
        return "\n".join(lines)

    def action_back(self) -> None:
        """Go to the overview: what led here is done."""
        self.wizard.go_home()

    @on(Choice.Chosen, "#show_code")
    @work(exclusive=True)
    async def show_code(self) -> None:
        """Show the code that frees the former license's seat."""
        former = self._completed.replaced
        await show_answer(self, lambda: self.wizard.control.show_code(former), ReleasedScreen)
