"""The tab Audit: what was done and what was refused, the latest first."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from keyferry.protocol.visible import visible
from keyferry.server.core.licensing.listings import AuditWanted
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Operations, Refusal
from keyferry.server.faces.console.views import AuditEvent, Beside, Page
from keyferry.server.faces.console.wording import moment
from keyferry.server.words.wording import CHANNELS, detail_in_words, event_in_words, reason_in_words


class AuditList(Vertical, Asking):
    """Every event; more rows come with the cursor."""

    ACTS: ClassVar[Operations] = {"refused": Access.audit, "again": Access.audit}
    READS = (Access.audit,)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "refused", "Refused only", key_display="F9"),
        Binding("f5", "again", "Reload", key_display="F5"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[AuditEvent] = []
        self._page: Page[AuditEvent] = Page((), 0, 1, 1)
        self._refused = False

    def compose(self) -> ComposeResult:
        """Put the whole event below the list."""
        yield Static("", id="audit-count", markup=False)
        yield DataTable(id="audit-table", cursor_type="row")
        yield Static("", id="event", markup=False)

    def on_mount(self) -> None:
        """Name the columns."""
        table = self.query_one(DataTable)
        table.add_column("When (UTC)", width=16)
        table.add_column("Who", width=10)
        table.add_column("Event", width=40)
        table.add_column("Key", width=5)

    def enter(self) -> None:
        """Begin with the latest event."""
        self.query_one(DataTable).focus()
        self.look()

    def action_refused(self) -> None:
        """Show refused attempts only, or all again."""
        self._refused = not self._refused
        self.look()

    def action_again(self) -> None:
        """Show what has happened since."""
        self.look()

    @work(exclusive=True, group="audit")
    async def look(self, number: int = 1, beside: Beside | None = None) -> None:
        """Ask for a page; the first one begins the list anew."""
        try:
            page = await self.ask(Access.audit, AuditWanted(refused=self._refused), number, beside)
        except Refusal as refusal:
            self.query_one("#event", Static).update(f"! {refusal}")
            return
        table = self.query_one(DataTable)
        if number == 1:
            self._rows = []
            table.clear()
        known = {row.id for row in self._rows}
        fresh = [row for row in page.rows if row.id not in known]
        self._page = page
        self._rows += fresh
        for row in fresh:
            table.add_row(*_cells(row))
        what = "refused attempt" if self._refused else "event"
        what += "" if page.total == 1 else "s"
        self.query_one("#audit-count", Static).update(
            f"{page.total:,}{'+' if page.more else ''} {what}, latest first"
        )
        self._show()

    @on(DataTable.RowSelected)
    def selected(self, event: DataTable.RowSelected) -> None:
        """There is nothing to choose; the event is shown below."""
        event.stop()

    @on(DataTable.RowHighlighted)
    def pointed_at(self, event: DataTable.RowHighlighted) -> None:
        """Show the whole event, and fetch more near the end."""
        event.stop()
        self._show()
        if self._rows and event.cursor_row >= len(self._rows) - 1 and self._page.has_next:
            self.look(self._page.number + 1, self._page.following)

    def _show(self) -> None:
        row = self.query_one(DataTable).cursor_row
        event = self.query_one("#event", Static)
        event.update(_whole(self._rows[row]) if row < len(self._rows) else "Nothing has been refused.")


def _cells(row: AuditEvent) -> tuple[Text, ...]:
    return (
        Text(moment(row.at)),
        Text(visible(row.who or CHANNELS[row.channel]), no_wrap=True, overflow="ellipsis"),
        Text(_what(row), "bold" if row.code else "", no_wrap=True, overflow="ellipsis"),
        Text(row.activation_key_ending or ""),
    )


def _what(row: AuditEvent) -> str:
    return visible(f"{event_in_words(row)}: {reason_in_words(row)}" if row.code else event_in_words(row))


def _whole(row: AuditEvent) -> Text:
    text = Text()
    text.append(_what(row), "bold")
    by = f"{row.who or 'someone'} via {CHANNELS[row.channel]}{f' from {row.address}' if row.address else ''}"
    key = f", activation key …{row.activation_key_ending}" if row.activation_key_ending else ""
    text.append(f"\n{visible(f'{row.at:%Y-%m-%d %H:%M:%S} UTC, {by}{key}')}", "dim")
    detail = visible(detail_in_words(row))
    text.append(f"\n{detail}" if detail else "")
    return text
