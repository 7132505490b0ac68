"""Which columns the list of licenses has, and in which order, for each operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import key_hint
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import ChosenColumns
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.ticks import Tick

_KEY = "key"


class ColumnsDialog(Dialog[ChosenColumns]):
    """Answers with the columns that were chosen."""

    TITLE_TEXT: ClassVar[str] = "Columns"
    OK_TEXT: ClassVar[str] = "Save"
    AUTO_FOCUS = "Tick"
    ACTS: ClassVar[Operations] = {
        "ok": Access.choose_columns,
        "shift": None,
        "usual": Access.choose_columns,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "usual", show=False),
        Binding("left", "shift(-1)", show=False),
        Binding("right", "shift(1)", show=False),
    ]

    def __init__(self, titles: Mapping[str, str], shown: Sequence[str]) -> None:
        """Take the titles of all columns by name, and the names of those that are shown."""
        super().__init__()
        self._titles, self._shown = titles, shown

    def form(self) -> ComposeResult:
        """Offer a box for each, as they stand; the key is always the first, and only its length is chosen."""
        for name in sorted(dict.fromkeys([*self._shown, *self._titles]), key=_KEY.__eq__):
            yield Tick(self._titles[name], ticked=name in self._shown)
        keys = key_hint("Space", "shows it   ") + key_hint("← →", "moves it left or right")
        yield Static(keys, classes="above", markup=False)
        text = "The portal shows the same ones. What doesn’t fit here is left out."
        yield Static(text, classes="hint above", markup=False)

    def buttons(self) -> ComposeResult:
        """Save them, or take the usual ones."""
        yield ActionButton(self.OK_TEXT, "ok", primary=True)
        yield ActionButton("Usual ones", "usual", key="u")
        yield ActionButton("Cancel", "cancel", key="Esc")

    @work
    async def action_ok(self) -> None:
        """Keep what is ticked."""
        named = {title: name for name, title in self._titles.items()}
        names = [named[tick.label] for tick in self.query(Tick) if tick.ticked]
        await self.answer_with(Access.choose_columns, names)

    def action_shift(self, by: int) -> None:
        """Move the column that is pointed at: those further up stand further left."""
        ticks, pointed = list(self.query(Tick)), self.focused
        if isinstance(pointed, Tick) and pointed is not ticks[-1]:
            beside = ticks[max(0, min(ticks.index(pointed) + by, len(ticks) - 2))]
            if beside is not pointed and by < 0:
                self.query_one("#form").move_child(pointed, before=beside)
            elif beside is not pointed:
                self.query_one("#form").move_child(pointed, after=beside)

    @work
    async def action_usual(self) -> None:
        """Take the usual ones."""
        await self.answer_with(Access.choose_columns, None)
