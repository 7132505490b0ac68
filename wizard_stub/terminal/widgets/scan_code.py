"""A QR code on the screen: black on white whatever the theme is, since many phones read no inverted code."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from wizard_stub.qr import ScanCode

BLACK_ON_WHITE = "#000000 on #ffffff"
_HALF_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
# Four modules is the rule; three above and below leave a terminal of 24 lines its two bars, and are read.
MARGIN_ACROSS = 4
MARGIN_ALONG = 3


class ScanCodeView(Widget):
    """One address as a QR code, with a word in its place where the terminal is too small for it."""

    def __init__(self, url: str, *, too_small: str) -> None:
        super().__init__()
        self._too_small = too_small
        self._rows = half_blocks(ScanCode.of(url))
        self.inverted = False

    @property
    def needs(self) -> tuple[int, int]:
        """Columns and lines that the code takes."""
        return len(self._rows[0]), len(self._rows)

    def on_mount(self) -> None:
        """Take exactly the room that the code needs, so that a larger terminal does not stretch it."""
        columns, lines = self.needs
        self.styles.width, self.styles.height = columns, lines

    def render(self) -> Text:
        """Draw the code, or say how large the terminal must be: half a code misleads."""
        columns, lines = self.needs
        if self.app.size.width < columns or self.app.size.height < lines:
            return Text(self._too_small.format(columns=columns, lines=lines))
        rows = [row.translate(_INVERTED) for row in self._rows] if self.inverted else self._rows
        return Text("\n".join(rows), style=BLACK_ON_WHITE, no_wrap=True)

    def invert(self) -> None:
        """Exchange black and white, for terminals without colours whose ground is dark."""
        self.inverted = not self.inverted
        self.refresh()


_INVERTED = str.maketrans(" █▀▄", "█ ▄▀")


def half_blocks(code: ScanCode) -> list[str]:
    """Return the lines of a code with its margin, two rows of modules a line."""
    inner = [[bool(module) for module in row] for row in code.symbol.matrix_iter(border=MARGIN_ACROSS)]
    cut = MARGIN_ACROSS - MARGIN_ALONG
    rows = inner[cut:-cut]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return [
        "".join(_HALF_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
