"""What is done to many licenses at once: those that are selected, or all that are listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import work

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.hand_over import SaveTableDialog
from keyferry.server.faces.console.screens.many import ChangeManyDialog
from keyferry.server.faces.console.screens.notice import NoticeDialog
from keyferry.server.faces.console.views import LicenseRow
from keyferry.server.faces.console.widgets.licenses import LicensePane
from keyferry.server.faces.console.wording import changed

# As many as are changed all or none.
_MOST = 1000


class ManyKeys(LicensePane):
    """Selects licenses, changes them together, and saves them as a table."""

    READS: ClassVar[tuple[Callable[..., object], ...]] = (Access.meant, Access.table_of)
    ACTS: ClassVar[Operations] = {
        "export": Access.license_table,
        "many": Access.change_some,
        "select": None,
    }

    def __init__(self) -> None:
        super().__init__()
        self._selected: set[int] = set()

    def on_mount(self) -> None:
        """Mark what is selected."""
        self.rows.is_chosen = lambda row: isinstance(row, LicenseRow) and row.number in self._selected

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Say how many are selected, too."""
        text = super().counted(total, is_wide=is_wide)
        return f"{len(self._selected):,} selected · {text}" if self._selected else text

    def action_select(self) -> None:
        """Select the license, or no longer, and go on to the next."""
        row = self.pointed
        if row is None:
            return
        if row.number in self._selected:
            self._selected.remove(row.number)
        elif len(self._selected) < _MOST:
            self._selected.add(row.number)
        self.rows.action_move(1)
        self._show_selected()

    def _show_selected(self) -> None:
        self.rows.has_boxes = bool(self._selected)
        self.rows.refresh()
        self._count()

    def action_step(self) -> None:
        """Return to the list, and there to all licenses, with none selected."""
        if self.rows.has_focus and self._selected:
            self._selected.clear()
            self._show_selected()
        super().action_step()

    @work
    async def action_many(self) -> None:
        """Ask what to do with those that are selected or, with none of them, with all that are listed."""
        await self.looked()
        title = "Nothing to change"
        meant = await self.ask_or_tell(title, Access.meant, sorted(self._selected), self.asked)
        if meant is None:
            return
        if not meant.numbers:
            await self.app.push_screen_wait(NoticeDialog(title, "No license is listed."))
            return
        done = await self.app.push_screen_wait(ChangeManyDialog(meant))
        # Also where it was stopped, some may be changed.
        self.look_again()
        if done is not None:
            self._selected.clear()
            self._show_selected()
            await self.app.push_screen_wait(NoticeDialog("Licenses changed", changed(done)))

    @work
    async def action_export(self) -> None:
        """Ask where to, and save what is selected, or else all that is listed."""
        await self.looked()
        if self._selected:
            await self.hand_over(SaveTableDialog, Access.table_of, sorted(self._selected))
        else:
            await self.hand_over(SaveTableDialog, Access.license_table, self.asked)
