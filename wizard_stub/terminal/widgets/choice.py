"""What can be chosen: one line, focused by a mark and not by a color alone."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

# Characters that every console font has, those of old Windows among them.
MARK = "►"


class Choice(Widget, can_focus=True):
    """A line that is chosen with Enter, Space, its number or the mouse."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "choose", show=False)]

    class Chosen(Message):
        """The person chose it."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """Let handlers select it by its id."""
            return self.choice

    def __init__(self, label: str, *, id: str, hint: str = "", danger: bool = False) -> None:
        super().__init__(id=id, classes="danger" if danger else None)
        self.label = label
        self.hint = hint
        self.number: int | None = None

    def render(self) -> Content:
        """Draw the mark, the number and the label, and the hint on a second line."""
        mark = MARK if self.has_focus else " "
        number = f"{self.number} " if self.number else ""
        label = Content.assemble(f"{mark} ", (f"{number}{self.label}", "bold"))
        indent = " " * (2 + len(number))
        if not self.hint:
            return label
        # On the ground of the focus, muted would be too faint.
        style = "" if self.has_focus else "$text-muted"
        return Content("\n").join([label, Content.styled(indent + self.hint, style)])

    def action_choose(self) -> None:
        """Notify the screen."""
        self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """Choose it with the mouse."""
        event.stop()
        self.action_choose()
