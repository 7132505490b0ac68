"""The bar above every screen, with the steps, and the keys below it."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

_DONE, _AHEAD = "■", "□"
_GAP = 2


class TitleBar(Widget):
    """Product, step, and that no network is needed; what is least needed gives way first."""

    def __init__(self, product: str, suffix: str, step: Content, right: str) -> None:
        super().__init__(id="title-bar")
        self._product = product
        self._suffix = suffix
        self._step = step
        self._right = right

    def render(self) -> Content:
        """Draw the step in the middle and the rest at both ends."""
        width = self.size.width
        left = Content.assemble((self._product, "bold"), (self._suffix, "$ink-2"))
        step, right = self._step, Content.styled(self._right, "$ink-3")
        if len(left) + len(step) + len(right) + 2 * _GAP > width:
            right = Content("")
        if len(left) + len(step) + _GAP > width:
            left = Content.styled(self._product, "bold")
        room = width - len(step) - len(right) - _GAP
        if left.cell_length > room:
            left = left.truncate(max(1, room), ellipsis=True)
        start = max(left.cell_length + _GAP, (width - len(step)) // 2)
        start = min(start, width - len(right) - len(step) - (_GAP if right else 0))
        drawn = left.pad_right(max(0, start - left.cell_length)) + step
        return drawn.pad_right(max(0, width - drawn.cell_length - len(right))) + right


def step_marks(words: str, step: int, steps: int) -> Content:
    """Return which step of how many this is, in words and marks."""
    return Content.assemble(f"{words} ", (_DONE * step, "$primary bold"), (_AHEAD * (steps - step), "$ink-3"))


class KeyHint(Static):
    """A key and what it does; a click does the same."""

    def __init__(self, text: str, action: str, *, id: str | None = None) -> None:
        key, _, what = text.partition(" ")
        super().__init__(Content.assemble((key, "$primary bold"), (f" {what}", "$ink-2")), id=id)
        self._action = action

    async def on_click(self) -> None:
        """Do what the key does."""
        await self.run_action(self._action)
