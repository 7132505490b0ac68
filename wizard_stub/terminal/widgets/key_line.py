"""A line that a single letter chooses from anywhere on its screen."""

from __future__ import annotations

from textual.content import Content

from keyferry.wizard.terminal.widgets.choice import MARK, Choice


class KeyLine(Choice):
    """The letter and what it does; the letter gives way to the mark of the focus."""

    def __init__(self, letter: str, label: str, *, id: str) -> None:
        super().__init__(label, id=id, key=letter)

    def lines(self, width: int) -> list[Content]:
        """Return the letter, or the mark in its place, and the label."""
        letter = Content.styled(MARK if self.has_focus else self.key, "$primary bold")
        return [letter + Content.styled(f" {self.label}", "bold" if self.has_focus else "")]
