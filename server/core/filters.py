"""What a list is made of: filters, an order, and the stretches that an index has in that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, SQLColumnExpression

from keyferry.server.core.pages import Sort


@dataclass(frozen=True)
class Filter:
    """What rows a list has: `numbers` selects them by an index, where there is one.

    `walked` is the same condition for a walk through another index. `cost` is how many times longer than at
    one row it takes to look at what hangs on it, too: that is done once then, and not to count first. With
    `is_own`, an index of the list's own table leads to what meets the condition, each once.
    """

    condition: ColumnElement[bool]
    numbers: Select[int] | CompoundSelect[int] | None = None
    walked: ColumnElement[bool] | None = None
    cost: int = 1
    is_own: bool = False

    @property
    def costly(self) -> bool:
        """Whether it looks at more than the row."""
        return self.cost > 1

    @property
    def in_a_walk(self) -> ColumnElement[bool]:
        """The condition for a walk."""
        return self.condition if self.walked is None else self.walked


@dataclass(frozen=True)
class Stretch:
    """A part of a list that one index has in its order: by these columns, the last of which is the key.

    With `first_too`, the first column is of another table: it alone says where to begin, and `by_key` finds
    one row.
    """

    rows: Select[int]
    columns: tuple[SQLColumnExpression[Any], ...]
    first_too: bool = False
    by_key: Select[int] | None = None

    @property
    def cost(self) -> int:
        """How many times longer looking at a row takes than where they lie beside each other, as numbered."""
        if len(self.columns) == 1:
            return 1
        return 2 if self.by_key is None else 5


@dataclass(frozen=True)
class Listing:
    """A list: all of its rows with what they are sorted by, that order, its stretches, and its filters.

    `without` are the keys of a few rows that are never shown.
    """

    rows: Select[int]
    sort: Sort
    stretches: Sequence[Stretch]
    filters: Sequence[Filter] = ()
    without: Sequence[int] = ()

    @property
    def cost(self) -> int:
        """How many times longer looking at a row takes with all filters."""
        return max((one.cost for one in self.filters), default=1)

    def shown(self, key: SQLColumnExpression[int]) -> list[ColumnElement[bool]]:
        """Return the condition that a row is none of those, nothing where there are none."""
        return [key.not_in(self.without)] if self.without else []
