"""How far a code is typed, as a line of small boxes."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

_DONE, _AHEAD = "■", "□"
_LONGEST = 60
_BESIDE = 18


class Progress(Static):
    """So many of so many characters."""

    def __init__(self, length: int) -> None:
        super().__init__("", id="progress", markup=False)
        self._length = length

    def show(self, typed: int, words: str) -> None:
        """Show the words, and as many boxes as there is room for."""
        wide = self.app.size.width >= 110
        boxes = min(
            _LONGEST if wide or self._length > _LONGEST else self._length, self.app.size.width - _BESIDE
        )
        boxes = max(1, boxes)
        done = typed * boxes // self._length
        bar = Content.assemble((_DONE * done, "$primary"), (_AHEAD * (boxes - done), "$ink-3"))
        self.update(Content.styled(f"{words}  ", "$ink-2") + bar)
