"""What reaches the terminal, and what is taken from it: never a text that the terminal would obey."""

from __future__ import annotations

import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.app import App
from textual.color import Color
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome, NoColor

from keyferry.protocol.visible import REPLACEMENT, is_visible

# A terminal names its size in what it sends, and so can whoever has something pasted.
_MOST_CELLS = 500_000


class HardenedApp(App[None]):
    """An application that neither shows nor takes what could do more than be read."""

    def get_line_filters(self) -> list[LineFilter]:
        """Let nothing through but what is visible: the last door, whatever a screen shows."""
        return [*map(self._fitting, super().get_line_filters()), _VISIBLE_ONLY]

    def _fitting(self, filter: LineFilter) -> LineFilter:
        # Where no colors are wanted, Textual decides for grays before it knows the theme. A terminal's own
        # colors have none: all that is written would be black, on whatever ground.
        return _NO_COLOR if self.native_ansi_color and isinstance(filter, Monochrome) else filter

    def get_driver_class(self) -> type[Driver]:
        """Read on after what cannot be read."""
        return reading_on(super().get_driver_class())

    async def on_event(self, event: events.Event) -> None:
        """Ignore sizes that no terminal has: drawing them takes all memory."""
        if not (isinstance(event, events.Resize) and event.size.area > _MOST_CELLS):
            await super().on_event(event)


class VisibleOnly(LineFilter):
    """Takes out of finished lines what is not visible, and leaves every column where it is."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the same cells."""
        return [Segment(_harmless(text), style, control) for text, style, control in segments]


_VISIBLE_ONLY = VisibleOnly()
_NO_COLOR = NoColor()


@cache
def reading_on(kind: type[Driver]) -> type[Driver]:
    """Return a driver that no key ends: neither bytes that are no UTF-8, nor numbers that no key has."""
    module: Any = sys.modules[kind.__module__]
    if not hasattr(module, "getincrementaldecoder"):
        return kind
    module.getincrementaldecoder = _forgiving

    class ReadingOn(kind):  # type: ignore[misc, valid-type]
        def run_input_thread(self) -> None:
            while True:
                try:
                    super().run_input_thread()
                except (ValueError, OverflowError):
                    continue
                break

    return ReadingOn


def _forgiving(encoding: str) -> Callable[[], Any]:
    return partial(getincrementaldecoder(encoding), errors="replace")


def _harmless(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    seen = "".join(one if is_visible(one) else _as_wide(one) for one in text)
    return set_cell_size(seen, cell_len(text))


def _as_wide(character: str) -> str:
    return REPLACEMENT * cell_len(character)
