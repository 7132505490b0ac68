"""A table of names and values, such as the activation key and the day on which the license ends."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from keyferry.protocol.visible import visible
from keyferry.wizard.wording import in_rows

Fact = tuple[str, str | None]


class Facts(Static):
    """Facts beside each other, or below each other if there is little room; empty ones are left out."""

    def __init__(self, *facts: Fact, below: bool = False) -> None:
        self._draw = _below if below else _beside
        super().__init__(self._drawn(facts), markup=False, classes="facts")

    def show(self, *facts: Fact) -> None:
        """Show other facts in their place."""
        self.update(self._drawn(facts))

    def _drawn(self, facts: tuple[Fact, ...]) -> Text:
        return self._draw([(name, visible(value)) for name, value in facts if value])


def _beside(facts: list[tuple[str, str]]) -> Text:
    width = max((len(name) for name, _ in facts), default=0)
    lines = Text()
    for name, value in facts:
        for place, line in enumerate(in_rows(value)):
            lines.append((name if place == 0 else "").ljust(width + 2), "dim")
            lines.append(line + "\n", "bold")
    lines.rstrip()
    return lines


def _below(facts: list[tuple[str, str]]) -> Text:
    lines = Text()
    for name, value in facts:
        lines.append(name + "\n", "dim")
        lines.append(value + "\n", "bold")
    lines.rstrip()
    return lines
