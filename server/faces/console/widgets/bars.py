"""The bar above every screen, the tabs below it, and the keys at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from keyferry.server.faces.console.marked import RULE, fitted, key_hint

_GAP = 2


class TitleBar(Widget):
    """Whose server this is, and who works at it; what is least needed gives way first."""

    def __init__(self, vendor: str, right: str) -> None:
        super().__init__(id="title-bar")
        self._vendor, self._right = vendor, right

    def render(self) -> Content:
        """Draw both ends."""
        width = self.size.width
        right = fitted(Content.styled(self._right, "$ink-3"), min(cell_len(self._right), width // 2))
        named = (f" · {self._vendor}", "$ink-2") if self._vendor else ""
        left = Content.assemble(("Keyferry", "bold"), named)
        return fitted(left, width - right.cell_length - _GAP).pad_right(_GAP) + right


class Tabs(Widget):
    """The names of the tabs, with a line below them that is stronger below the open one."""

    class Wanted(Message):
        """A tab was clicked on."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, titles: Sequence[tuple[str, str]]) -> None:
        """Take names and titles."""
        super().__init__(id="tabs")
        self._titles = titles
        self.open = titles[0][0]

    def render(self) -> Content:
        """Draw the titles and the line."""
        upper, lower = Content(" "), Content.styled(RULE, "$edge")
        for name, title in self._titles:
            is_open = name == self.open
            upper += Content.styled(title, "$primary bold" if is_open else "$ink-2").pad_right(self._gap)
            line = Content.styled(RULE * len(title), "$primary bold" if is_open else "$edge")
            lower += line + Content.styled(RULE * self._gap, "$edge")
        missing = self.size.width - len(lower.plain)
        return Content("\n").join([upper, lower + Content.styled(RULE * max(0, missing), "$edge")])

    def show(self, name: str) -> None:
        """Draw another tab as the open one."""
        self.open = name
        self.refresh()

    @property
    def _gap(self) -> int:
        return 3

    def on_click(self, event: events.Click) -> None:
        """Ask for the tab that was clicked on."""
        event.stop()
        start = 1
        for name, title in self._titles:
            if start <= event.x < start + len(title):
                self.post_message(self.Wanted(name))
            start += len(title) + self._gap


class Hint(NamedTuple):
    """A key in the bar: what it does, which action, and whether there must be room for it."""

    key: str
    does: str
    action: str
    may_miss: bool = False


class KeyBar(Widget):
    """What can be done now; a click does the same as the key."""

    def __init__(self) -> None:
        super().__init__(id="key-bar")
        self._hints: Sequence[Hint] = ()
        self._owner: Widget | None = None
        self._places: list[tuple[int, int, str]] = []

    def show(self, owner: Widget, hints: Sequence[Hint]) -> None:
        """Show other keys; their actions are those of `owner`."""
        self._owner, self._hints = owner, hints
        self.refresh()

    def render(self) -> Content:
        """Draw as many as there is room for; the last one stays."""
        width = self.size.width
        hints = list(self._hints)
        while _width(hints) > width and any(one.may_miss for one in hints):
            hints.remove([one for one in hints if one.may_miss][-1])
        while _width(hints) > width and len(hints) > 1:
            hints.pop(-2)
        self._places, drawn = [], Content("")
        for one in hints:
            start = drawn.cell_length
            drawn += key_hint(one.key, one.does)
            self._places.append((start, drawn.cell_length, one.action))
            drawn = drawn.pad_right(_GAP)
        return drawn

    async def on_click(self, event: events.Click) -> None:
        """Do what the key that was clicked on does."""
        event.stop()
        for start, end, action in self._places:
            if self._owner is not None and start <= event.x - self.styles.padding.left < end:
                await self._owner.run_action(action)


def _width(hints: Sequence[Hint]) -> int:
    return sum(cell_len(f"{one.key} {one.does}") for one in hints) + _GAP * (len(hints) - 1)
