"""What the rows of a file mean as the database stands, and what they would make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.protocol.sentences import CodedError, Sentence
from keyferry.server.core.errors import Conflict, CoreError
from keyferry.server.core.imports import rows as import_rows
from keyferry.server.core.imports.csv_files import Line
from keyferry.server.core.imports.rows import Row
from keyferry.server.core.licensing.products import every_product
from keyferry.server.core.models import FormerActivationKey, License, Product

_LOOKED_UP = 500


class Reader:
    """Reads rows below a head, with `usual` for the product of a license that names none.

    Raises Malformed (unknown_columns).
    """

    def __init__(self, session: Session, head: Sequence[str], usual: Product | None, now: datetime) -> None:
        self._usual, self._now, self._width = usual, now, len(head)
        self._places = import_rows.places_of(head)
        self._products = {one.folded_code: one for one in every_product(session)}

    def read(self, cells: Sequence[str]) -> Row:
        """Return what a row means; raises what `rows.read` raises."""
        return import_rows.read(cells, self._width, self._places, self._products, self._usual, self._now)


class Look:
    """A look at all rows of a file: what is wrong with each, and how much the others would make."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._keys = reader, set[str]()
        self.licenses, self.refused = 0, 0
        self.addresses: set[str] = set()

    def at(self, session: Session, lines: Sequence[Line]) -> Iterator[tuple[Line, CoreError | None]]:
        """Return each row with what it is refused for, None where it can be imported."""
        for first in range(0, len(lines), _LOOKED_UP):
            piece = lines[first : first + _LOOKED_UP]
            found = [self._read(line) for line in piece]
            rows = [row for row in found if isinstance(row, Row)]
            self._keys |= in_use(session, [row.activation_key for row in rows])
            for line, row in zip(piece, found, strict=True):
                error = row if isinstance(row, CoreError) else self._counted(row)
                self.refused += error is not None
                yield line, error

    def _read(self, line: Line) -> Row | CoreError:
        try:
            return self._reader.read(line.cells)
        except CoreError as error:
            return error

    def _counted(self, row: Row) -> CoreError | None:
        if row.activation_key is not None:
            if row.activation_key in self._keys:
                return in_use_already()
            self._keys.add(row.activation_key)
        self.licenses += row.product is not None
        if row.email is not None:
            self.addresses.add(row.email)
        return None


def in_use(session: Session, keys: Iterable[str | None]) -> set[str]:
    """Return which of these keys a license has or had."""
    asked = [key for key in keys if key is not None]
    if not asked:
        return set()
    return {
        key
        for column in (License.activation_key, FormerActivationKey.activation_key)
        for key in session.scalars(select(column).where(column.in_(asked)))
    }


def in_use_already() -> Conflict:
    """Return the refusal of a key that a license has or had."""
    return Conflict(
        "Another license has or had this activation key. Clear it, and the license gets a new key.",
        code="activation_key_exists",
    )


def as_kept(error: CodedError) -> list[Any]:
    """Return the sentence of an error as it is kept, with its values."""
    said = error.args[0]
    if not isinstance(said, Sentence):
        return [said, {}]
    values = {name: one.isoformat() if isinstance(one, date) else one for name, one in said.values.items()}
    return [said.template, values]


def as_said(kept: Sequence[Any]) -> str:
    """Return a sentence that was kept, which can still be said in another language."""
    template, values = kept
    return Sentence(template, **values) if values else template
