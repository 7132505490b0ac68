"""Tables for spreadsheets: as CSV, and as workbooks, which Excel opens in columns in every locale."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any

Row = Sequence[object]
MOST_ROWS = 100_000
"""How many rows a workbook has: it is made whole before it is sent, and Excel opens a million of them."""
UTF_8_MARK = "\ufeff"
"""What a CSV file begins with, so that a spreadsheet takes it for UTF-8."""
_LONGEST = 32_767
# A spreadsheet takes a cell that begins so for a formula, and a customer could have written it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_lines(rows: Iterable[Row]) -> str:
    """Return rows as lines of CSV, in which no cell is a formula."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def workbook_of(head: Row, rows: Iterable[Row], *, most: int = MOST_ROWS) -> bytes:
    """Return a table as the bytes of a workbook; of its rows `most` at most.

    A text is a text there, whatever it begins with: no cell is a formula or a link.
    """
    # Here, since a server that makes no workbook would carry several megabytes of it in each worker.
    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(islice(chain([head], rows), most + 1)):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell)
    book.close()
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
