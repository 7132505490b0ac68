"""Boxes to tick, told apart by a mark and not by a color alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget


class Tick(Widget, can_focus=True):
    """One box with its words."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", show=False)]

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label
        self.ticked = False

    def render(self) -> Content:
        """Draw the box and the words."""
        return Content(f"[{'x' if self.ticked else ' '}] {self.label}")

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

    async def offer(self, labels: Sequence[str]) -> None:
        """Show other boxes."""
        await self.remove_children()
        await self.mount_all([Tick(label) for label in labels])
