"""Lists a page at a time, and what a person typed to search them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from protocol.alphabet import SYMBOLS, value_of

PAGE_SIZE = 50

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


def visible(text: str) -> str:
    """Leave out what no name holds, and what a database may be unable to look for."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def as_in_a_code(search: str) -> str:
    """Return the text as it would stand in a key or an ID, without dashes; "" where it cannot."""
    values = [value_of(character) for character in search if character not in " -"]
    return "" if None in values else "".join(SYMBOLS[value] for value in values if value is not None)
