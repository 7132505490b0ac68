"""A QR code on the screen: black on white whatever the theme is, since many phones read no inverted code."""

from __future__ import annotations

from itertools import groupby

from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from keyferry.wizard.qr import Drawing, Room, ScanCode

# Plain values, not of a theme: the driver finds them in what is sent.
_LIGHT = Style.parse("#000000 on #ffffff")
_DARK = _LIGHT + Style(reverse=True)
_INVERTED = str.maketrans(" █▀▄", "█ ▄▀")
_LEAST = 3
_NONE = Room(0, 0)


class ScanCodeView(Widget):
    """A QR code that is whole or absent: a part of one looks like a code, and no phone reads it."""

    def __init__(self, *, fills: bool = False) -> None:
        """Take whether the white ground fills all the room around the code."""
        super().__init__(classes="fills" if fills else None)
        self._fills = fills
        self._code: ScanCode | None = None
        self._drawing = Drawing.BLOCKS
        self._margin = _LEAST
        self._ground = _NONE
        self.inverted = False

    def show(
        self,
        code: ScanCode | None,
        drawing: Drawing = Drawing.BLOCKS,
        *,
        margin: int = _LEAST,
        least: Room = _NONE,
    ) -> None:
        """Show a code instead of the one before, on at least so much white; None takes no room."""
        self._code, self._drawing, self._margin, self._ground = code, drawing, margin, least
        self.display = code is not None
        self.refresh(layout=True)

    @property
    def room(self) -> Room:
        """The cells of the code with its margins."""
        return self._code.needs(self._margin, self._drawing) if self._code else _NONE

    @property
    def ground(self) -> Room:
        """The cells of the white ground."""
        return Room(*map(max, self.room, self._ground)) if self._code else _NONE

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take exactly the columns of the code, so that a larger terminal does not stretch it."""
        return container.width if self._fills else self.ground.columns if self._has_room(container) else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take exactly the lines of the code."""
        return container.height if self._fills else self.ground.lines if self._has_room(container) else 0

    def _has_room(self, container: Size) -> bool:
        return Room(*container).holds(self.ground)

    def render(self) -> Text:
        """Draw the code."""
        if self._code is None or not Room(*self.size).holds(self.room):
            return Text("")
        if self._drawing is Drawing.BLOCKS:
            return self._in_blocks(self._code.half_blocks(self._margin))
        return self._in_spaces(self._code.modules(self._margin))

    def _in_blocks(self, lines: list[str]) -> Text:
        width, height = self.size
        left = (width - len(lines[0])) // 2
        above = (height - len(lines)) // 2
        padded = [line.rjust(len(line) + left).ljust(width) for line in lines]
        padded = [" " * width] * above + padded + [" " * width] * (height - len(lines) - above)
        if self.inverted:
            padded = [line.translate(_INVERTED) for line in padded]
        return Text("\n".join(padded), style=_LIGHT, no_wrap=True)

    def _in_spaces(self, rows: list[list[bool]]) -> Text:
        width, height = self.size
        columns = int(Drawing.SPACES.value[0])
        left = (width - columns * len(rows[0])) // 2
        above = (height - len(rows)) // 2
        empty = [False] * width
        cells = [[module for module in row for _ in range(columns)] for row in rows]
        padded = [[False] * left + row + [False] * (width - left - len(row)) for row in cells]
        padded = [empty] * above + padded + [empty] * (height - len(rows) - above)
        drawn = Text(no_wrap=True)
        for place, row in enumerate(padded):
            for black, same in groupby(row):
                drawn.append(" " * len(list(same)), _DARK if black != self.inverted else _LIGHT)
            drawn.append("\n" if place < height - 1 else "")
        return drawn

    def invert(self) -> None:
        """Exchange black and white, for terminals that invert colors or know none."""
        self.inverted = not self.inverted
        self.refresh()
