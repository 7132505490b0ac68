"""The palette: what can be done now, found by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input

from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.widgets.fields import line
from keyferry.server.faces.console.widgets.rows import Column, Rows


class Command(NamedTuple):
    """What can be done: its name, its key, and the action."""

    name: str
    key: str
    action: str


class PaletteDialog(Dialog[str]):
    """Answers with the action that was chosen."""

    TITLE_TEXT: ClassVar[str] = "What do you want to do?"
    ACTS: ClassVar[Operations] = {"ok": None, "step": None}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", show=False, priority=True),
        Binding("up", "step(-1)", show=False, priority=True),
    ]

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands

    def form(self) -> ComposeResult:
        """Ask for a word of it."""
        searched = line(hint="type a word of it")
        searched.id = "wanted"
        yield searched
        yield Rows(lambda _: [Column("", 10, grows=1), Column("", 7)], _cells, id="commands", has_rule=False)

    def buttons(self) -> ComposeResult:
        """Enter and Esc do all of it."""
        yield from ()

    def on_mount(self) -> None:
        """Show all of them."""
        self.query_one(Input).focus()
        self.query_one(Rows).is_led = True
        self.query_one(Rows).show(self._commands)

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Show what has all of the words."""
        wanted = event.value.lower().split()
        self.query_one(Rows).show(
            [one for one in self._commands if all(word in one.name.lower() for word in wanted)]
        )

    @on(Rows.Chosen)
    def chosen(self, event: Rows.Chosen) -> None:
        """Answer with what was clicked on."""
        event.stop()
        self.action_ok()

    def action_step(self, by: int) -> None:
        """Walk in the list while one types."""
        self.query_one(Rows).action_move(by)

    def action_ok(self) -> None:
        """Answer with what is pointed at."""
        command = self.query_one(Rows).pointed
        if command is not None:
            self.dismiss(command.action)


def _cells(command: Command) -> Sequence[Content]:
    return Content(command.name), Content.styled(command.key, "$primary bold")
