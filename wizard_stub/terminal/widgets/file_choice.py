"""A license file that was found: its name, whom it is for, when it was saved, and below its folder."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from keyferry.protocol.visible import visible
from keyferry.wizard.terminal.nearby import as_typed
from keyferry.wizard.terminal.widgets.choice import MARK, Choice

# Columns of the list: name, whom it is for, when it was saved.
NAME, FOR, SAVED = 38, 18, 18
_STYLES = {"√": "$success", "!": "$warning"}


class FileChoice(Choice):
    """One of the files, in two lines."""

    def __init__(self, path: Path, fits: str, saved: str, *, id: str) -> None:
        super().__init__(visible(path.name), id=id)
        self._folder = visible(as_typed(path.parent))
        self._fits = fits
        self._saved = saved

    def lines(self, width: int) -> list[Content]:
        """Return the columns, and the folder below the name."""
        focused = self.has_focus
        mark = Content.styled(f"{MARK if focused else ' '} ", "$primary bold")
        name = Content.styled(self.label, "bold" if focused else "")
        line = mark + _column(name, NAME - 2) + _column(self._fits_colored(), FOR)
        folder = _column(Content.styled(self._folder, "$ink-2"), NAME + FOR + SAVED - 2)
        return [line + Content.styled(self._saved, "$ink-2"), Content("  ") + folder]

    def _fits_colored(self) -> Content:
        return Content.styled(self._fits, _STYLES.get(self._fits[:1], "$ink-2"))


def heads(found: str, whom: str, saved: str) -> Content:
    """Return what stands above the columns."""
    line = _column(Content(found), NAME) + _column(Content(whom), FOR) + Content(saved)
    return line.stylize_before("$ink-2")


def _column(content: Content, width: int) -> Content:
    cut = content.truncate(width - 1, ellipsis=True) if content.cell_length >= width else content
    return cut.pad_right(width - cut.cell_length)
