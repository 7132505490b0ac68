"""The main screen: who works where, the tabs that this operator may see, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Operations
from keyferry.server.faces.console.screens.notice import HelpDialog
from keyferry.server.faces.console.screens.palette import Command, PaletteDialog
from keyferry.server.faces.console.widgets.audit_list import AuditList
from keyferry.server.faces.console.widgets.bars import Hint, KeyBar, Tabs, TitleBar
from keyferry.server.faces.console.widgets.computers import ComputerPane
from keyferry.server.faces.console.widgets.customers import CustomerPane
from keyferry.server.faces.console.widgets.manage_keys import ManageKeys
from keyferry.server.faces.console.widgets.outbox import OutboxPane
from keyferry.server.faces.console.widgets.pane import ListPane
from keyferry.server.faces.console.widgets.products import ProductPane
from keyferry.server.faces.console.widgets.property_list import PropertyList

# What each tab shows, and the operation that shows it.
_TABS: Mapping[str, tuple[str, Callable[[], ListPane], Callable[..., object]]] = {
    "keys": ("Manage Keys", ManageKeys, Access.licenses),
    "computers": ("Computers", ComputerPane, Access.computers),
    "customers": ("Customers", CustomerPane, Access.customers),
    "products": ("Products", ProductPane, Access.catalog),
    "audit": ("Audit", AuditList, Access.audit),
    "settings": ("Settings", PropertyList, Access.properties),
    # The last one: the digits of the others stay what fingers know.
    "email": ("Email", OutboxPane, Access.outbox),
}
_EVERYWHERE = (
    Hint("Ctrl+P", "Palette", "screen.palette", may_miss=True),
    Hint("F1", "Help", "screen.help"),
)


class MainScreen(Screen[None], Asking):
    """Where an operator works."""

    ACTS: ClassVar[Operations] = {"help": None, "next_tab": None, "open_tab": None, "palette": None}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "next_tab", "Next tab"),
        Binding("f1", "help", "Help"),
        Binding("ctrl+p", "palette", "Palette"),
        *(Binding(str(number), f"open_tab({number})", show=False) for number in range(1, len(_TABS) + 1)),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.open = "keys"

    def compose(self) -> ComposeResult:
        """Show the tabs whose operation is permitted; each is made when it is opened first."""
        access = self.console_app.access
        yield TitleBar(self.console_app.house.vendor, f"{access.operator} · {access.role}")
        yield Tabs([(name, _TABS[name][0]) for name in self._offered])
        yield Vertical(ManageKeys(), id="pane")
        yield KeyBar()

    @property
    def _offered(self) -> list[str]:
        return [name for name, (_, _, operation) in _TABS.items() if self.console_app.offers(operation)]

    @property
    def pane(self) -> ListPane:
        """The open tab."""
        made = {type(one): one for one in self.query(ListPane)}
        return made[_TABS[self.open][1]]  # type: ignore[index]

    def on_mount(self) -> None:
        """Begin with the keys."""
        self.pane.enter()
        self._show_keys()

    async def show_tab(self, name: str) -> None:
        """Open a tab, with what is true now."""
        kind = _TABS[name][1]
        if not any(type(one) is kind for one in self.query(ListPane)):
            await self.query_one("#pane").mount(kind())
        self.open = name
        for pane in self.query(ListPane):
            pane.display = pane is self.pane
        self.query_one(Tabs).show(name)
        self.pane.enter()
        self._show_keys()

    @on(Tabs.Wanted)
    async def tab_wanted(self, event: Tabs.Wanted) -> None:
        """Open the tab that was clicked on."""
        await self.show_tab(event.name)

    @on(ListPane.Changed)
    def changed(self) -> None:
        """Name the keys that can be pressed now."""
        self._show_keys()

    @on(ListPane.Elsewhere)
    async def elsewhere(self, event: ListPane.Elsewhere) -> None:
        """Open another tab with what was asked for there."""
        await self.show_tab(event.tab)
        self.pane.open_with(event.what, event.about)

    async def action_next_tab(self) -> None:
        """Go on to the next tab."""
        names = self._offered
        await self.show_tab(names[(names.index(self.open) + 1) % len(names)])

    async def action_open_tab(self, number: int) -> None:
        """Open a tab by its place."""
        names = self._offered
        if number <= len(names):
            await self.show_tab(names[number - 1])

    def action_help(self) -> None:
        """Explain the keys."""
        own = [(one.key, one.name) for one in self._commands() if one.key]
        self.app.push_screen(HelpDialog(own))

    @work
    async def action_palette(self) -> None:
        """Ask what to do, by its name."""
        tabs = [
            Command(f"Open {_TABS[name][0]}", str(at), f"screen.open_tab({at})")
            for at, name in enumerate(self._offered, start=1)
        ]
        others = [
            Command("Keyboard shortcuts", "F1", "screen.help"),
            Command("Light, dark, or the terminal’s colors", "F2", "app.next_theme"),
            Command("Sign out and quit", "F10", "app.quit"),
        ]
        chosen = await self.app.push_screen_wait(PaletteDialog([*self._commands(), *tabs, *others]))
        if chosen is not None:
            await self.pane.run_action(chosen)

    def _commands(self) -> list[Command]:
        """Return what can be done in the open tab now."""
        found = []
        pane = self.pane
        for kind in type(pane).__mro__:
            for one in vars(kind).get("BINDINGS", ()):
                if isinstance(one, Binding) and one.description and pane.check_action(one.action, ()):
                    found.append(Command(one.description, _key_of(one), one.action))
        return found

    def _show_keys(self) -> None:
        is_small = not self.pane.is_wide
        # Where there is room, the palette stays: it has what the bar has not.
        rest = [one._replace(may_miss=is_small and one.may_miss) for one in _EVERYWHERE]
        rest = [one._replace(does="More") if is_small and one.key == "F1" else one for one in rest]
        self.query_one(KeyBar).show(self.pane, [*self.pane.hints(), *rest])


def _key_of(binding: Binding) -> str:
    key = binding.key.partition(",")[0]
    return {"f3": "Enter", "delete": "Del", "space": "Space"}.get(key, key.upper() if len(key) > 1 else key)
