"""The palette: what can be done now, or what can be chosen, found by its name."""

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

_MOST_SEEN = 12


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

    def __init__(self, commands: Sequence[Command], *, title: str = "", at: int = 0) -> None:
        """Take what there is, how the list is called, and the row to begin with."""
        super().__init__()
        self._commands, self._title, self._at = commands, title or self.TITLE_TEXT, at

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
        self.query_one("#frame").border_title = self._title
        self.query_one(Input).focus()
        rows = self.query_one(Rows)
        rows.is_led = True
        rows.styles.height = min(_MOST_SEEN, len(self._commands))
        rows.show(self._commands, self._at)

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
