"""Activated: what is licensed, until when, and what was read differently from what was typed."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from keyferry.protocol.typed import Correction
from keyferry.wizard.results import Completed
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.problem import show_answer
from keyferry.wizard.terminal.screens.released import ReleasedScreen
from keyferry.wizard.terminal.widgets.choice import Button, Choice
from keyferry.wizard.terminal.widgets.facts import Fact
from keyferry.wizard.terminal.widgets.hung import Hung
from keyferry.wizard.terminal.widgets.license_panel import LicensePanel
from keyferry.wizard.terminal.widgets.marked import about_characters, marked


class DoneScreen(WizardScreen):
    """The end of every method of activation."""

    help_key = "help.done"
    step = 4

    def __init__(self, completed: Completed) -> None:
        super().__init__()
        self._completed = completed

    def body(self) -> ComposeResult:
        """Show the license, the corrections, and what became of a former license."""
        completed = self._completed
        title = self.say("done.title", product=self.wizard.profile.product_name)
        yield Hung(marked(title), classes="title")
        yield Static(
            self.on_and_until(completed.computer_name, completed.claims), classes="subtitle indented"
        )
        yield LicensePanel(self.say("license"), self.facts(*self._facts(), between=1))
        for notice in completed.notices:
            yield Hung(marked(self.wizard.words.notice(notice)), classes="above")
        yield from self.warnings(completed.warnings)
        yield self.paragraph("done.text", "secondary above")
        with Horizontal(classes="buttons above"):
            yield Button(self.say("do.finish"), id="quit", primary=True)
            yield Button(self.say("do.home"), id="home")
        if completed.replaced:
            yield self.paragraph("done.replaced", "secondary above", former=completed.replaced.text)
            yield Choice(self.say("do.show_code"), id="show_code")

    def _facts(self) -> Iterator[Fact]:
        completed = self._completed
        yield Fact(self.say("fact.time_left"), self.time_left(completed.claims))
        yield Fact(self.say("fact.features"), ", ".join(completed.features))
        yield Fact(self.say("fact.activation_key"), completed.activation_key.text, copy="c")
        yield Fact(self.say("fact.computer_id"), completed.computer_id.text, copy="i")
        yield Fact(self.say("fact.computer_key"), completed.computer_key if completed.corrections else None)
        for place, correction in enumerate(completed.corrections):
            yield Fact(self.say("fact.fixed") if place == 0 else "", self._in_words(correction))

    def _in_words(self, correction: Correction) -> Content:
        nothing = self.say("done.nothing")
        values = {"group": correction.group, "place": correction.place}
        where, _, how = self.say(
            "done.correction", **values, typed=correction.typed or nothing, read=correction.read or nothing
        ).partition(": ")
        return Content(f"{where}: ") + about_characters(how)

    def on_mount(self) -> None:
        """Begin with what ends it."""
        self.query_one("#quit").focus()

    def action_back(self) -> None:
        """Go to the overview: what led here is done."""
        self.wizard.go_home()

    @on(Choice.Chosen, "#show_code")
    @work(exclusive=True)
    async def show_code(self) -> None:
        """Show the code that frees the former license's seat."""
        former = self._completed.replaced
        await show_answer(self, lambda: self.wizard.control.show_code(former), ReleasedScreen)
