"""Importing customers and licenses of a CSV file: a look at all rows first, then chunk by chunk.

Whoever asked goes on with it, request by request, until it is done, as with licenses that are issued. A row
that can't be imported keeps no other from it, and is given back with the reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from keyferry.server.core.audit import By
from keyferry.server.core.events import Event
from keyferry.server.core.imports import csv_files, imports
from keyferry.server.core.imports.imports import Refused
from keyferry.server.core.imports.looking import Look, Reader
from keyferry.server.core.licensing.products import find_product
from keyferry.server.core.models import CsvImport
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import one_at_a_time, reading, transaction
from keyferry.server.parts import parts
from keyferry.server.services.guard import guarded, recorded
from keyferry.server.services.issuing import CHUNK_SECONDS, SPELL_SECONDS, Progress
from keyferry.server.services.permission import permitted

_PIECE = 1000

T = TypeVar("T")


@permitted(Permission.CHANGE_LICENSES)
def look(content: bytes, name: str, product: str, *, by: By) -> int:
    """Keep a file with what its rows would make, and return the import's number; nothing is made yet.

    `product` is the code of the one that rows without a product are for, "" for none. Raises what
    `csv_files.read` and `looking.Reader` raise, and NotFound (unknown_product).
    """
    now = parts().clock()
    file = csv_files.read(content)
    with recorded(event=Event.IMPORT_REFUSED, by=by, now=now):
        with reading() as session:
            usual = find_product(session, product) if product else None
            look = Look(Reader(session, file.head, usual, now))
        with transaction() as session:
            number = imports.add(session, content, name, file, usual, now=now).id
        # In pieces, and read before they are written: others write between them.
        for first in range(0, len(file.lines), _PIECE):
            with reading() as session:
                rows = [*look.at(session, file.lines[first : first + _PIECE])]
            with transaction() as session:
                imports.add_rows(session, number, first, rows)
        with transaction() as session:
            imports.complete(session, number, len(file.lines), look)
    return number


@permitted(Permission.CHANGE_LICENSES)
def go_on(number: int, *, by: By, seconds: float = SPELL_SECONDS) -> Progress:
    """Import chunk after chunk until all rows are done or the time is up; the first call begins it.

    Raises NotFound (unknown_import).
    """
    with reading() as session:
        found = imports.find(session, number)
        progress = _progress(found)
    ends = time.monotonic() + seconds
    while not progress.is_done:
        now = parts().clock()
        with guarded(event=Event.IMPORT_REFUSED, by=by, now=now) as session:
            # Files that name the same customers or keys in different orders would wait for each other.
            one_at_a_time(session, "imports")
            found = imports.locked(session, number)
            imports.begin(session, found, by=by, now=now)
            # Another may have ended it meanwhile.
            if found.done < found.wanted:
                imports.go_on(session, found, by=by, now=now, until=_time_is_up())
            progress = _progress(found)
        if time.monotonic() >= ends:
            break
    return progress


@permitted(Permission.CHANGE_LICENSES)
def discard(number: int, *, by: By) -> None:
    """Forget an import that has not begun; raises NotFound (unknown_import) and Conflict (import_begun)."""
    with guarded(event=Event.IMPORT_REFUSED, by=by, now=parts().clock()) as session:
        imports.discard(session, imports.locked(session, number))


@permitted(Permission.CHANGE_LICENSES)
def refused(
    number: int, *, by: By, show: Callable[[Sequence[str], Refused], T]
) -> tuple[Sequence[str], Iterator[list[T]]]:
    """Return the header of a file, and what `show` makes of each row that is not imported, piece by piece.

    Raises NotFound (unknown_import).
    """
    with reading() as session:
        head = imports.find(session, number).head
    return head, _refused(number, head, show)


def _refused(
    number: int, head: Sequence[str], show: Callable[[Sequence[str], Refused], T]
) -> Iterator[list[T]]:
    after = -1
    while True:
        # Whoever reads slowly keeps no transaction open.
        with reading() as session:
            found = imports.find(session, number)
            rows = imports.refused_rows(session, found, after=after, most=_PIECE)
        if not rows:
            return
        yield [show(head, row) for row in rows.values()]
        after = max(rows)


def _time_is_up() -> Callable[[], bool]:
    ends = time.monotonic() + CHUNK_SECONDS
    return lambda: time.monotonic() >= ends


def _progress(found: CsvImport) -> Progress:
    return Progress(found.id, found.wanted, found.done)
