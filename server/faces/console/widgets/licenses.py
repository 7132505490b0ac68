"""The list of licenses, as it is searched while one types, and the license under the cursor beside it."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import DataTable, Input, Static

from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.listings import Wanted
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Refusal
from keyferry.server.faces.console.views import LicenseFacts, Page
from keyferry.server.faces.console.widgets.fields import line
from keyferry.server.faces.console.wording import ends

_SHOWN = (None, Standing.ACTIVE, Standing.SUSPENDED, Standing.EXPIRED)


class LicenseList(Vertical, Asking):
    """Searches by key, customer, computer name or ID; more rows come with the cursor."""

    READS = (Access.licenses,)

    class Pointed(Message):
        """The cursor is on another license, or on none."""

        def __init__(self, row: LicenseFacts | None) -> None:
            super().__init__()
            self.row = row

    class Linked(Message):
        """A link of the License Wizard was pasted in place of a search."""

        def __init__(self, link: str) -> None:
            super().__init__()
            self.link = link

    class Chosen(Message):
        """Enter was pressed on a license."""

    def __init__(self) -> None:
        super().__init__(id="license-list")
        self._rows: dict[str, LicenseFacts] = {}
        self._page: Page[LicenseFacts] = Page((), 0, 1, 1)
        self._standing: Standing | None = None
        self._shown: Wanted | None = None
        self._stale = self._is_looking = False

    def compose(self) -> ComposeResult:
        """Put the search above the list."""
        with Horizontal(id="search-line"):
            yield Static("Search", id="search-label", markup=False)
            yield line(hint="key, customer, computer, ID, or a wizard’s link")
            yield Static("", id="count", markup=False)
        yield DataTable(id="licenses", cursor_type="row", zebra_stripes=False)
        yield Static("", id="nothing", markup=False)

    def on_mount(self) -> None:
        """Show everything, the newest first."""
        table = self.query_one(DataTable)
        table.add_column("Activation key", width=29, key="key")
        table.add_column("Customer", width=22, key="customer")
        table.add_column("Seats", width=7, key="seats")
        table.add_column("Ends", width=10, key="until")
        self.query_one("#nothing").display = False
        self.query_one(Input).focus()
        self.look()

    @property
    def pointed(self) -> LicenseFacts | None:
        """The license under the cursor."""
        table = self.query_one(DataTable)
        keys = list(self._rows)
        return self._rows[keys[table.cursor_row]] if 0 <= table.cursor_row < len(keys) else None

    @property
    def _wanted(self) -> Wanted:
        return Wanted(search=self.query_one(Input).value, standing=self._standing)

    def show(self, activation_key: str) -> None:
        """Search for one license."""
        self._standing = None
        self.query_one(Input).value = activation_key
        self.look_again()

    def look_again(self) -> None:
        """Ask anew, since something has changed."""
        self._stale = True
        self.look()

    def next_standing(self) -> None:
        """Show only licenses of the next standing, or all again."""
        self._standing = _SHOWN[(_SHOWN.index(self._standing) + 1) % len(_SHOWN)]
        self.look()

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Search as one types; a link is no search."""
        if is_carried(event.value):
            event.input.value = ""
            self.post_message(self.Linked(event.value))
        else:
            self.look()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter in the search takes the license under the cursor."""
        self.post_message(self.Chosen())

    @on(DataTable.RowSelected)
    def selected(self, event: DataTable.RowSelected) -> None:
        """Enter in the list does, too."""
        event.stop()
        self.post_message(self.Chosen())

    @on(DataTable.RowHighlighted)
    def pointed_at(self, event: DataTable.RowHighlighted) -> None:
        """Say which license it is, and fetch more rows near the end."""
        event.stop()
        self.post_message(self.Pointed(self.pointed))
        if event.cursor_row >= len(self._rows) - 1 and self._page.has_next:
            self.look()

    def move(self, by: int) -> None:
        """Move the cursor while one types in the search."""
        table = self.query_one(DataTable)
        table.move_cursor(row=max(0, min(len(self._rows) - 1, table.cursor_row + by)))

    @property
    def page_height(self) -> int:
        """How many rows are seen at once."""
        return max(1, self.query_one(DataTable).size.height - 1)

    def look(self) -> None:
        """See to it that what is shown is what is wanted: one question at a time, however fast one types."""
        if not self._is_looking:
            self._is_looking = True
            self._look()

    @work
    async def _look(self) -> None:
        try:
            await self._ask_until_shown()
        finally:
            self._is_looking = False

    async def _ask_until_shown(self) -> None:
        while self._stale or self._shown != self._wanted or self._wants_more:
            wanted, more = self._wanted, not self._stale and self._shown == self._wanted
            self._stale = False
            try:
                turned = (self._page.number + 1, self._page.following) if more else (1, None)
                page = await self.ask(Access.licenses, wanted, *turned)
            except Refusal as refusal:
                self._shown = wanted
                self._show_nothing(f"! {refusal}")
                return
            if not more:
                self._begin(wanted)
            self._page = page if not more else replace(page, total=max(page.total, self._page.total))
            self._add([row for row in page.rows if row.activation_key not in self._rows])

    @property
    def _wants_more(self) -> bool:
        table = self.query_one(DataTable)
        return self._page.has_next and table.cursor_row >= len(self._rows) - 1 > 0

    def _begin(self, wanted: Wanted) -> None:
        self._kept = self.pointed
        self._rows.clear()
        self._shown = wanted
        self.query_one(DataTable).clear()

    def _add(self, rows: list[LicenseFacts]) -> None:
        table, is_first = self.query_one(DataTable), not self._rows
        for row in rows:
            self._rows[row.activation_key] = row
            table.add_row(*_cells(row), key=row.activation_key)
        self.query_one("#count", Static).update(self._count())
        self._show_nothing("" if self._rows else self._none())
        if is_first:
            self._point()

    def _point(self) -> None:
        """Stay on the license that was pointed at, where it is still there."""
        keys = list(self._rows)
        if self._kept is not None and self._kept.activation_key in self._rows:
            self.query_one(DataTable).move_cursor(row=keys.index(self._kept.activation_key))
        self.post_message(self.Pointed(self.pointed))

    def _count(self) -> str:
        which = f"{self._standing} " if self._standing else ""
        total = f"{self._page.total:,}{'+' if self._page.more else ''}"
        counted = f"{total} {which}{'license' if total == '1' else 'licenses'}"
        return (
            f"{counted} at the beginning, * for anywhere" if self._page.beginnings and self._rows else counted
        )

    def _none(self) -> str:
        if self.query_one(Input).value.strip():
            if self._standing:
                return f"No license that is {self._standing} was found. Press F9 to see others."
            return "No license was found. Try a shorter part of its key, customer, or computers."
        if self._standing:
            return f"No license is {self._standing}. Press F9 to see others."
        return "There are no licenses yet."

    def _show_nothing(self, text: str) -> None:
        nothing = self.query_one("#nothing", Static)
        nothing.update(text)
        nothing.display = bool(text)
        nothing.set_class(text.startswith("!"), "problem")
        self.query_one(DataTable).display = not text


def _cells(row: LicenseFacts) -> tuple[Text, ...]:
    style = "" if row.standing is Standing.ACTIVE else "italic"
    seats = f"{row.seats_used}/{row.seats}"
    return (
        Text(row.activation_key, style),
        Text(row.customer or "–", style, no_wrap=True, overflow="ellipsis"),
        Text(seats.rjust(7), style),
        Text(ends(row), style),
    )
