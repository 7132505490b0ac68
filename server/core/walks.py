"""A way along a list that an index has sorted: a page of it, beside a row or from the beginning."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, tuple_
from sqlalchemy.orm import Session

from keyferry.server.core.filters import Listing, Stretch

LOOKED_AT = 30_000
"""How many rows a page looks at to fill itself, where that costs least."""
# How many times more rows a walk looks at with each step. Where looking is costly, PostgreSQL's looking at a
# whole step, to sort what it finds, is to be little more than what was wanted.
_STEPS, _COSTLY_STEPS = 8, 2
_EQUAL_TOO: dict[Any, Any] = {operator.lt: operator.le, operator.gt: operator.ge}


class Walk:
    """A way along the stretches of a list, from a row on or from the beginning, until a page is full.

    It looks at `most` rows, or at `LOOKED_AT`.
    """

    def __init__(self, listing: Listing, size: int, *, back: bool, most: int | None = None) -> None:
        self._listing, self._size, self._back = listing, size, back
        self._most = LOOKED_AT if most is None else most
        self._stretches = listing.stretches[::-1] if back else listing.stretches
        self._conditions = [one.in_a_walk for one in listing.filters]
        self.shown: list[int] = []
        self.goes_on_at: int | None = None

    def go(self, session: Session, row: int | None) -> None:
        """Walk; `goes_on_at` is then the row beside which the next page begins, None where there is none."""
        start, values = self._found(session, row)
        cost = max([self._listing.cost, *(one.cost for one in self._stretches)])
        looks, left = _STEPS * self._size, self._most // cost
        steps = _STEPS if cost == 1 else _COSTLY_STEPS
        for stretch in self._stretches[start:]:
            ahead = stretch.rows if values is None else stretch.rows.where(self._beyond(stretch, values))
            values = None
            while True:
                # Most pages are full after a few rows: so it is asked for ever more of them.
                end = self._end(session, stretch, ahead, looks)
                self._take(session, stretch, ahead, end)
                if self.goes_on_at is not None:
                    return
                if end is None:
                    break
                left -= looks
                if left <= 0:
                    self.goes_on_at = end[-1]
                    return
                looks, ahead = min(looks * steps, left), stretch.rows.where(self._beyond(stretch, end))

    def _take(
        self, session: Session, stretch: Stretch, ahead: Select[int], end: Sequence[Any] | None
    ) -> None:
        """Put what is wanted up to an end on the page, and say so where it is full and more follows."""
        if end is not None:
            ahead = ahead.where(self._up_to(stretch, end))
        shown = self._listing.shown(self._listing.sort.key)
        wanted = self._ordered(stretch, ahead.where(*self._conditions, *shown))
        self.shown += session.scalars(wanted.limit(self._size + 1 - len(self.shown))).all()
        if len(self.shown) > self._size:
            self.shown.pop()
            self.goes_on_at = self.shown[-1]

    def _found(self, session: Session, row: int | None) -> tuple[int, Sequence[Any] | None]:
        """Return the stretch that a row is in, and what sorts it there; of one that is gone, the start."""
        for place, stretch in enumerate(self._stretches if row is not None else ()):
            rows = stretch.rows if stretch.by_key is None else stretch.by_key
            at = rows.where(self._listing.sort.key == row)
            if (values := session.execute(_only(at, stretch.columns)).first()) is not None:
                return place, values
        return 0, None

    def _end(
        self, session: Session, stretch: Stretch, ahead: Select[int], looks: int
    ) -> Sequence[Any] | None:
        """Return the last row that is looked at, None where that is all of them."""
        if not self._conditions:
            return None
        ordered = self._ordered(stretch, _only(ahead, stretch.columns))
        return session.execute(ordered.offset(looks - 1).limit(1)).first()

    @property
    def _descending(self) -> bool:
        return self._listing.sort.descending != self._back

    def _ordered(self, stretch: Stretch, rows: Select[Any]) -> Select[Any]:
        return rows.order_by(*(one.desc() if self._descending else one.asc() for one in stretch.columns))

    def _beyond(self, stretch: Stretch, values: Sequence[Any]) -> ColumnElement[bool]:
        """Return the condition that a row comes after one that is sorted by these values."""
        return _compared(stretch, values, operator.lt if self._descending else operator.gt)

    def _up_to(self, stretch: Stretch, values: Sequence[Any]) -> ColumnElement[bool]:
        return _compared(stretch, values, operator.ge if self._descending else operator.le)


def _compared(
    stretch: Stretch, values: Sequence[Any], compare: Callable[[Any, Any], ColumnElement[bool]]
) -> ColumnElement[bool]:
    first = stretch.columns[0]
    if len(stretch.columns) == 1:
        return compare(first, values[0])
    whole = compare(tuple_(*stretch.columns), tuple_(*values))
    return and_(whole, _EQUAL_TOO.get(compare, compare)(first, values[0])) if stretch.first_too else whole


def _only(rows: Select[Any], columns: Sequence[SQLColumnExpression[Any]]) -> Select[Any]:
    return rows.with_only_columns(*columns, maintain_column_froms=True)
