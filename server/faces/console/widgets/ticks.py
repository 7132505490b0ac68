"""Boxes to tick, and ways to choose one of, told apart by a mark and not by a color alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from keyferry.server.faces.console.marked import FULL, fitted

_MARK = "►"


class Tick(Widget, can_focus=True):
    """One box with its words."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", show=False)]

    def __init__(self, label: str, *, ticked: bool = False) -> None:
        super().__init__()
        self.label = label
        self.ticked = ticked

    def render(self) -> Content:
        """Draw the box and the words."""
        box = Content.assemble("[", (FULL if self.ticked else " ", "$primary bold"), "] ")
        # Up to the end of the line: where the focus is, is a bar.
        return fitted(box + Content.styled(self.label, "bold" if self.has_focus else ""), self.size.width)

    def action_tick(self) -> None:
        """Tick it, or no longer."""
        self.ticked = not self.ticked
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Tick it with the mouse."""
        event.stop()
        self.action_tick()


class Ticks(VerticalScroll, can_focus=False):
    """Several boxes below each other."""

    @property
    def ticked(self) -> tuple[str, ...]:
        """The words that are ticked."""
        return tuple(one.label for one in self.query(Tick) if one.ticked)

    async def offer(self, labels: Sequence[str], ticked: Sequence[str] = ()) -> None:
        """Show other boxes."""
        await self.remove_children()
        await self.mount_all([Tick(label, ticked=label in ticked) for label in labels])


class Way(Widget, can_focus=True):
    """One of several ways; pointing at it chooses it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "choose", show=False)]

    class Chosen(Message):
        """It was chosen."""

        def __init__(self, way: Way) -> None:
            super().__init__()
            self.way = way

    def __init__(self, label: str, *, id: str, beside: str = "", danger: bool = False) -> None:
        super().__init__(id=id, classes="danger" if danger else None)
        self.label, self.beside = label, beside
        self.is_chosen = False

    def render(self) -> Content:
        """Draw the mark, whether it is chosen, and the words."""
        color = "$error" if self.has_class("danger") else ""
        style = f"{color} bold".strip() if self.is_chosen else color
        mark = Content.styled(f"{_MARK} " if self.has_focus else "  ", "$primary bold")
        label = Content.styled(f"({FULL if self.is_chosen else '○'}) {self.label}", style)
        if self.beside:
            beside = Content.styled(self.beside, "bold" if self.is_chosen else "$ink-2")
            label = label.pad_right(max(2, 26 - label.cell_length)) + beside
        # Up to the end of the line: what is reversed is a bar, not a word.
        return fitted(mark + label, self.size.width)

    def action_choose(self) -> None:
        """Choose it."""
        self.post_message(self.Chosen(self))

    def on_focus(self) -> None:
        """Choose it by walking to it."""
        self.action_choose()

    def on_click(self, event: events.Click) -> None:
        """Choose it with the mouse."""
        event.stop()
        self.focus()


def choose(among: Widget, name: str) -> None:
    """Choose one of the ways of a form by its id, and none of the others."""
    for way in among.query(Way):
        way.is_chosen = way.id == name
        way.refresh()
