"""Numbered boxes of five characters: one widget, so that fast typing keeps its order.

Were each box an input of its own, a key pressed while the focus moves could overtake the one before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from keyferry.protocol.alphabet import GROUP
from keyferry.protocol.doubt import row_adds_up
from keyferry.protocol.license_text import looks_like_license_file
from keyferry.wizard.terminal.typed_groups import UNREADABLE, Noticed, TypedGroups
from keyferry.wizard.terminal.widgets.own_keys import own_keys

A_ROW = 6
# Light and double lines are in every console font; the double one is where the cursor is.
_LIGHT, _DOUBLE = tuple("┌─┐│└┘"), tuple("╔═╗║╚╝")
_EMPTY = "·"
_DOUBT = "!"
# What a window has that shows the boxes large.
_LARGE_FROM = Size(110, 34)


class Shape(NamedTuple):
    """How boxes are drawn: their cells, what is between them, how many beside each other."""

    width: int
    height: int
    across: int
    between: int
    a_row: int
    spread: int


_SMALL = Shape(width=GROUP + 4, height=3, across=3, between=0, a_row=A_ROW, spread=1)
_LARGE = Shape(width=23, height=5, across=4, between=1, a_row=3, spread=3)
_NARROW = _SMALL._replace(across=1)


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

    class Moved(Message):
        """The cursor is elsewhere, and nothing was typed."""

    class Submitted(Message):
        """The person pressed Enter."""

    class PastedFile(Message):
        """A license file was pasted instead of a code."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self,
        count: int,
        *,
        whole: Callable[[str], str | None],
        id: str,
        row: Callable[[int], str] | None = None,
    ) -> None:
        """Take the number of groups, what finds a whole code in a longer text, and what a row is called."""
        super().__init__(id=id)
        self.typed = TypedGroups(count)
        self._whole = whole
        self._row = row
        self.doubtful: frozenset[int] = frozenset()

    @property
    def _shape(self) -> Shape:
        size = self.app.size
        if size.width < A_ROW * (_SMALL.width + _SMALL.across) + 6:
            return _NARROW
        is_large = size.width >= _LARGE_FROM.width and size.height >= _LARGE_FROM.height
        return _LARGE if is_large and self._row is None else _SMALL

    @property
    def row(self) -> int:
        """The row of the cursor, from 0, of a code that has several."""
        return self.typed.group // A_ROW

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take as many columns as a row has."""
        shape = self._shape
        return min(self.typed.count, shape.a_row) * (shape.width + shape.across) - shape.across

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take the lines of all rows."""
        if self._row is not None:
            # Boxes with a line above and below for one row, a line for each other.
            return self.typed.count // A_ROW - 1 + _SMALL.height + 2
        shape = self._shape
        rows = -(-self.typed.count // shape.a_row)
        return rows * (shape.height + shape.between) - shape.between

    def render(self) -> Content:
        """Draw all boxes, of a code in rows only those of the row that is typed."""
        return Content("\n").join(self._in_rows() if self._row is not None else self._in_boxes())

    def _in_boxes(self) -> list[Content]:
        shape = self._shape
        lines: list[Content] = []
        for start in range(0, self.typed.count, shape.a_row):
            lines += [Content("")] * (shape.between if start else 0)
            lines += self._boxes(range(start, min(start + shape.a_row, self.typed.count)), shape)
        return lines

    def _in_rows(self) -> list[Content]:
        lines: list[Content] = []
        for row in range(self.typed.count // A_ROW):
            groups = range(row * A_ROW, (row + 1) * A_ROW)
            if row == self.row:
                lines += [Content(""), *self._boxes(groups, self._shape), Content("")]
            else:
                lines.append(self._line_of_row(row, groups))
        return lines

    def _line_of_row(self, row: int, groups: range) -> Content:
        texts = [self.typed.groups[group] for group in groups]
        mark, style = "○", "$ink-3"
        if all(len(text) == GROUP for text in texts):
            is_right = row_adds_up("".join(texts)) and not self.doubtful.intersection(
                one + 1 for one in groups
            )
            mark, style = ("√", "$success") if is_right else (_DOUBT, "$warning")
        name = self._row(row + 1) if self._row is not None else ""
        drawn = Content.assemble((mark, f"{style} bold"), (f" {name}", style if mark != "○" else "$ink-2"))
        shown = (self._text(text) for text in texts)
        return Content("  ").join([drawn + Content(" "), *shown])

    def _boxes(self, groups: range, shape: Shape) -> list[Content]:
        gap = Content(" " * shape.across)
        return [
            gap.join([self._line_of_box(group, line, shape) for group in groups])
            for line in range(shape.height)
        ]

    def _line_of_box(self, group: int, line: int, shape: Shape) -> Content:
        here = self.has_focus and group == self.typed.group
        doubtful = group + 1 in self.doubtful
        left, across, right, side, lower_left, lower_right = _DOUBLE if here else _LIGHT
        style = "$primary bold" if here else "$warning bold" if doubtful else "$edge"
        inside = shape.width - 2
        if line == 0:
            title = f" {group + 1}{_DOUBT if doubtful else ''} "
            rest = across * (inside - 1 - len(title)) + right
            named = "$ink-2" if style == "$edge" else style
            return Content.assemble((left + across, style), (title, named), (rest, style))
        if line == shape.height - 1:
            return Content.styled(lower_left + across * inside + lower_right, style)
        edge = Content.styled(side, style)
        if line != shape.height // 2:
            return edge + Content(" " * inside) + edge
        text = self._characters(group, here, shape.spread)
        before = (inside - len(text)) // 2
        return edge + text.pad(before, inside - before - len(text)) + edge

    def _characters(self, group: int, here: bool, spread: int) -> Content:
        gap = Content(" " * (spread - 1))
        cells = [self._cell(one) for one in self.typed.groups[group].ljust(GROUP, _EMPTY)]
        if here:
            place = min(self.typed.place, GROUP - 1)
            under = self.typed.groups[group][place : place + 1] or " "
            cells[place] = Content.styled(under, "reverse")
        return gap.join(cells) if spread > 1 else Content("").join(cells)

    def _text(self, group: str) -> Content:
        return Content("").join([self._cell(one, "") for one in group.ljust(GROUP, _EMPTY)])

    @staticmethod
    def _cell(character: str, weight: str = "bold") -> Content:
        if character == _EMPTY:
            return Content.styled(character, "$ink-3")
        color = "$digit" if character.isdigit() else "$warning" if character == UNREADABLE else ""
        return (
            Content.styled(character, f"{color} {weight}".strip()) if color or weight else Content(character)
        )

    def point_at(self, groups: tuple[int, ...]) -> None:
        """Mark groups as worth a second look, and go to the first of them."""
        self.doubtful = frozenset(groups)
        if groups:
            self.typed.move_to(groups[0] - 1)
        self._moved()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Claim what can be typed, "?" too, before a binding of the screen takes it."""
        return character is not None and character.isprintable()

    async def on_key(self, event: events.Key) -> None:
        """Take a printable key, and edit in the order of the keys."""
        if event.key in _EDITS:
            event.stop()
            event.prevent_default()
            await self.run_action(_EDITS[event.key])
        elif event.is_printable and event.character:
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
        if position is None:
            return
        shape = self._shape
        column, within = divmod(position.x, shape.width + shape.across)
        place = (within - 2) // shape.spread if shape.spread == 1 else (within - 5) // shape.spread
        if self._row is None:
            self.typed.move_to(position.y // (shape.height + shape.between) * shape.a_row + column, place)
        elif position.y < self.row:
            self.typed.move_to(position.y * A_ROW)
        elif position.y > self.row + _SMALL.height + 1:
            self.typed.move_to((position.y - _SMALL.height - 1) * A_ROW)
        else:
            self.typed.move_to(self.row * A_ROW + column, place)
        self._moved()

    def action_edit(self, operation: str) -> None:
        """Take back a character, delete the one under the cursor, or clear all."""
        getattr(self.typed, operation)()
        self._changed((), ended=False)

    def action_move(self, by: int) -> None:
        """Move the cursor by characters."""
        self.typed.move(by)
        self._moved()

    def action_row(self, by: int) -> None:
        """Move the cursor by rows, and out of the boxes above the first and below the last."""
        group = self.typed.group + by * (self._shape.a_row if self._row is None else A_ROW)
        if 0 <= group < self.typed.count:
            self.typed.move_to(group, self.typed.place)
            self._moved()
        elif by > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def action_first(self) -> None:
        """Go to the first group."""
        self.typed.move_to(0)
        self._moved()

    def action_last(self) -> None:
        """Go to the first group that lacks characters, or the last."""
        short = [number for number, group in enumerate(self.typed.groups) if len(group) < GROUP]
        self.typed.move_to(short[0] if short else self.typed.count - 1, GROUP)
        self._moved()

    def action_submit(self) -> None:
        """Let the screen check what was typed."""
        self.post_message(self.Submitted())

    def _moved(self) -> None:
        self.refresh()
        self.post_message(self.Moved())

    def _changed(self, noticed: tuple[Noticed, ...], *, ended: bool) -> None:
        self.doubtful = frozenset()
        self.refresh()
        self.post_message(self.Changed(noticed, ended=ended))


_EDITS = own_keys(GroupBoxes.BINDINGS)
