"""A field of one line: underlined cells, so that it stays a field on any ground and without color."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.events import Key
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Input

from keyferry.wizard.terminal.widgets.own_keys import own_keys

_UNDERLINE = Style(underline=True)


_EDITS = own_keys(Input.BINDINGS)


class Field(Input):
    """A text that is typed."""

    async def on_key(self, event: Key) -> None:
        """Edit in the order of the keys."""
        if event.key in _EDITS:
            event.stop()
            event.prevent_default()
            await self.run_action(_EDITS[event.key])

    def render_lines(self, crop: Region) -> list[Strip]:
        """Underline all cells, the empty ones in the color of edges."""
        name = self.app.theme_variables["edge"]
        edge = _UNDERLINE + Style.from_color(Color.parse(name).rich_color)
        return [
            Strip(
                [
                    Segment(text, (style or Style.null()) + (_UNDERLINE if text.strip() else edge), control)
                    for text, style, control in strip
                ],
                strip.cell_length,
            )
            for strip in super().render_lines(crop)
        ]
