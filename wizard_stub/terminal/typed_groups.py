"""A code as it is being typed into group boxes: pure, so that every keystroke can be tested without a screen.

Whatever is typed keeps its place. A character that no code contains leaves a "?", which the reader takes for
"unreadable": if it were dropped, every later character would be one place too far to the left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from keyferry.protocol.alphabet import GROUP, SYMBOLS, spaced, value_of
from keyferry.protocol.characters import UNTYPABLE

UNREADABLE = "?"


class Remark(Enum):
    """What is said at once about one typed character."""

    LOOK_ALIKE = "look_alike"
    NO_SYMBOL = "no_symbol"


@dataclass(frozen=True)
class Noticed:
    """A character that was not taken as it was typed; `shown` replaces it."""

    remark: Remark
    typed: str
    shown: str


@dataclass
class TypedGroups:
    """The groups, and a cursor: `group` from 0, `place` from 0 to 5, where 5 is after the last character."""

    count: int
    groups: list[str] = field(default_factory=list, repr=False)
    group: int = 0
    place: int = 0

    def __post_init__(self) -> None:
        if not self.groups:
            self.clear()

    @property
    def complete(self) -> bool:
        """Whether every group has all its characters."""
        return all(len(group) == GROUP for group in self.groups)

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.groups)

    @property
    def typed(self) -> int:
        """The number of characters."""
        return sum(map(len, self.groups))

    @property
    def text(self) -> str:
        """The code with dashes; a group that was left out is unreadable, so that the rest keeps its place."""
        return "" if self.empty else "-".join(group or UNREADABLE * GROUP for group in self.groups)

    def clear(self) -> None:
        """Empty all groups."""
        self.groups = [""] * self.count
        self.move_to(0)

    def type(self, character: str) -> Noticed | None:
        """Take one character at the cursor, as the reader does; go on to the next group after the fifth."""
        noticed = [found for one in spaced(character) if (found := self._take(one)) is not None]
        return noticed[0] if noticed else None

    def _take(self, character: str) -> Noticed | None:
        if character == " ":
            if self.place and self.group < self.count - 1:
                self.move_to(self.group + 1)
            return None
        if self.place == GROUP and self.group == self.count - 1:
            return None
        if self.place == GROUP:
            self.move_to(self.group + 1)
        shown, noticed = _read(character)
        self._put(shown)
        return noticed

    def paste(self, text: str) -> tuple[Noticed, ...]:
        """Take a pasted text: a whole code from the first group on, anything less from the cursor on."""
        read = spaced("".join(UNREADABLE if one in UNTYPABLE else one for one in text))
        bare = read.replace(" ", "")
        if len(bare) >= self.count * GROUP - GROUP:
            self.clear()
        if len(bare) == self.count * GROUP:
            # Where the line was broken says nothing of the groups.
            read = bare
        return tuple(found for one in read if (found := self._take(one)) is not None)

    def backspace(self) -> None:
        """Take back the character before the cursor, in the group before where this one begins."""
        if self.place == 0 and self.group:
            self.move_to(self.group - 1, GROUP)
        if self.place:
            group = self.groups[self.group]
            self.groups[self.group] = group[: self.place - 1] + group[self.place :]
            self.place -= 1

    def delete(self) -> None:
        """Remove the character under the cursor."""
        group = self.groups[self.group]
        self.groups[self.group] = group[: self.place] + group[self.place + 1 :]

    def move(self, by: int) -> None:
        """Move the cursor by characters, across the boxes."""
        place = self.place + by
        if place < 0 and self.group:
            self.move_to(self.group - 1, GROUP - 1)
        elif place > min(GROUP - 1, len(self.groups[self.group])) and self.group < self.count - 1:
            self.move_to(self.group + 1)
        else:
            self.move_to(self.group, place)

    def move_to(self, group: int, place: int = 0) -> None:
        """Put the cursor into a group, at most after its last character."""
        self.group = max(0, min(group, self.count - 1))
        self.place = max(0, min(place, len(self.groups[self.group])))

    def _put(self, shown: str) -> None:
        group = self.groups[self.group]
        # A full box is written over: so typing the right character corrects a wrong one.
        rest = group[self.place + 1 :] if len(group) == GROUP else group[self.place :]
        self.groups[self.group] = group[: self.place] + shown + rest
        self.place += 1
        if self.place == GROUP and self.group < self.count - 1:
            self.move_to(self.group + 1)


def _read(character: str) -> tuple[str, Noticed | None]:
    value = value_of(character)
    if value is None:
        known = character == UNREADABLE
        return UNREADABLE, None if known else Noticed(Remark.NO_SYMBOL, character, UNREADABLE)
    shown = SYMBOLS[value]
    noticed = Noticed(Remark.LOOK_ALIKE, character, shown) if character.upper() != shown else None
    return shown, noticed
