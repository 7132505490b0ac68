"""Lists a page at a time, and what a person typed to search them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func
from sqlalchemy.orm import InstrumentedAttribute, Session

from keyferry.protocol.alphabet import GROUP, SYMBOLS, spaced, values_of
from keyferry.protocol.characters import NOT_IN_NAMES
from keyferry.protocol.codes import Kind, whole_code

PAGE_SIZE = 50
# Almost everything holds one or two letters: they are looked for at the beginnings. (Bytes of UTF-8: one
# character of Chinese says as much as three letters.)
_SHORTEST = 3
# Beyond any character that a text holds, by the order of its bytes.
_LAST_CHARACTER = "\U0010ffff"

Row = TypeVar("Row")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Beside:
    """Where a page of a long list begins: after this row, or with `back` before it."""

    row: int
    back: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list; `number` counts from 1, and `total` is of rows on all pages.

    With `more`, there are at least `total` rows, and its neighbors begin beside rows `before` and `after`.
    With `beginnings`, a search found what begins with its text, and not all that holds it.
    """

    rows: Sequence[Row]
    total: int
    number: int
    size: int
    more: bool = False
    before: int | None = None
    after: int | None = None
    beginnings: bool = False

    @property
    def last(self) -> int:
        """The number of the last page, where that is known."""
        return last_page(self.total, self.size)

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before it."""
        return self.before is not None if self.more else self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether a page comes after it."""
        return self.after is not None if self.more else self.number < self.last

    @property
    def ends_early(self) -> bool:
        """Whether it is not full although more may follow: enough rows were looked at."""
        return self.more and self.after is not None and len(self.rows) < self.size

    def of(self, rows: Sequence[Other]) -> Page[Other]:
        """Return the same page with what its rows stand for."""
        return Page(
            rows,
            self.total,
            self.number,
            self.size,
            self.more,
            self.before,
            self.after,
            self.beginnings,
        )

    @property
    def following(self) -> Beside | None:
        """Where the next page begins, None where its number says that."""
        return None if self.after is None else Beside(self.after)


@dataclass(frozen=True)
class Sort:
    """What a list is sorted by; rows that are equal in that are sorted by `key`, in the same direction."""

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
        directed = tuple(one.desc() if self.descending else one.asc() for one in (by, key))
        return (by.is_(None), *directed) if self.empty_last else directed


def last_page(total: int, size: int) -> int:
    """Return the number of the last page of so many rows."""
    return max(1, -(-total // size))


def page(session: Session, rows: Select[Row], count: Select[int], number: int, size: int) -> Page[Row]:
    """Return a page of what `rows` selects and `count` counts; one beyond the last is the last."""
    total = session.scalars(count).one()
    number = min(max(1, number), last_page(total, size))
    found = session.scalars(rows.limit(size).offset((number - 1) * size)).unique().all()
    return Page(found, total, number, size)


def holds_exactly(column: SQLColumnExpression[Any], text: str) -> ColumnElement[bool]:
    """Return the condition that a column holds a text; a very short one at its beginning."""
    return (column.startswith if is_short(text) else column.contains)(text, autoescape=True)


def begins_exactly(column: SQLColumnExpression[Any], text: str) -> ColumnElement[bool]:
    """Return the condition that a column begins with a text, for an index that is sorted by its bytes."""
    return and_(column >= text, column < text + _LAST_CHARACTER)


def begins_code(column: SQLColumnExpression[Any], code: str) -> ColumnElement[bool]:
    """Return the condition that a key or an ID begins with what `as_in_a_code` returned."""
    return begins_exactly(column, "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)))


def is_short(text: str) -> bool:
    """Return whether a text is looked for at beginnings only."""
    return len(text.encode()) < _SHORTEST


def asked(search: str) -> tuple[str, bool]:
    """Return what is searched for, and whether it may be anywhere: that is asked for by a * before it."""
    text = visible(search)
    anywhere = text.startswith("*") and not is_short(text.lstrip("* "))
    return text.lstrip("* "), anywhere


def holds_code(column: SQLColumnExpression[str], code: str) -> ColumnElement[bool]:
    """Return the condition that a key or an ID holds what `as_in_a_code` returned, across its dashes."""
    if len(code) < _SHORTEST:
        return column.startswith(code)
    # The symbols in their order, whatever is between, rule out nearly all rows before any dash is taken out.
    return and_(column.like(f"%{'%'.join(code)}%"), func.replace(column, "-", "").contains(code))


def visible(text: str) -> str:
    """Leave out what no name holds, and what a database may be unable to look for.

    A tab or a line break that was copied along stands for a space; a control character stands for nothing:
    a search that finds more than was meant does no harm.
    """
    return " ".join("".join(one for one in text if one.isspace() or one not in NOT_IN_NAMES).split())


def as_in_a_code(search: str) -> str:
    """Return the text as it would stand in a key or an ID, without dashes; "" where it cannot.

    Of a longer text it is the one activation key, else the one computer ID, that is in it.
    """
    found = whole_code(Kind.ACTIVATION_KEY, search) or whole_code(Kind.COMPUTER_ID, search)
    if found is not None:
        return found.replace("-", "")
    # A part of one may have its name before it, such as “Key: …”.
    values = values_of(spaced(search.rpartition(":")[2]).replace(" ", ""))
    return "" if None in values else "".join(SYMBOLS[value] for value in values if value is not None)
