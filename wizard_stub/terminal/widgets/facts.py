"""A table of names and values; a code among them is copied with a letter, or by a click on its line."""

from __future__ import annotations

import re
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from keyferry.wizard.terminal.widgets.marked import shown
from keyferry.wizard.wording import in_rows

_BEFORE_HINT = 3
# A name and a value that are together no longer than a code stand in one line.
_BETWEEN, _CODE = 2, 29
# How wide a line may be; what is longer goes on below its beginning, after a dot, a dash, a slash or a space.
_MOST = 74
_PIECES = re.compile(r"[^./, -]*[./, -]*")


class Fact(NamedTuple):
    """A name and its value; `copy` is the letter that copies it. A fact without value is left out."""

    name: str
    value: str | Content | None
    copy: str = ""


class Facts(Static):
    """Facts beside each other, or below each other if there is little room."""

    class Copied(Message):
        """The person clicked on a code."""

        def __init__(self, letter: str) -> None:
            super().__init__()
            self.letter = letter

    def __init__(self, *facts: Fact, copy: str, copied: str, below: bool = False, between: int = 3) -> None:
        """Take the facts, and the words beside what can be copied, and beside what was."""
        super().__init__(classes="facts")
        self._words = copy, copied
        self._below = below
        self._between = between
        self._copied = ""
        self._letters: list[str] = []
        self._lines: list[Content] = []
        self._facts: tuple[Fact, ...] = ()
        self.show(*facts)

    def show(self, *facts: Fact) -> None:
        """Show other facts in their place."""
        self._facts = tuple(fact for fact in facts if fact.value)
        self._draw()

    @property
    def is_long(self) -> bool:
        """Whether something takes more than its own line."""
        return len(self._lines) > len(self._facts)

    def on_resize(self) -> None:
        """Say no more beside a code than there is room for."""
        if self._below:
            self._draw()

    def take(self, letter: str) -> str | None:
        """Return what a letter copies, and say beside it that it was; None if nothing here has it."""
        value = next((fact.value for fact in self._facts if fact.copy == letter), None)
        if value is None:
            return None
        self._copied = letter
        self._draw()
        return str(value)

    def on_click(self, event: events.Click) -> None:
        """Copy the code that was clicked on."""
        place = event.get_content_offset(self)
        if place is not None and place.y < len(self._letters) and self._letters[place.y]:
            self.post_message(self.Copied(self._letters[place.y]))

    def _draw(self) -> None:
        self._letters = []
        self._lines = []
        for fact in self._facts:
            drawn = self._in_two_lines(fact) if self._below else self._in_one_line(fact)
            self._letters += [fact.copy] * len(drawn)
            self._lines += drawn
        self.update(Content("\n").join(self._lines))

    def _in_one_line(self, fact: Fact) -> list[Content]:
        names = max(cell_len(one.name) for one in self._facts)
        width = names + self._between
        value = fact.value or ""
        values = [value] if isinstance(value, Content) else _in_lines(value, _MOST - width)
        lines = [
            Content.styled(fact.name if place == 0 else "", "$ink-2")
            + Content(" " * (width - (cell_len(fact.name) if place == 0 else 0)))
            + line
            for place, line in enumerate(values)
        ]
        if fact.copy:
            lines[0] = lines[0] + Content(" " * _BEFORE_HINT) + self._hint(fact)
        return lines

    def _in_two_lines(self, fact: Fact) -> list[Content]:
        value = fact.value if isinstance(fact.value, Content) else shown(fact.value or "")
        name = Content.styled(fact.name, "$ink-2")
        if not fact.copy and name.cell_length + _BETWEEN + value.cell_length <= _CODE:
            return [name + Content(" " * _BETWEEN) + value]
        if fact.copy:
            hint = self._hint(fact)
            room = self.size.width or value.cell_length
            if name.cell_length + 1 + hint.cell_length > room:
                hint = hint[:1]
            gap = max(1, value.cell_length - name.cell_length - hint.cell_length)
            name = name + Content(" " * gap) + hint
        return [name, value]

    def _hint(self, fact: Fact) -> Content:
        if fact.copy == self._copied:
            return Content.styled(self._words[1], "$success")
        return Content.assemble((fact.copy, "$primary bold"), (f" {self._words[0]}", "$ink-2"))


def _in_lines(value: str, columns: int) -> list[Content]:
    """Return a key in its rows, and anything else in lines that have room."""
    rows = in_rows(value)
    if len(rows) > 1 or cell_len(value) <= columns:
        return [*map(shown, rows)]
    lines = [""]
    for piece in _PIECES.findall(value):
        if lines[-1] and cell_len((lines[-1] + piece).rstrip()) > columns:
            lines.append("")
        lines[-1] += piece
    return [shown(line.rstrip()) for line in lines]
