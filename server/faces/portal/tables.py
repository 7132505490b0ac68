"""Tables as files that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any

import xlsxwriter
from flask import Response, stream_with_context

from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import License
from keyferry.server.parts import parts
from keyferry.server.web.files import as_file

# A spreadsheet takes a cell that begins so for a formula, and a customer could have written it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_ROWS = 100_000
"""How many rows a workbook has: it is made whole before it is sent, and Excel opens a million of them."""
_LONGEST = 32_767
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Row = Sequence[object]
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
    """Return a table as a workbook, which opens in columns in every locale; of its rows `most` at most.

    A text is a text there, whatever it begins with: no cell is a formula or a link.
    """
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(islice(chain([head], chain.from_iterable(pieces)), most + 1)):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell)
    book.close()
    return as_file(Response(written.getvalue(), mimetype=_WORKBOOK), name)


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


def _write(sheet: Any, row: int, column: int, cell: object) -> None:
    if isinstance(cell, date):
        sheet.write_datetime(row, column, datetime.combine(cell, time()))
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif cell is not None:
        sheet.write_string(row, column, str(cell)[:_LONGEST])


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
