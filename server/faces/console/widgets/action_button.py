"""A button: one line with its key; it runs an action of the screen, and is gone where that is not offered."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from keyferry.server.faces.console.asking import Asking

# Characters that every console font has, those of old Windows among them.
MARK = "►"


class ActionButton(Widget, can_focus=True):
    """Runs an action with Enter, Space or the mouse."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, label: str, action: str, *, key: str = "") -> None:
        super().__init__(id=f"do-{action.replace('_', '-')}")
        self.label = label
        self.action = action
        self._key = key

    def on_mount(self) -> None:
        """Hide what this operator may not do."""
        self.display = not isinstance(self.screen, Asking) or self.screen.offers(self.action)

    def render(self) -> Content:
        """Draw the mark, the key as the footer does, and the label."""
        mark = MARK if self.has_focus else " "
        style = "bold" if self.has_focus else "bold $primary"
        key = ((self._key, style), " ") if self._key else ()
        return Content.assemble(f"{mark} ", *key, self.label, " ")

    async def action_press(self) -> None:
        """Run the action."""
        await self.run_action(f"screen.{self.action}")

    async def on_click(self, event: events.Click) -> None:
        """Run it with the mouse."""
        event.stop()
        await self.action_press()
