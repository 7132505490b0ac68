"""Lists a page at a time, and what a person typed to search them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func
from sqlalchemy.orm import InstrumentedAttribute, Session

from protocol.alphabet import SYMBOLS, value_of

PAGE_SIZE = 50
# Almost everything holds one or two letters: they are looked for at the beginnings. (Bytes of UTF-8: one
# character of Chinese says as much as three letters.)
_SHORTEST = 3
# So many numbers are quickly read.
_FEW = 1000

Row = TypeVar("Row")


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
        return max(1, -(-self.total // self.size))


def page(session: Session, rows: Select[Row], count: Select[int], number: int, size: int) -> Page[Row]:
    """Return a page of what `rows` selects and `count` counts; one beyond the last is the last."""
    total = session.scalars(count).one()
    number = min(max(1, number), max(1, -(-total // size)))
    found = session.scalars(rows.limit(size).offset((number - 1) * size)).unique().all()
    return Page(found, total, number, size)


def found_page(
    session: Session,
    rows: Select[Row],
    ids: Select[int],
    count: Select[int],
    number: int,
    size: int,
    *,
    key: InstrumentedAttribute[int],
) -> Page[Row]:
    """Return a page of `rows` whose numbers, sorted, are what `ids` selects; `key` is the column of both.

    Sorting numbers alone is much cheaper than sorting whole rows. And a search that finds little is run once,
    for all the numbers: to count and then to show would be to search twice.
    """
    few = session.scalars(ids.limit(_FEW + 1)).all()
    total = len(few) if len(few) <= _FEW else session.scalars(count).one()
    number = min(max(1, number), max(1, -(-total // size)))
    first = (number - 1) * size
    within = first + size <= len(few) or total == len(few)
    shown = few[first : first + size] if within else session.scalars(ids.limit(size).offset(first)).all()
    place = {one: index for index, one in enumerate(shown)}
    loaded = session.scalars(rows.where(key.in_(shown))).unique().all()
    return Page(sorted(loaded, key=lambda row: place[getattr(row, key.key)]), total, number, size)


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
