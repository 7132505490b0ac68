"""All codes of an activation key that was given up here, each with the computer ID that it is for."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.openings import Level
from keyferry.wizard.results import Code, Released
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Fact
from keyferry.wizard.terminal.widgets.marked import code, marked

# Columns of the number and of the computer ID.
_NUMBER, _ID = 3, 32


class CodesScreen(WizardScreen):
    """Lists them, the license's first; a further key leads to its own."""

    help_key = "help.codes"
    giving_up = 2

    def __init__(self, released: Released, show: Callable[[ActivationKey], object]) -> None:
        """Take the codes, and what shows those of another activation key."""
        super().__init__()
        self._released = released
        self._show = show

    def body(self) -> ComposeResult:
        """Show a line for each code, and a choice for each further key."""
        released = self._released
        yield self.paragraph("codes.title", "title")
        yield self.paragraph("codes.text", "secondary")
        yield self.facts(Fact(self.say("fact.activation_key"), released.activation_key.text)).add_class(
            "above"
        )
        yield Static(self._heads(), classes="above")
        yield self.rule()
        for number, one in enumerate(released.codes, start=1):
            yield Static(self._line(number, one))
        yield self.rule()
        if released.other_keys:
            yield self.paragraph("codes.others", "secondary above")
        for place, key in enumerate(released.other_keys):
            yield Choice(key.text, id=f"key-{place}").add_class("key")
        yield Choice(self.say("do.back"), id="back").add_class("spaced")

    def on_mount(self) -> None:
        """Begin with the first choice."""
        self.query(Choice).first().focus()

    def _heads(self) -> Content:
        line = Content(" " * _NUMBER + self.say("fact.computer_id").ljust(_ID) + self.say("codes.code"))
        return line.stylize_before("$ink-2")

    def _line(self, number: int, one: Code) -> Content:
        level = self.say("codes.proof" if one.level is Level.PROOF else "codes.claim")
        return (
            Content.styled(f"{number}".ljust(_NUMBER), "$primary bold")
            + code(one.computer_id.text.ljust(_ID))
            + code(one.code.text, "bold")
            + Content("  ")
            + marked(level, "$ink-2")
        )

    @on(Choice.Chosen, ".key")
    def other_key(self, event: Choice.Chosen) -> None:
        """Show the codes of another activation key."""
        place = int((event.choice.id or "").removeprefix("key-"))
        self.dismiss()
        self._show(self._released.other_keys[place])
