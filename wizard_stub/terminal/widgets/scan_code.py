"""A QR code on the screen: black on white whatever the theme is, since many phones read no inverted code."""

from __future__ import annotations

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from keyferry.wizard.qr import TIGHT, Room, ScanCode

BLACK_ON_WHITE = "#000000 on #ffffff"
_INVERTED = str.maketrans(" █▀▄", "█ ▄▀")


class ScanCodeView(Widget):
    """A QR code that is whole or absent: a part of one looks like a code, and no phone reads it."""

    def __init__(self) -> None:
        super().__init__()
        self._code: ScanCode | None = None
        self._lines: list[str] = []
        self.inverted = False

    def show(self, code: ScanCode | None) -> None:
        """Show a code instead of the one before; None shows nothing and takes no room."""
        if code != self._code:
            self._code = code
            self._lines = code.half_blocks(TIGHT) if code else []
        self.display = code is not None
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take exactly the columns of the code, so that a larger terminal does not stretch it."""
        return self._code.needs(TIGHT).columns if self._code and self._fits(container) else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take exactly the lines of the code."""
        return self._code.needs(TIGHT).lines if self._code and self._fits(container) else 0

    def _fits(self, container: Size) -> bool:
        return self._code is not None and Room(*container).holds(self._code.needs(TIGHT))

    def render(self) -> Text:
        """Draw the code."""
        lines = [line.translate(_INVERTED) for line in self._lines] if self.inverted else self._lines
        return Text("\n".join(lines), style=BLACK_ON_WHITE, no_wrap=True)

    def invert(self) -> None:
        """Exchange black and white, for terminals without colors whose ground is dark."""
        self.inverted = not self.inverted
        self.refresh()
