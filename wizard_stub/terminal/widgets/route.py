"""What will happen, drawn: a code on the screen, a phone, a key that is typed."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

_PICTURE = """\
┌───────────┐   ┌────┐
│  ██ ▄ ██  │   │ ▄▄ │   ┌──────┐
│  ▀▄▀▄▀ ▄  │ → │ ▀▀ │ → │ ▪▪▪▪ │
│  ██ ▀▄██  │   │    │   │ ▪▪▪▪ │
└───────────┘   │ ▀▀ │   └──────┘
     ▀▀▀        └────┘"""
_FRAME = "┌┐└┘│─"
# Where the phone and the key are, in columns.
_PHONE, _KEY = 16, 24
_TYPED = (2, 28)


class Route(Static):
    """A picture of three things; it says nothing that the steps below it do not."""

    def __init__(self) -> None:
        lines = _PICTURE.split("\n")
        super().__init__(
            Content("\n").join([_colored(row, line) for row, line in enumerate(lines)]), id="route"
        )


def _colored(row: int, line: str) -> Content:
    return Content("").join(
        [Content.styled(one, _style(one, row, column)) for column, one in enumerate(line)]
    )


def _style(character: str, row: int, column: int) -> str:
    if character in _FRAME:
        return "$edge"
    if row == 5:
        return "$ink-3"
    if character == "→" or column < _PHONE or (row == 4 and column < _KEY):
        return "$primary"
    return "$digit" if (row, column) == _TYPED or (row == 2 and column < _KEY) else "$ink-3"
