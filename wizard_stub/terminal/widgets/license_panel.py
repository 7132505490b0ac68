"""What is licensed: the time left as a bar, and the codes that go with it."""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content

from keyferry.wizard.terminal.widgets.facts import Facts

_BAR = 24
_FULL, _GONE = "█", "░"
# From here on the bar has the color of time that runs out.
_SHORT = 30


class LicensePanel(Vertical):
    """A frame with a title around facts."""

    def __init__(self, title: str, facts: Facts) -> None:
        super().__init__(facts, classes="panel")
        self.border_title = title


def time_bar(left: int, days: int) -> Content:
    """Return the days left of all days as a bar; one day less already shows."""
    full = min(-(-left * _BAR // days), _BAR if left >= days else _BAR - 1)
    style = "$warning" if left < _SHORT else "$success"
    return Content.assemble((_FULL * full, style), (_GONE * (_BAR - full), "$ink-3"))
