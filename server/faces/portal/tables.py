"""Tables as files that spreadsheets open."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from flask import Response, stream_with_context

from keyferry.server.parts import parts
from keyferry.server.web.files import as_file
from keyferry.server.web.spreadsheets import MOST_ROWS, UTF_8_MARK, Row, csv_lines, workbook_of

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(name: str, head: Row, pieces: Iterable[Iterable[Row]], *, most: int = MOST_ROWS) -> Response:
    """Return a table as a workbook; of its rows `most` at most."""
    content = workbook_of(head, chain.from_iterable(pieces), most=most)
    return as_file(Response(content, mimetype=_WORKBOOK), name)


def table(name: str, form: str, head: Row, pieces: Iterable[Iterable[Row]]) -> Response:
    """Return a table of today as a workbook, or as CSV where that is the form."""
    dated = f"{name}-{parts().clock().date().isoformat()}"
    if form == "csv":
        return csv_file(f"{dated}.csv", head, pieces)
    return workbook(f"{dated}.xlsx", head, pieces)


def csv_file(name: str, head: Row, pieces: Iterable[Iterable[Row]]) -> Response:
    """Return a table as a CSV file in UTF-8, sent piece by piece."""
    lines = chain([UTF_8_MARK + csv_lines([head])], map(csv_lines, pieces))
    # The mark says that this is UTF-8. The first rows are read now: an answer that has begun could not say
    # that the database is away.
    begun = "".join(next(lines, "") for _ in range(2))
    return as_file(Response(stream_with_context(chain([begun], lines)), mimetype="text/csv"), name)
