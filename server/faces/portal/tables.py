"""Tables as files that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from itertools import chain

from flask import Response, stream_with_context

from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import License
from keyferry.server.parts import parts
from keyferry.server.web.files import as_file
from keyferry.server.web.workbooks import MOST_ROWS, Row, workbook_of

# A spreadsheet takes a cell that begins so for a formula, and a customer could have written it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_OF_LICENSE: dict[str, Callable[[License], object]] = {
    "activation_key": lambda license: license.activation_key,
    "product": lambda license: license.product.code,
    "customer": lambda license: license.customer.email if license.customer else "",
    "seats": lambda license: license.seats,
    "seats_used": lambda license: license.seats_used,
    "expires": licenses.expiry,
    "days": lambda license: license.days_from_first_activation,
    "status": lambda license: licenses.standing(license, parts().clock()).value,
    "order": lambda license: license.order_reference,
    "issued": lambda license: license.created_at.date(),
}
LICENSE_COLUMNS = tuple(_OF_LICENSE)


def license_row(license: License) -> Row:
    """Return a license as a row of a table with `LICENSE_COLUMNS`."""
    return [cell(license) for cell in _OF_LICENSE.values()]


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
    lines = chain(["\ufeff" + _lines([head])], (_lines(piece) for piece in pieces))
    # The mark says that this is UTF-8. The first rows are read now: an answer that has begun could not say
    # that the database is away.
    begun = "".join(next(lines, "") for _ in range(2))
    return as_file(Response(stream_with_context(chain([begun], lines)), mimetype="text/csv"), name)


def _lines(rows: Iterable[Row]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
