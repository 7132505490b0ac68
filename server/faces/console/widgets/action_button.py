"""A button: one line; it runs an action of the screen, and is gone where that is not offered."""

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
    """Runs an action with Enter, Space or the mouse; the primary one is what Enter does from any field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(
        self, label: str, action: str, *, key: str = "", primary: bool = False, danger: bool = False
    ) -> None:
        super().__init__(id=f"do-{action.replace('_', '-')}", classes="danger" if danger else None)
        self.label = label
        self.action = action
        self.primary = primary
        # Whether what it does can be done yet.
        self.is_ready = True
        self._key = key

    def on_mount(self) -> None:
        """Hide what this operator may not do, and draw anew whenever the focus moves."""
        self.display = not isinstance(self.screen, Asking) or self.screen.offers(self.action)
        self.watch(self.screen, "focused", self._look)

    def on_focus(self) -> None:
        """Be filled at once."""
        self._look()

    def on_blur(self) -> None:
        """Be filled no longer."""
        self._look()

    @property
    def is_filled(self) -> bool:
        """Whether Enter presses it now."""
        # The screen names its focus before the button has it.
        focused = self.screen.focused
        return focused is self or (self.primary and not isinstance(focused, ActionButton))

    def render(self) -> Content:
        """Draw the mark, the key as the bar of keys does, and the label."""
        filled = self.is_filled
        if self._key and not self.primary:
            mark = MARK if filled else " "
            key = Content.styled(self._key, "bold" if filled else "$primary bold")
            return Content(mark) + key + Content(f" {self.label} ")
        # Where there is no ground, brackets show what can be pressed.
        bare = self.app.native_ansi_color and not filled
        mark, end = ("[ ", " ]") if bare else (f"{MARK} " if filled else "  ", "  ")
        key = Content.styled(f"{self._key} " if self._key and len(self._key) == 1 else "", "bold")
        style = "bold" if self.is_ready and (filled or self.primary) else ""
        return Content(f" {mark}") + key + Content.styled(f"{self.label}{end} ", style)

    def show(self, label: str) -> None:
        """Show other words."""
        self.label = label
        self._look()

    def make_ready(self, ready: bool) -> None:
        """Let it be pressed, or no longer."""
        self.is_ready = ready
        self._look()

    async def action_press(self) -> None:
        """Run the action."""
        if self.is_ready:
            await self.run_action(f"screen.{self.action}")

    async def on_click(self, event: events.Click) -> None:
        """Run it with the mouse."""
        event.stop()
        await self.action_press()

    def _look(self) -> None:
        self.set_class(self.is_filled, "filled")
        self.set_class(not self.is_ready, "not-yet")
        self.set_class(bool(self._key) and not self.primary, "plain")
        self.refresh(layout=True)
