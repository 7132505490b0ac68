"""Which columns the list of licenses has, for each operator, here and in the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import ChosenColumns
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.ticks import Tick


class ColumnsDialog(Dialog[ChosenColumns]):
    """Answers with the columns that were chosen."""

    TITLE_TEXT: ClassVar[str] = "Columns"
    OK_TEXT: ClassVar[str] = "Save"
    AUTO_FOCUS = "Tick"
    ACTS: ClassVar[Operations] = {"ok": Access.choose_columns, "usual": Access.choose_columns}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("u", "usual", show=False)]

    def __init__(self, titles: Mapping[str, str], shown: Sequence[str]) -> None:
        """Take the titles of all columns by name, and the names of those that are shown."""
        super().__init__()
        self._titles, self._shown = titles, shown

    def form(self) -> ComposeResult:
        """Offer a box for each; the key is always there."""
        for name, title in self._titles.items():
            yield Tick(title, ticked=name in self._shown)
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
        ticked = [tick.ticked for tick in self.query(Tick)]
        names = [name for name, is_ticked in zip(self._titles, ticked, strict=True) if is_ticked]
        await self.answer_with(Access.choose_columns, names)

    @work
    async def action_usual(self) -> None:
        """Take the usual ones."""
        await self.answer_with(Access.choose_columns, None)
