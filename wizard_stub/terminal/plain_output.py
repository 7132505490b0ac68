"""What is sent, said as the terminal reads it: the QR code's colors, and signs that its encoding lacks."""

from __future__ import annotations

import re
import sys
from functools import cache

from rich.cells import cell_len
from textual.driver import Driver

from keyferry.wizard.qr import BLACK_ON_WHITE

# How black on white is said in 24-bit colors, in 256 and in 16.
_BLACK_ON_WHITE = re.compile("38;2;0;0;0;48;2;255;255;255|38;5;16;48;5;231|30;107")
# For an encoding that lacks them; one cell stays one cell.
_PLAIN = {
    **dict.fromkeys("┌┐└┘╔╗╚╝", "+"),
    **dict.fromkeys("─═–—", "-"),
    **dict.fromkeys("│║", "|"),
    **dict.fromkeys("►→", ">"),
    **dict.fromkeys("█▀▄░■", "#"),
    **dict.fromkeys("□▪·…", "."),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("‘’", "'"),
    **{"√": "v", "●": "*", "○": "o", "↑": "^", "↓": "v"},
}


class Plainer(dict[int, str | int]):
    """Turns characters that an encoding lacks into those that every terminal has; made as they occur."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def __missing__(self, code: int) -> str | int:
        character = chr(code)
        try:
            character.encode(self._encoding)
        except UnicodeEncodeError:
            self[code] = _PLAIN.get(character, "?" * cell_len(character))
        else:
            self[code] = code
        return self[code]


@cache
def speaking_plainly(kind: type[Driver]) -> type[Driver]:
    """Return a driver that sends nothing that its terminal would read as something else."""
    plainer = Plainer(sys.__stderr__.encoding if sys.__stderr__ is not None else "utf-8")

    class SpeakingPlainly(kind):  # type: ignore[misc, valid-type]
        def write(self, data: str) -> None:
            super().write(_BLACK_ON_WHITE.sub(BLACK_ON_WHITE, data).translate(plainer))

    return SpeakingPlainly
