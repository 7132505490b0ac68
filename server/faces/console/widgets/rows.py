"""A list: columns of their own widths, one line a row, a mark before the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from keyferry.server.faces.console.marked import FULL, RULE, SIDE, fitted

MARK = "►"
_THUMB, _TOP, _BOTTOM = "█", "▲", "▼"
# The mark and a space before the first column; a space and the scrollbar behind the last.
_BEFORE, _BEHIND = 2, 2
_WHEEL = 3
# How many columns stand out in the row that is pointed at: what it is called.
_BOLD = 2


class Column(NamedTuple):
    """A column: its name, the cells that it takes, what it gets of what is left, and its side."""

    name: str
    width: int
    grows: int = 0
    right: bool = False
    # Cells between it and the next one.
    gap: int = 2


class Heading(NamedTuple):
    """A line that parts the rows below it from those above, and cannot be pointed at."""

    text: str


class Rows(Widget, can_focus=True):
    """Shows rows, and says which one is pointed at; whoever owns it says what the rows are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home,ctrl+home", "edge(-1)", show=False),
        Binding("end,ctrl+end", "edge(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Said(Message):
        """Something about a list; `control` lets handlers choose it by its id."""

        def __init__(self, rows: Rows) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> Rows:
            """The list."""
            return self.rows

    class Pointed(Said):
        """Another row is pointed at."""

    class Chosen(Said):
        """Enter was pressed on a row."""

    class Sorted(Said):
        """The name of a column was clicked on."""

        def __init__(self, rows: Rows, name: str) -> None:
            super().__init__(rows)
            self.name = name

    def __init__(
        self,
        columns: Callable[[int], Sequence[Column]],
        cells: Callable[[Any], Sequence[Content]],
        *,
        id: str | None = None,
        has_rule: bool = True,
    ) -> None:
        """Take what columns there are in so many cells, and what a row shows in them."""
        super().__init__(id=id)
        self._columns, self._cells, self._has_rule = columns, cells, has_rule
        self.items: list[Any] = []
        self.cursor = self._top = 0
        # The name of the column that they are sorted by, and the arrow behind it.
        self.sorted_by: tuple[str, str] = ("", "")
        # Whether a row is one of several that are chosen.
        self.is_chosen: Callable[[Any], bool] = lambda _: False
        self.has_boxes = False
        # Whether Enter chooses the row also while one types elsewhere.
        self.is_led = False

    @property
    def pointed(self) -> Any:
        """The row under the cursor, None where there is none."""
        return self.items[self.cursor] if 0 <= self.cursor < len(self.items) else None

    @property
    def page_height(self) -> int:
        """How many rows are seen at once."""
        return max(1, self.size.height - self._head)

    @property
    def is_near_end(self) -> bool:
        """Whether the cursor is where more rows are wanted."""
        return self.cursor >= len(self.items) - 1

    def show(self, items: Sequence[Any], cursor: int = 0) -> None:
        """Show other rows."""
        self.items, self.cursor = list(items), cursor
        self._top = 0
        self._settle(1)

    def add(self, items: Sequence[Any]) -> None:
        """Show more rows below those that are shown."""
        self.items += items
        self._settle(1)

    def point(self, cursor: int, towards: int = 1) -> None:
        """Point at another row, or from a heading at the next row in a direction."""
        before = self.cursor
        self.cursor = max(0, min(cursor, len(self.items) - 1))
        self._settle(towards)
        if self.cursor != before or self.is_near_end:
            self.post_message(self.Pointed(self))

    def action_move(self, by: int) -> None:
        """Point at the next row."""
        self.point(self.cursor + by, by)

    def action_page(self, by: int) -> None:
        """Point at the row one page further."""
        self.point(self.cursor + by * self.page_height, by)

    def action_edge(self, by: int) -> None:
        """Point at the first or the last row."""
        self.point(len(self.items) - 1 if by > 0 else 0, -by)

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.pointed is not None:
            self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """Point at a row, choose the one pointed at, or sort by a column."""
        event.stop()
        line = event.y - self._head
        if line < 0:
            name = self._column_at(event.x)
            if name:
                self.post_message(self.Sorted(self, name))
            return
        place = self._top + line
        if place == self.cursor and self.has_focus:
            self.action_choose()
        elif place < len(self.items):
            self.point(place)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Walk with the wheel."""
        event.stop()
        self.action_move(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Walk with the wheel."""
        event.stop()
        self.action_move(-_WHEEL)

    def on_focus(self) -> None:
        """Show where the focus is."""
        self.refresh()

    def on_blur(self) -> None:
        """Show where the focus is no longer."""
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._settle(1)

    @property
    def _before(self) -> int:
        """Cells before the first column; where rows are chosen, their boxes keep a distance."""
        return _BEFORE + self.has_boxes

    @property
    def _head(self) -> int:
        return 2 if self._has_rule else 1 if any(one.name for one in self._columns(self.size.width)) else 0

    def _settle(self, towards: int) -> None:
        """Leave a heading, and keep the cursor in sight."""
        for step in (1 if towards >= 0 else -1, -1 if towards >= 0 else 1):
            while isinstance(self.pointed, Heading) and 0 <= self.cursor + step < len(self.items):
                self.cursor += step
        self._top = max(self.cursor - self.page_height + 1, min(self._top, self.cursor))
        self._top = max(0, min(self._top, len(self.items) - self.page_height))
        # The heading above the first row is seen with it.
        if self._top == self.cursor > 0 and isinstance(self.items[self.cursor - 1], Heading):
            self._top -= self.page_height > 1
        self.refresh()

    def render(self) -> Content:
        """Draw the names of the columns, and the rows that are in sight."""
        width = self.size.width
        columns = self._laid_out(width)
        lines = [self._named(columns)] if self._head else []
        if self._has_rule:
            lines.append(Content.styled(RULE * width, "$edge"))
        seen = self.items[self._top : self._top + self.page_height]
        for place, item in enumerate(seen):
            lines.append(self._line(columns, item, place, width))
        return Content("\n").join(lines)

    def _laid_out(self, width: int) -> list[Column]:
        columns = list(self._columns(width))
        columns[-1] = columns[-1]._replace(gap=0)
        left = width - self._before - _BEHIND - sum(one.width + one.gap for one in columns)
        parts = sum(one.grows for one in columns)
        if not parts:
            return columns
        return [one._replace(width=max(1, one.width + left * one.grows // parts)) for one in columns]

    def _named(self, columns: Sequence[Column]) -> Content:
        name, arrow = self.sorted_by
        cells = [
            fitted(
                Content.styled(f"{one.name} {arrow}", "bold")
                if one.name == name and arrow
                else Content.styled(one.name, "$ink-2"),
                one.width,
                right=one.right,
            ).pad_right(one.gap)
            for one in columns
        ]
        return Content(" " * self._before) + Content("").join(cells)

    def _line(self, columns: Sequence[Column], item: Any, place: int, width: int) -> Content:
        bar = self._bar(place)
        if isinstance(item, Heading):
            # Where there is no ground of its own, it is bold.
            style = "bold" if self.app.native_ansi_color else "$ink-2"
            text = fitted(Content.styled(f"  {item.text}", style), width - 1).stylize("on $panel")
            return text + bar
        is_pointed, has_focus = self._top + place == self.cursor, self.has_focus or self.is_led
        shown = list(self._cells(item))
        if is_pointed and has_focus:
            shown[:_BOLD] = [cell.stylize("bold") for cell in shown[:_BOLD]]
        cells = [
            fitted(cell, one.width, right=one.right).pad_right(one.gap)
            for one, cell in zip(columns, shown, strict=True)
        ]
        line = fitted(Content("").join(cells), width - self._before - 1)
        # Of a list below another one, only the focus points at a row.
        chosen = Content.styled(FULL if self.is_chosen(item) else " ", "$primary bold")
        chosen = chosen.pad_right(self._before - _BEFORE)
        if not is_pointed or not (has_focus or self._has_rule):
            return Content(" ") + chosen + line + bar
        if not has_focus:
            return Content.styled(MARK, "$ink-3") + chosen + line + bar
        if self.app.native_ansi_color:
            # A color that is reversed would be a ground of its own: one highlight, and that alone.
            return Content.styled(f"{MARK}{chosen.plain}{line.plain}", "reverse") + bar
        return (Content.styled(MARK, "$primary bold") + chosen + line).stylize("on $primary-soft") + bar

    def _bar(self, place: int) -> Content:
        height, count = self.page_height, len(self.items)
        if count <= height:
            return Content(" ")
        ends = height >= len("▲█▼") + 1
        if ends and place in (0, height - 1):
            return Content.styled(_TOP if place == 0 else _BOTTOM, "$ink-3")
        track = height - 2 if ends else height
        size = max(1, track * height // count)
        start = (track - size) * self._top // max(1, count - height)
        at = place - ends
        return Content.styled(_THUMB if start <= at < start + size else SIDE, "$edge")

    def _column_at(self, x: int) -> str:
        start = self._before
        for one in self._laid_out(self.size.width):
            if start <= x < start + one.width:
                return one.name
            start += one.width + one.gap
        return ""
