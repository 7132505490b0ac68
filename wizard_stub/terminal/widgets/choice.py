"""What can be chosen: a line of a list or a button, focused by a mark and not by a color alone."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from keyferry.wizard.terminal.widgets.hung import hung

# Characters that every console font has, those of old Windows among them.
MARK = "►"
# On each side of the words of a button: the mark stands in it, so that the words never move.
_PADDING = 4


class Choice(Widget, can_focus=True):
    """A line of a list, with what it does below it; chosen with Enter, Space, its key or the mouse."""

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

    def __init__(
        self,
        label: str,
        *,
        id: str,
        hint: str = "",
        danger: bool = False,
        key: str = "",
        spaced: bool = False,
    ) -> None:
        """Take the words; `key` is what chooses it from anywhere on the screen, as its screen binds it."""
        super().__init__(id=id, classes=" ".join(["danger"] * danger + ["spaced"] * spaced) or None)
        self.label = label
        self.hint = hint
        self.key = key

    def render(self) -> Content:
        """Draw the mark, the key and the label, and the hint on a second line."""
        # Up to the end of each line: what is reversed is a bar, not words.
        width = self.size.width
        return Content("\n").join(
            [one.pad_right(max(0, width - one.cell_length)) for one in self.lines(width)]
        )

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take the lines that it has in so many cells."""
        return len(self.lines(width))

    def lines(self, width: int) -> list[Content]:
        """Return what it says in so many cells, the first line with the mark."""
        mark = Content.styled(f"{MARK if self.has_focus else ' '} ", "$primary bold")
        key = Content.styled(f"{self.key}  ", "$primary bold") if self.key else Content("")
        style = "$error" if self.has_class("danger") else ""
        label = Content.styled(self.label, f"{style} bold".strip() if self.has_focus else style)
        # What goes on in another line stands below the words.
        indent = 2 + len(key)
        lines = hung(mark + key + label, width, indent)
        if self.hint:
            lines += hung(Content.styled(" " * indent + self.hint, "$ink-2"), width, indent)
        return lines

    def action_choose(self) -> None:
        """Notify the screen."""
        self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """Choose it with the mouse."""
        event.stop()
        self.action_choose()


class Button(Choice):
    """Three rows; filled if it has the focus, or if Enter presses it from where the focus is."""

    def __init__(self, label: str, *, id: str, danger: bool = False, primary: bool = False) -> None:
        super().__init__(label, id=id, danger=danger)
        self.primary = primary

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take the words and as much on each side."""
        return len(Content(self.label)) + 2 * _PADDING

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take three rows."""
        return 3

    @property
    def is_filled(self) -> bool:
        """Whether Enter presses it now."""
        return self.has_focus or (self.primary and not isinstance(self.screen.focused, Button))

    def render(self) -> Content:
        """Draw the mark and the words in the middle row."""
        filled = self.is_filled
        # Where there is no ground, brackets show what can be pressed.
        bare = self.app.native_ansi_color and not filled
        mark, end = ("[ ", " ]") if bare else (f"{MARK} " if filled else "  ", "  ")
        style = "" if self.has_class("not-yet") and not filled else "bold"
        line = f"{'':{_PADDING - 2}}{mark}{self.label}{end}{'':{_PADDING - 2}}"
        blank = " " * len(line)
        return Content.assemble(f"{blank}\n", (line, style), f"\n{blank}")

    def show(self, label: str, *, primary: bool) -> None:
        """Show other words, and whether Enter presses it from anywhere."""
        self.label = label
        self.primary = primary
        self._look()

    def on_mount(self) -> None:
        """Draw anew whenever the focus moves."""
        self.watch(self.screen, "focused", self._look)

    def _look(self) -> None:
        self.set_class(self.is_filled, "filled")
        self.refresh(layout=True)
