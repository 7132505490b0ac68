"""What is behind the row under the cursor, asked for anew as the cursor moves."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker

from keyferry.server.faces.console.asking import Refusal
from keyferry.server.faces.console.marked import marked
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.pane import ListPane


class DetailedPane(ListPane):
    """A tab whose rows have more behind them; one question at a time, however fast one walks."""

    DETAIL: ClassVar[str] = ""
    OF_ROW: ClassVar[Set[str]] = frozenset()
    """The actions on what is behind the row."""

    def __init__(self) -> None:
        super().__init__()
        self.view: Any = None
        self._asked_for: Any = None
        self._is_old = self._is_asking = False
        self._answering: Worker[None] | None = None

    def detail(self) -> ComposeResult:
        """Put it below the list."""
        with Vertical(classes="detail"):
            yield Static("", id=self.DETAIL, classes="behind", markup=False)

    async def behind(self, row: Any) -> Any:
        """Return what is behind a row; raises `Refusal`."""
        raise NotImplementedError

    def described(self, view: Any, width: int) -> Content:
        """Return what is shown of it."""
        raise NotImplementedError

    def fits(self, action: str, view: Any) -> bool:
        """Return whether an action on what is behind the row can be done to it."""
        return view is not None

    async def current(self) -> Any:
        """Return what is behind the row under the cursor, None where there is none.

        Who types ahead means the row that will be seen then, not the one whose answer came before.
        """
        await self.looked()
        while self._is_asking and self._answering is not None:
            await self._answering.wait()
        return self.view

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done to the row, or may be once its answer has come."""
        offered = super().check_action(action, parameters)
        if not offered or action not in self.OF_ROW:
            return offered
        return self.is_mounted and (self._is_asking or self._is_looking or self.fits(action, self.view))

    def hints(self) -> list[Hint]:
        """Return the keys for what can be done to the row that is shown."""
        return [
            one
            for one in super().hints()
            if one.action not in self.OF_ROW or self.fits(one.action, self.view)
        ]

    def on_resize(self) -> None:
        """Draw what there is room for."""
        super().on_resize()
        self.draw()

    def point(self, row: Any) -> None:
        """Show what is behind a row."""
        self._asked_for, self._is_old = row, True
        if not self._is_asking:
            self._is_asking = True
            self._answering = self._ask_behind()

    def draw(self) -> None:
        """Show it as it is known."""
        shown = self.query_one(f"#{self.DETAIL}", Static)
        shown.update(self.described(self.view, max(20, self.size.width - 4)) if self.view is not None else "")

    @work
    async def _ask_behind(self) -> None:
        try:
            while self._is_old:
                self._is_old = False
                row = self._asked_for
                self.view = None if row is None else await self.behind(row)
            self.draw()
        except Refusal as refusal:
            self.view = None
            self.query_one(f"#{self.DETAIL}", Static).update(marked(f"! {refusal}"))
        finally:
            self._is_asking = False
        self.post_message(self.Changed())
