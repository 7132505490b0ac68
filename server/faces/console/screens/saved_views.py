"""Lists that an operator comes back to, by the names that they gave them; the portal has the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.filters import asked_in_words
from keyferry.server.faces.console.marked import key_hint
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import SavedView
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.rows import Column, Rows

_MOST_NAME = 40
_MOST_SEEN = 8


class SavedViewsDialog(Dialog[SavedView]):
    """Answers with the view that was chosen, or that the list was saved as."""

    TITLE_TEXT: ClassVar[str] = "Saved views"
    OK_TEXT: ClassVar[str] = "Save view"
    ACTS: ClassVar[Operations] = {"ok": Access.save_view, "remove": Access.remove_view}
    READS = (Access.views_of,)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("delete", "remove", show=False)]

    def __init__(self, listing: str, asked: Mapping[str, str]) -> None:
        super().__init__()
        self._listing, self._asked = listing, asked

    def form(self) -> ComposeResult:
        """List the views, and ask under which name to save what the list shows now."""
        yield Rows(_columns, _cells, id="views", has_rule=False)
        yield Static("", id="keys-of-views", classes="hint", markup=False)
        if self._asked:
            yield Static(f"Save this list: {asked_in_words(self._asked)}", classes="text", markup=False)
            yield Field("Name", line(hint="Ends this summer", most=_MOST_NAME), id="name")
        else:
            text = "Search, filter, or sort the list first. Then save it here under a name."
            yield Static(text, classes="text hint", markup=False)

    def buttons(self) -> ComposeResult:
        """Save it, or close."""
        if self._asked:
            yield ActionButton(self.OK_TEXT, "ok", primary=True)
        yield ActionButton("Close", "cancel", key="Esc", primary=not self._asked)

    def on_mount(self) -> None:
        """Ask which there are."""
        self.query_one(Rows).display = False
        self._fetch()

    @on(Rows.Chosen)
    def chosen(self, event: Rows.Chosen) -> None:
        """Answer with the view that Enter was pressed on."""
        event.stop()
        self.dismiss(event.rows.pointed)

    @work
    async def action_ok(self) -> None:
        """Save the list as a view."""
        if not self._asked:
            self.dismiss(None)
            return
        name = " ".join(self.typed("name").split())
        if await self.attempt(Access.save_view, self._listing, name, self._asked):
            self.dismiss(SavedView(0, name, self._asked))

    @work
    async def action_remove(self) -> None:
        """Remove the view that is pointed at; what it listed stays as it is."""
        rows = self.query_one(Rows)
        if not rows.has_focus or rows.pointed is None:
            return
        name = await self.attempt(Access.remove_view, rows.pointed.number)
        if name is not None:
            await self._look()
            self.say(f"√ View “{name}” removed.")

    @work
    async def _fetch(self) -> None:
        await self._look()

    async def _look(self) -> None:
        views = await self.attempt(Access.views_of, self._listing)
        if views is not None:
            self._show(views)

    def _show(self, views: Sequence[SavedView]) -> None:
        rows = self.query_one(Rows)
        rows.show(views, min(rows.cursor, max(0, len(views) - 1)))
        rows.display = bool(views)
        rows.styles.height = min(_MOST_SEEN, len(views))
        keys = key_hint("Enter", "opens it   ") + key_hint("Del", "removes it")
        told = self.query_one("#keys-of-views", Static)
        told.update(keys if views else Content("No views yet. Only you see those that you save."))
        # Where one goes on: to open one, or to name what is listed. Who types a name already stays there.
        if not (self._asked and self.typed("name")):
            first = rows if views else self.query_one("#name" if self._asked else "#do-cancel")
            first.focus()


def _columns(width: int) -> Sequence[Column]:
    return [Column("", 20, grows=1), Column("", 30, grows=1)]


def _cells(view: SavedView) -> Sequence[Content]:
    return Content(view.name), Content.styled(asked_in_words(view.asked), "$ink-2")
