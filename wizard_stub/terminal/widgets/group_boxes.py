"""Numbered boxes of five characters, in rows of six: one widget, so that fast typing keeps its order.

Were each box an input of its own, a key pressed while the focus moves could overtake the one before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from keyferry.protocol.alphabet import GROUP
from keyferry.protocol.license_text import looks_like_license_file
from keyferry.wizard.terminal.typed_groups import Noticed, TypedGroups

BOX = GROUP + 4
_ACROSS = BOX + 1
A_ROW = 6
_LINES = 3
# Light and double lines are in every console font; the double one is where the cursor is.
_LIGHT, _DOUBLE = tuple("┌─┐│└┘"), tuple("╔═╗║╚╝")
_EMPTY = "·"
_DOUBT = "!"


class GroupBoxes(Widget, can_focus=True):
    """A code that is typed or pasted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "edit('backspace')", show=False),
        Binding("delete", "edit('delete')", show=False),
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("up", "row(-1)", show=False),
        Binding("down", "row(1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("enter", "submit", show=False),
        Binding("ctrl+u", "edit('clear')", show=False),
    ]

    class Changed(Message):
        """Something was typed; `noticed` was not taken as it came."""

        def __init__(self, noticed: tuple[Noticed, ...], *, ended: bool) -> None:
            super().__init__()
            self.noticed = noticed
            self.ended = ended

    class Submitted(Message):
        """The person pressed Enter."""

    class PastedFile(Message):
        """A license file was pasted instead of a code."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, count: int, *, whole: Callable[[str], str | None], id: str) -> None:
        """Take the number of groups, and what finds a whole code in a longer text."""
        super().__init__(id=id)
        self.typed = TypedGroups(count)
        self._whole = whole
        self.doubtful: frozenset[int] = frozenset()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take as many columns as a row has."""
        return min(self.typed.count, A_ROW) * _ACROSS - 1

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take three lines a row."""
        return -(-self.typed.count // A_ROW) * _LINES

    def render(self) -> Text:
        """Draw all boxes."""
        drawn = Text(no_wrap=True)
        for start in range(0, self.typed.count, A_ROW):
            row = range(start, min(start + A_ROW, self.typed.count))
            for line in range(_LINES):
                for group in row:
                    drawn.append_text(self._line_of_box(group, line))
                    drawn.append(" " if group < row[-1] else "\n")
        drawn.right_crop(1)
        return drawn

    def _line_of_box(self, group: int, line: int) -> Text:
        here = self.has_focus and group == self.typed.group
        doubtful = group + 1 in self.doubtful
        left, across, right, side, lower_left, lower_right = _DOUBLE if here else _LIGHT
        style = "bold" if here or doubtful else ""
        if line == 0:
            title = f"{group + 1}{_DOUBT if doubtful else ''}"
            return Text(left + title + across * (BOX - 2 - len(title)) + right, style=style)
        if line == 2:
            return Text(lower_left + across * (BOX - 2) + lower_right, style=style)
        return Text.assemble((side, style), " ", self._characters(group, here), " ", (side, style))

    def _characters(self, group: int, here: bool) -> Text:
        typed = Text(self.typed.groups[group].ljust(GROUP, _EMPTY), style="bold")
        typed.stylize("not bold dim", len(self.typed.groups[group]))
        if here:
            place = min(self.typed.place, GROUP - 1)
            typed.stylize("reverse", place, place + 1)
        return typed

    def point_at(self, groups: tuple[int, ...]) -> None:
        """Mark groups as worth a second look, and go to the first of them."""
        self.doubtful = frozenset(groups)
        if groups:
            self.typed.move_to(groups[0] - 1)
        self.refresh()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Claim what can be typed, "?" too, before a binding of the screen takes it."""
        return character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Take a printable key."""
        if event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            before = self.typed.typed
            noticed = self.typed.type(event.character)
            at_end = self.typed.group == self.typed.count - 1 and self.typed.place == GROUP
            self._changed((noticed,) if noticed else (), ended=at_end and self.typed.typed > before)

    def on_paste(self, event: events.Paste) -> None:
        """Take a pasted text."""
        event.stop()
        if looks_like_license_file(event.text):
            self.post_message(self.PastedFile(event.text))
            return
        noticed = self.typed.paste(self._whole(event.text) or event.text)
        self._changed(noticed, ended=self.typed.complete)

    def on_click(self, event: events.Click) -> None:
        """Go to the character that was clicked."""
        position = event.get_content_offset(self)
        if position is not None:
            group = position.y // _LINES * A_ROW + position.x // _ACROSS
            self.typed.move_to(group, position.x % _ACROSS - 2)
            self.refresh()

    def action_edit(self, operation: str) -> None:
        """Take back a character, delete the one under the cursor, or clear all."""
        getattr(self.typed, operation)()
        self._changed((), ended=False)

    def action_move(self, by: int) -> None:
        """Move the cursor by characters."""
        self.typed.move(by)
        self.refresh()

    def action_row(self, by: int) -> None:
        """Move the cursor by rows, and out of the boxes above the first and below the last."""
        group = self.typed.group + by * A_ROW
        if 0 <= group < self.typed.count:
            self.typed.move_to(group, self.typed.place)
            self.refresh()
        elif by > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def action_first(self) -> None:
        """Go to the first group."""
        self.typed.move_to(0)
        self.refresh()

    def action_last(self) -> None:
        """Go to the first group that lacks characters, or the last."""
        short = [number for number, group in enumerate(self.typed.groups) if len(group) < GROUP]
        self.typed.move_to(short[0] if short else self.typed.count - 1, GROUP)
        self.refresh()

    def action_submit(self) -> None:
        """Let the screen check what was typed."""
        self.post_message(self.Submitted())

    def _changed(self, noticed: tuple[Noticed, ...], *, ended: bool) -> None:
        self.doubtful = frozenset()
        self.refresh()
        self.post_message(self.Changed(noticed, ended=ended))
