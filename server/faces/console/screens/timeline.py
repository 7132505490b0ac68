"""What happened, one thing a line, with more of the one that is pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from keyferry.server.faces.console.marked import wrapped_facts
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.rows import Column, Rows

R = TypeVar("R")
_NAMES = 12
# As many lines as are seen at once, and where there is more room.
_MOST, _MOST_TALL = 7, 14


class TimelineDialog(Dialog[R]):
    """Whoever stands on it says what it is about, and how a line looks."""

    KIND: ClassVar[str] = "timeline"
    AUTO_FOCUS = "#moments"
    NOTHING: ClassVar[str] = "Nothing yet."

    def named(self) -> Content:
        """Return what it is about."""
        raise NotImplementedError

    async def fetch(self) -> Sequence[Any] | None:
        """Return what happened, the latest first; None where it was refused, and said so."""
        raise NotImplementedError

    def columns(self, width: int) -> Sequence[Column]:
        """Return when, a mark, what, and who or whom."""
        return [Column("", 19), Column("", 1, gap=1), Column("", 20, grows=2), Column("", 10, grows=1)]

    def cells(self, row: Any) -> Sequence[Content]:
        """Return what stands in them."""
        raise NotImplementedError

    def known(self, row: Any) -> Sequence[tuple[str, str]]:
        """Return what else is known of it, by name."""
        raise NotImplementedError

    def shown(self) -> None:
        """Know that other things are shown."""

    def form(self) -> ComposeResult:
        """Name it, and list what happened."""
        yield Static(self.named(), classes="text", markup=False)
        yield Rows(self.columns, self.cells, id="moments", has_rule=False)
        yield Static("", id="moment", markup=False)

    def on_mount(self) -> None:
        """Ask what happened."""
        self._fetch()

    @on(Rows.Pointed)
    def walked(self, event: Rows.Pointed) -> None:
        """Say more of it."""
        event.stop()
        self._draw()

    @on(Rows.Chosen)
    async def chosen(self, event: Rows.Chosen) -> None:
        """Enter does what the first button does."""
        event.stop()
        self.dismiss(None)

    @property
    def pointed(self) -> Any:
        """What is pointed at."""
        return self.query_one(Rows).pointed

    @work
    async def _fetch(self) -> None:
        await self.look()

    async def look(self) -> None:
        """Show what is true now."""
        found = await self.fetch()
        if found is not None:
            rows = self.query_one(Rows)
            rows.show(found, min(rows.cursor, max(0, len(found) - 1)))
            rows.styles.height = min(max(1, len(found)), _MOST_TALL if self.has_class("-tall") else _MOST)
            self._draw()

    def _draw(self) -> None:
        moment = self.query_one("#moment", Static)
        known = self.known(self.pointed) if self.pointed else ()
        moment.update(wrapped_facts(known, _NAMES, moment.size.width) if known else Content(self.NOTHING))
        self.query_one("#moment").set_class(self.pointed is None, "none")
        self.query_one(Rows).display = self.pointed is not None
        if self.pointed is None:
            # Where nothing is listed, one goes on with the first button.
            self.query(ActionButton).first().focus()
        self.shown()
