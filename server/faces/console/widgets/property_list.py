"""The tab Server properties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Operations, Refusal
from keyferry.server.faces.console.screens.edit_property import PropertyDialog
from keyferry.server.faces.console.views import PropertyView
from keyferry.server.faces.console.wording import moment


class PropertyList(Vertical, Asking):
    """Every property with its value; what it does stands below."""

    ACTS: ClassVar[Operations] = {"edit": Access.set_property}
    READS = (Access.properties,)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f3", "edit", "Edit", key_display="F3")]

    def __init__(self) -> None:
        super().__init__()
        self._views: Sequence[PropertyView] = ()

    def compose(self) -> ComposeResult:
        """Put the explanation below the list."""
        yield DataTable(id="properties-table", cursor_type="row")
        yield Static("", id="property", markup=False)

    def on_mount(self) -> None:
        """Ask for them."""
        table = self.query_one(DataTable)
        table.add_column("Property", width=48, key="name")
        table.add_column("Value", width=24, key="value")

    def enter(self) -> None:
        """Begin in the list, with what is set now."""
        self.query_one(DataTable).focus()
        self.look()

    @property
    def pointed(self) -> PropertyView | None:
        """The property under the cursor."""
        row = self.query_one(DataTable).cursor_row
        return self._views[row] if row < len(self._views) else None

    @work(exclusive=True, group="properties")
    async def look(self) -> None:
        """Ask for all properties, and stay on the one that was pointed at."""
        try:
            self._views = await self.ask(Access.properties)
        except Refusal as refusal:
            self.query_one("#property", Static).update(f"! {refusal}")
            return
        table = self.query_one(DataTable)
        row = table.cursor_row
        table.clear()
        for view in self._views:
            style = "" if view.value == view.default else "bold"
            shown = Text(view.value or "(empty)", style, no_wrap=True, overflow="ellipsis")
            table.add_row(Text(view.declared.name, style), shown)
        table.move_cursor(row=row)
        self._explain()

    @on(DataTable.RowHighlighted)
    def pointed_at(self, event: DataTable.RowHighlighted) -> None:
        """Explain the property under the cursor."""
        event.stop()
        self._explain()

    @on(DataTable.RowSelected)
    async def selected(self, event: DataTable.RowSelected) -> None:
        """Enter edits it."""
        event.stop()
        await self.run_action("edit")

    @work
    async def action_edit(self) -> None:
        """Ask for the new value."""
        if self.pointed is None:
            return
        changed = await self.app.push_screen_wait(PropertyDialog(self.pointed))
        if changed is not None:
            self.look()

    def _explain(self) -> None:
        view = self.pointed
        if view is None:
            return
        changed = "never changed"
        if view.changed_at is not None:
            changed = f"changed {moment(view.changed_at)} by {view.changed_by or 'the command line'}"
        text = Text(f"{view.declared.sentence}\n")
        facts = f"{view.declared.type}, default: {view.default or '(empty)'}, {changed}"
        text.append(f"{facts}. Press Enter to edit it.", "dim")
        self.query_one("#property", Static).update(text)
