"""The tab Settings: every server property with its value, by what it is about."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from keyferry.server.core.folding import caseless
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations, Refusal
from keyferry.server.faces.console.marked import FULL, fitted, marked
from keyferry.server.faces.console.screens.edit_property import (
    PropertyDialog,
    is_switch,
    kind,
    rest_of_sentence,
    title,
    worded,
)
from keyferry.server.faces.console.views import Beside, Page, PropertyView
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.pane import WIDE, ListPane
from keyferry.server.faces.console.widgets.rows import Column, Heading
from keyferry.server.faces.console.wording import day, moment

# What stands before the slash of a name, in words; a new group is called by its own name.
GROUPS: Mapping[str, str] = {
    "customerSite": "Self Help",
    "options": "Limits",
    "firstDay": "First day",
    "portal": "Staff",
    "audit": "Audit",
    "mail": "Email",
    "branding": "Support contact",
}


class PropertyList(ListPane):
    """Every property with its value; what it does stands below."""

    LIST: ClassVar[str] = "properties-table"
    SEARCHES: ClassVar[tuple[str, str]] = ("find a property", "find a property")
    ACTS: ClassVar[Operations] = {
        "edit": Access.set_property,
        "only_changed": Access.properties,
        "reset": Access.reset_property,
        "switch": Access.set_property,
    }
    READS = (Access.properties,)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "edit", "Edit it"),
        Binding("space", "switch", "Switch yes and no"),
        Binding("u", "reset", "Back to the default"),
        Binding("v", "only_changed", "Only changed ones"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("Enter", "Edit", "edit"),
        Hint("Space", "Yes/no", "switch"),
        Hint("u", "Default", "reset"),
        Hint("v", "Only changed", "only_changed"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._changed_only = False
        self._every: Sequence[PropertyView] = ()

    def detail(self) -> ComposeResult:
        """Put the explanation below the list."""
        with Vertical(classes="detail"):
            yield Static("", id="property", classes="behind", markup=False)

    @property
    def wanted(self) -> Hashable:
        """The search, and whether only what was changed."""
        return self.search.value, self._changed_only

    async def fetch(self, number: int, beside: Beside | None) -> Page[PropertyView]:
        """Ask for all, and keep what is wanted."""
        self._every = await self.ask(Access.properties)
        text = caseless(self.searched)
        rows = [
            one
            for one in self._every
            if text in caseless(f"{one.declared.name} {one.declared.sentence}")
            and (not self._changed_only or _is_changed(one))
        ]
        return Page(rows, len(rows), 1, max(1, len(rows)))

    def key_of(self, row: PropertyView) -> Hashable:
        """Know a property by its name."""
        return row.declared.name

    def grouped(self, rows: Sequence[PropertyView]) -> Sequence[Any]:
        """Put a line above each group."""
        items: list[Any] = []
        group = ""
        for row in rows:
            mine = row.declared.group
            if mine != group:
                group = mine
                items.append(Heading(GROUPS.get(group, group)))
            items.append(row)
        return items

    def columns(self, width: int) -> Sequence[Column]:
        """Give the sentence what is left."""
        rest = [Column("Value", 16), Column("Default", 10)] if width >= WIDE else [Column("Value", 14)]
        changed = [Column("Changed", 22)] if width >= WIDE else []
        return [Column("Property", 20, grows=1), *rest, *changed]

    def cells(self, row: PropertyView) -> Sequence[Content]:
        """Draw a property; what was changed stands out."""
        shown = [Content(title(row)), _value(row)]
        if not self.is_wide:
            return shown
        changed = ""
        if row.changed_at is not None:
            changed = (
                f"{day(row.changed_at.date(), self.console_app.today())}, {row.changed_by or 'command line'}"
            )
        default = worded(row, row.default)
        return [*shown, Content.styled(default, "$ink-2"), Content.styled(changed, "$ink-3")]

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Say how many were changed."""
        return f"{sum(map(_is_changed, self._every)):,} of {len(self._every):,} changed"

    def none(self) -> str:
        """Say what can be done where nothing is listed."""
        if self._changed_only and self.searched:
            return "No changed property was found. Press v to see all."
        if self._changed_only:
            return "Every property is as it was delivered. Press v to see all."
        return "No property was found. Try a shorter part of its name."

    def on_resize(self) -> None:
        """Explain it in what room there is."""
        super().on_resize()
        self.point(self.pointed)

    def point(self, row: PropertyView | None) -> None:
        """Explain the property under the cursor."""
        self.query_one("#property", Static).update(self._explained(row) if row is not None else "")
        self.post_message(self.Changed())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what fits the property under the cursor."""
        offered = super().check_action(action, parameters)
        if not offered or action not in ("edit", "switch", "reset"):
            return offered
        row = self.pointed if self.is_mounted else None
        if row is None:
            return False
        return action == "edit" or (is_switch(row) if action == "switch" else _is_changed(row))

    async def action_choose(self) -> None:
        """Enter edits it."""
        await self.run_action("edit")

    @work
    async def action_edit(self) -> None:
        """Ask for the new value."""
        await self.looked()
        changed = await self.app.push_screen_wait(PropertyDialog(self.pointed)) if self.pointed else None
        if changed is not None:
            self.look_again()

    @work
    async def action_switch(self) -> None:
        """Switch it."""
        await self.looked()
        row = self.pointed
        if row is None or not is_switch(row):
            return
        await self._change(Access.set_property, row.declared.name, "false" if row.value == "true" else "true")

    @work
    async def action_reset(self) -> None:
        """Have the default count again."""
        await self.looked()
        if self.pointed is not None:
            await self._change(Access.reset_property, self.pointed.declared.name)

    def action_only_changed(self) -> None:
        """Show only what was changed, or all again."""
        self._changed_only = not self._changed_only
        self.look()

    async def _change(self, operation: Any, *arguments: str) -> None:
        try:
            await self.ask(operation, *arguments)
        except Refusal as refusal:
            self.query_one("#property", Static).update(marked(f"! {refusal}"))
            return
        self.look_again()

    def _explained(self, row: PropertyView) -> Content:
        changed = "Never changed."
        if row.changed_at is not None:
            changed = f"Changed {moment(row.changed_at)} by {row.changed_by or 'the command line'}."
        width = max(20, self.size.width - 4)
        default = worded(row, row.default)
        lines = [
            fitted(Content.styled(title(row), "bold"), width),
            Content.styled(row.declared.name, "$ink-3"),
            Content(rest_of_sentence(row)),
            Content.styled(f"{kind(row)}, default: {default}. {changed}", "$ink-2"),
            Content.styled("Counts from the next request on. The audit keeps who changed it.", "$ink-2"),
        ]
        return Content("\n").join(lines)


def _is_changed(view: PropertyView) -> bool:
    return view.value != view.default


def _value(view: PropertyView) -> Content:
    color = "$primary bold" if _is_changed(view) else ""
    if not is_switch(view):
        return Content.styled(view.value or "(empty)", color if view.value else "$ink-3")
    box = Content.assemble("[", (FULL if view.value == "true" else " ", color), "] ")
    return box + Content.styled(worded(view, view.value), color)
