"""A license that was given up here: the code that frees its seat, to scan or to send."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard.results import Released
from keyferry.wizard.terminal.screens.code_beside import CodeBesideScreen
from keyferry.wizard.terminal.screens.codes import CodesScreen
from keyferry.wizard.terminal.screens.problem import show_answer
from keyferry.wizard.terminal.widgets.choice import Button, Choice
from keyferry.wizard.terminal.widgets.facts import Fact
from keyferry.wizard.terminal.widgets.framed_code import framed
from keyferry.wizard.terminal.widgets.key_line import KeyLine
from keyferry.wizard.terminal.widgets.marked import numbered

# A window of this height has room for what is known already.
_ROOMY = 30

# Of the product’s name, so many cells stand beside the code.
_MOST_NAME = 24


class ReleasedScreen(CodeBesideScreen):
    """Shows a deactivation verification code; back is the overview."""

    help_key = "help.released"
    giving_up = 2
    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "all", show=False)]
    further_keys = (("bar.trouble", "screen.trouble"),)

    def __init__(self, released: Released) -> None:
        super().__init__(released)
        self._released = released

    def aside(self) -> ComposeResult:
        """Say how the seat becomes free."""
        # The bar above has the whole name; here, a long one would push the steps out of sight.
        product = Content(self.wizard.profile.product_name).truncate(_MOST_NAME, ellipsis=True).plain
        yield self.paragraph("released.title", "title", product=product)
        yield Static(numbered(self.say("released.steps")), classes="above")
        yield self.paragraph("released.by_hand", "secondary above")
        yield Static(framed(self._released.code.text))
        yield self.paragraph("fact.code", "secondary")
        count = len(self._released.codes)
        if count > 1 or self._released.other_keys:
            yield KeyLine("a", self.say("released.all", count=count), id="all")
        yield self.codes().set_class(not self.wizard.lacks_colors, "above")
        with Horizontal(classes="buttons above"):
            yield Button(self.say("do.done"), id="home", primary=True)
            yield Static(self._copy_hint(), id="copy-code", classes="secondary")
        yield from self.warnings(self._released.warnings)

    def _copy_hint(self, *, copied: bool = False) -> Content:
        copy = Content.assemble(("c", "$primary bold"), f" {self.say('released.copy')}")
        said = Content.styled(self.say("copied"), "$success") if copied else copy
        return said + Content.styled(f"\n{self.say('released.again')}", "$ink-3")

    def code_facts(self, name: str | None) -> Iterator[Fact]:
        """Yield what goes with the code, which c copies; the name if it is cut, or if there is room."""
        is_told = name != self._released.computer_name or self.app.size.height >= _ROOMY
        for fact in list(super().code_facts(name))[: None if is_told else 2]:
            yield fact._replace(copy="")

    def action_copy(self, letter: str) -> None:
        """Copy the code."""
        if letter == "c":
            self.app.copy_to_clipboard(self._released.code.text)
            self.query_one("#copy-code", Static).update(self._copy_hint(copied=True))

    @on(Choice.Chosen, "#all")
    def action_all(self) -> None:
        """Show every code of this activation key, and the other keys that have some."""
        if self.query("#all"):
            self.wizard.push_screen(CodesScreen(self._released, self.show_codes_of))

    @work(exclusive=True)
    async def show_codes_of(self, key: ActivationKey) -> None:
        """Show the codes of another activation key."""
        await show_answer(self, lambda: self.wizard.control.show_code(key), ReleasedScreen)

    def action_back(self) -> None:
        """Go to the overview: what led here can no longer be done."""
        self.wizard.go_home()
