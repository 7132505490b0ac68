"""The main screen: a title bar, the tabs that this operator may see, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static, TabbedContent, TabPane, Tabs

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Operations
from keyferry.server.faces.console.screens.notice import HelpDialog
from keyferry.server.faces.console.widgets.audit_list import AuditList
from keyferry.server.faces.console.widgets.manage_keys import ManageKeys
from keyferry.server.faces.console.widgets.property_list import PropertyList

# What each tab shows, and the operation that shows it.
_TABS: Mapping[str, tuple[str, Callable[[], Widget], Callable[..., object]]] = {
    "keys": ("Manage Keys", ManageKeys, Access.licenses),
    "properties": ("Server properties", PropertyList, Access.properties),
    "audit": ("Audit", AuditList, Access.audit),
}


class MainScreen(Screen[None], Asking):
    """Where an operator works."""

    ACTS: ClassVar[Operations] = {"help": None, "next_tab": None}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "next_tab", "Tabs", key_display="F8"),
        Binding("f1", "help", "Help", key_display="F1"),
    ]

    def compose(self) -> ComposeResult:
        """Show the tabs whose operation is permitted."""
        access = self.console_app.access
        with Horizontal(id="title-bar"):
            yield Static("Keyferry Management Console", id="product", markup=False)
            yield Static(f"{access.operator} · {access.role}", id="who", markup=False)
        with TabbedContent():
            for name, (title, pane, operation) in _TABS.items():
                if self.console_app.offers(operation):
                    with TabPane(title, id=name):
                        yield pane()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Keep the focus where one works: the tabs are changed by a key."""
        self.query_one(Tabs).can_focus = False

    def action_next_tab(self) -> None:
        """Go on to the next tab."""
        tabs = self.query_one(TabbedContent)
        names = [pane.id or "" for pane in tabs.query(TabPane)]
        tabs.active = names[(names.index(tabs.active) + 1) % len(names)]

    def on_tabbed_content_tab_activated(self, event: TabbedContent.TabActivated) -> None:
        """Begin where one types or walks in this tab, with what is true now."""
        pane = event.pane.query_one("ManageKeys, PropertyList, AuditList")
        pane.enter()  # type: ignore[attr-defined]

    def action_help(self) -> None:
        """Explain the keys."""
        self.app.push_screen(HelpDialog())
