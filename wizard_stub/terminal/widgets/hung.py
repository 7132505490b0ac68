"""Marked lines: what goes on in further lines stands below the words, and not below the mark."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from keyferry.wizard.terminal.widgets.marked import MARKS


class Hung(Static):
    """A text whose lines may each begin with a mark."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take the lines that it has in so many cells."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Draw it in the room that it has."""
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        content = self.content if isinstance(self.content, Content) else Content(str(self.content))
        return [part for line in content.split("\n") for part in hung(line, width)]


def hung(line: Content, width: int, lead: int = 0) -> list[Content]:
    """Return a line in so many cells; further ones begin below its words, or after `lead` cells."""
    lead = lead or (2 if line.plain[:1] in MARKS and line.plain[1:2] == " " else 0)
    if line.cell_length <= width or width <= lead:
        return [line]
    first, *others = line[lead:].wrap(width - lead)
    return [line[:lead] + first, *(one.pad_left(lead) for one in others)]
