"""Lists a page at a time, and what a person typed to search them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from keyferry.protocol.alphabet import SYMBOLS, value_of

PAGE_SIZE = 50
# Almost everything holds one or two letters: they are looked for at the beginnings. (Bytes of UTF-8: one
# character of Chinese says as much as three letters.)
_SHORTEST = 3
# An address may name any page: beyond these none is, and a database could not count so far.
_MOST_PAGES = 10**9

Row = TypeVar("Row")
# The numbers of the rows on a page, how many rows there are on all, and which page it is.
_Turned = tuple[Sequence[int], int, int]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list; `number` counts from 1, and `total` is of rows on all pages."""

    rows: Sequence[Row]
    total: int
    number: int
    size: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return _last(self.total, self.size)


@dataclass(frozen=True)
class Sort:
    """What a list is sorted by; of rows that are equal in that, the highest `key` comes first."""

    key: InstrumentedAttribute[int]
    by: SQLColumnExpression[Any] | None = None
    descending: bool = True
    # Rows without any come last either way, on every database.
    empty_last: bool = False

    def order(
        self, key: SQLColumnExpression[int], by: SQLColumnExpression[Any] | None
    ) -> tuple[ColumnElement[Any], ...]:
        """Return what to order by, where the two columns may stand under other names."""
        if by is None:
            return (key.desc() if self.descending else key.asc(),)
        directed = by.desc() if self.descending else by.asc()
        return (by.is_(None), directed, key.desc()) if self.empty_last else (directed, key.desc())


def _last(total: int, size: int) -> int:
    return max(1, -(-total // size))


def page(session: Session, rows: Select[Row], count: Select[int], number: int, size: int) -> Page[Row]:
    """Return a page of what `rows` selects and `count` counts; one beyond the last is the last."""
    total = session.scalars(count).one()
    number = min(max(1, number), _last(total, size))
    found = session.scalars(rows.limit(size).offset((number - 1) * size)).unique().all()
    return Page(found, total, number, size)


def found_page(
    session: Session,
    rows: Select[Row],
    matching: Select[int],
    sort: Sort,
    number: int,
    size: int,
) -> Page[Row]:
    """Return a page of `rows` whose numbers are what `matching` selects; one beyond the last is the last.

    Sorting numbers alone is much cheaper than sorting whole rows.
    """
    turn_to = _by_index if matching.whereclause is None else _by_search
    shown, total, number = turn_to(session, matching, sort, max(1, min(number, _MOST_PAGES)), size)
    place = {one: index for index, one in enumerate(shown)}
    loaded = session.scalars(rows.where(sort.key.in_(shown))).unique().all()
    loaded = sorted(loaded, key=lambda row: place[getattr(row, sort.key.key)])
    return Page(loaded, total, number, size)


def _by_search(session: Session, matching: Select[int], sort: Sort, number: int, size: int) -> _Turned:
    """Hold what a search finds, to count and to sort it: else it would look through everything twice."""
    by: list[ColumnElement[Any]] = [] if sort.by is None else [sort.by.label("sorted_by")]
    found = matching.add_columns(*by).cte("found")
    key, count = found.c[sort.key.key], select(func.count()).select_from(found)
    order = sort.order(key, found.c.sorted_by if by else None)
    ids = select(key, count.scalar_subquery()).order_by(*order).limit(size)
    shown = session.execute(ids.offset((number - 1) * size)).all()
    if not shown and number > 1:
        number = _last(session.scalars(count).one(), size)
        shown = session.execute(ids.offset((number - 1) * size)).all()
    return [row[0] for row in shown], shown[0][1] if shown else 0, number if shown else 1


def _by_index(session: Session, matching: Select[int], sort: Sort, number: int, size: int) -> _Turned:
    """Count all, and take the page from where an index has it sorted."""
    total = session.scalars(matching.with_only_columns(func.count(), maintain_column_froms=True)).one()
    number = min(number, _last(total, size))
    ids = matching.order_by(*sort.order(sort.key, sort.by)).limit(size).offset((number - 1) * size)
    return session.scalars(ids).all(), total, number


def holds(session: Session, column: SQLColumnExpression[Any], text: str) -> ColumnElement[bool]:
    """Return the condition that a column holds a text in either case; a very short one at its beginning."""
    # SQLite's own LIKE takes either case, and is twice as quick as one over lower().
    ignores_case = session.get_bind().dialect.name == "sqlite"
    if len(text.encode()) < _SHORTEST:
        return (column.startswith if ignores_case else column.istartswith)(text, autoescape=True)
    return (column.contains if ignores_case else column.icontains)(text, autoescape=True)


def holds_code(column: SQLColumnExpression[str], code: str) -> ColumnElement[bool]:
    """Return the condition that a key or an ID holds what `as_in_a_code` returned, across its dashes."""
    if len(code) < _SHORTEST:
        return column.startswith(code)
    # The symbols in their order, whatever is between, rule out nearly all rows before any dash is taken out.
    return and_(column.like(f"%{'%'.join(code)}%"), func.replace(column, "-", "").contains(code))


def visible(text: str) -> str:
    """Leave out what no name holds, and what a database may be unable to look for."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def as_in_a_code(search: str) -> str:
    """Return the text as it would stand in a key or an ID, without dashes; "" where it cannot."""
    values = [value_of(character) for character in search if character not in " -"]
    return "" if None in values else "".join(SYMBOLS[value] for value in values if value is not None)
