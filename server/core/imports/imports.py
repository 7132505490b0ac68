"""An import of a file, up to 100,000 rows: kept first, then imported piece by piece, and each row once.

An import is a row that says how many rows of its file are done; each of those is a row, too, which goes once
it is imported. A piece locks the import, issues licenses, and counts them in the same transaction. So whoever
continues, after a crash or at the same moment as others, continues where the last piece ended. What is
refused stays with the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Conflict, CoreError, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.imports.csv_files import CsvFile, Line
from keyferry.server.core.imports.looking import Look, Reader, as_kept, as_said
from keyferry.server.core.imports.making import make
from keyferry.server.core.imports.rows import Row
from keyferry.server.core.models import (
    CsvImport,
    CsvImportRow,
    Product,
    table_of,
)

KEPT = timedelta(days=7)
"""How long an import is kept since it was looked at or went on."""
MOST_LISTED = 20
"""How many imports a page lists."""

# Written at once, between two looks at the time.
_AT_ONCE = 50
_NAME_LENGTH = 200
_row = table_of(CsvImportRow)


@dataclass(frozen=True)
class Refused:
    """A row that is not imported: its line, its cells, the code of the error, and its sentence."""

    line: int
    cells: Sequence[str]
    code: str
    message: str


def add(
    session: Session, content: bytes, name: str, file: CsvFile, usual: Product | None, *, now: datetime
) -> CsvImport:
    """Return a new import, without rows yet: nobody finds it before `complete`."""
    found = CsvImport(
        file_name="".join(filter(str.isprintable, name))[-_NAME_LENGTH:],
        digest=hashlib.sha256(content).hexdigest(),
        head=list(file.head),
        product_number=usual.number if usual is not None else None,
        created_at=now,
        kept_until=now + KEPT,
    )
    session.add(found)
    session.flush()
    return found


def add_rows(
    session: Session, number: int, first: int, rows: Iterable[tuple[Line, CoreError | None]]
) -> None:
    """Keep some rows of an import, from a place on, with what each is refused for."""
    values = [
        {
            "import_id": number,
            "place": place,
            "line": line.number,
            "cells": list(line.cells),
            "code": error.code if error else None,
            "reason": as_kept(error) if error else None,
        }
        for place, (line, error) in enumerate(rows, first)
    ]
    session.execute(insert(_row), values)


def complete(session: Session, number: int, wanted: int, look: Look) -> None:
    """Let an import be found whose rows are all there, with what they would make."""
    found = session.get_one(CsvImport, number)
    found.wanted, found.refused = wanted, look.refused
    found.licenses, found.customers = look.licenses, len(look.addresses)


def begin(session: Session, found: CsvImport, *, by: By, now: datetime) -> None:
    """Have a `locked` import count what is made from now on; one that has begun stays as it is."""
    if found.begun_at is not None:
        return
    found.begun_at, found.licenses, found.customers = now, 0, 0
    detail = {"import": found.id, "rows": found.wanted}
    audit.record(session, event=Event.IMPORT_BEGUN, by=by, now=now, detail=detail)


def go_on(session: Session, found: CsvImport, *, by: By, now: datetime, until: Callable[[], bool]) -> None:
    """Import the next rows of a `locked` import that has begun, until all are done or `until` says so.

    What was refused before is not tried again.
    """
    reader = Reader(session, found.head, _product(session, found), now)
    while found.done < found.wanted:
        last = min(found.done + _AT_ONCE, found.wanted)
        ahead = CsvImportRow.import_id == found.id, CsvImportRow.place.between(found.done, last - 1)
        waiting = select(CsvImportRow).where(*ahead, CsvImportRow.code.is_(None)).order_by(CsvImportRow.place)
        _import(session, found, session.scalars(waiting).all(), reader, by, now)
        found.done = last
        if until():
            break
    found.kept_until = now + KEPT
    if found.done == found.wanted:
        made = {"licenses": found.licenses, "customers": found.customers, "refused": found.refused}
        detail = {"import": found.id, **made}
        audit.record(session, event=Event.IMPORT_ENDED, by=by, now=now, detail=detail)


def discard(session: Session, found: CsvImport) -> None:
    """Forget a `locked` import that has not begun; raises Conflict (import_begun)."""
    if found.begun_at is not None:
        raise Conflict(
            "This import has started. Continue it; what it made can be changed in the lists.",
            code="import_begun",
        )
    session.execute(delete(CsvImportRow).where(CsvImportRow.import_id == found.id))
    session.delete(found)


def find(session: Session, number: int) -> CsvImport:
    """Return an import; raises NotFound (unknown_import)."""
    return _known(session.get(CsvImport, number))


def locked(session: Session, number: int) -> CsvImport:
    """Return an import, locked until the transaction ends; raises NotFound (unknown_import)."""
    return _known(session.get(CsvImport, number, with_for_update=True, populate_existing=True))


def latest(session: Session) -> Sequence[CsvImport]:
    """Return the latest imports that are kept, the latest first."""
    whole = select(CsvImport).where(CsvImport.wanted > 0).order_by(CsvImport.id.desc())
    return session.scalars(whole.limit(MOST_LISTED)).all()


def twin(session: Session, found: CsvImport) -> CsvImport | None:
    """Return the latest other import of the same file that has begun, None where there is none."""
    same = CsvImport.digest == found.digest, CsvImport.begun_at.is_not(None), CsvImport.id != found.id
    return session.scalar(select(CsvImport).where(*same).order_by(CsvImport.id.desc()).limit(1))


def refused_rows(session: Session, found: CsvImport, *, after: int = -1, most: int) -> dict[int, Refused]:
    """Return up to `most` rows beyond a place that are not imported, by their places."""
    ahead = CsvImportRow.import_id == found.id, CsvImportRow.place > after, CsvImportRow.code.is_not(None)
    rows = session.scalars(select(CsvImportRow).where(*ahead).order_by(CsvImportRow.place).limit(most))
    return {
        row.place: Refused(row.line, row.cells, row.code or "", as_said(row.reason or ("", {})))
        for row in rows
    }


def forget(session: Session, now: datetime) -> None:
    """Delete what was kept for long enough."""
    # Where the clock was set back, what was kept in a later time would stay for long.
    over = or_(CsvImport.kept_until <= now, CsvImport.kept_until > now + KEPT)
    numbers = session.scalars(select(CsvImport.id).where(over)).all()
    if numbers:
        session.execute(delete(CsvImportRow).where(CsvImportRow.import_id.in_(numbers)))
        session.execute(delete(CsvImport).where(CsvImport.id.in_(numbers)))


def _import(
    session: Session, found: CsvImport, rows: Sequence[CsvImportRow], reader: Reader, by: By, now: datetime
) -> None:
    read: dict[int, Row] = {}
    refused: dict[int, CoreError] = {}
    for row in rows:
        try:
            read[row.place] = reader.read(row.cells)
        except CoreError as error:
            refused[row.place] = error
    made = make(session, read, by=by, now=now)
    refused |= made.refused
    for row in rows:
        if row.place in refused:
            row.code, row.reason = refused[row.place].code, as_kept(refused[row.place])
    found.licenses, found.customers = found.licenses + made.licenses, found.customers + made.customers
    found.refused += len(refused)
    # What is imported is in the lists: here nothing would remind anybody to delete it.
    done = CsvImportRow.import_id == found.id, CsvImportRow.place.in_(read.keys() - refused.keys())
    session.execute(delete(CsvImportRow).where(*done).execution_options(synchronize_session=False))


def _product(session: Session, found: CsvImport) -> Product | None:
    return session.get_one(Product, found.product_number) if found.product_number is not None else None


def _known(found: CsvImport | None) -> CsvImport:
    if found is None or not found.wanted:
        raise NotFound(
            "This import is no longer kept. What it made is in the lists; import the file again to see more.",
            code="unknown_import",
        )
    return found
