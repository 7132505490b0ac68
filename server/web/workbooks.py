"""Tables as workbooks, which Excel opens in columns in every locale."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any

import xlsxwriter

Row = Sequence[object]
MOST_ROWS = 100_000
"""How many rows a workbook has: it is made whole before it is sent, and Excel opens a million of them."""
_LONGEST = 32_767


def workbook_of(head: Row, rows: Iterable[Row], *, most: int = MOST_ROWS) -> bytes:
    """Return a table as the bytes of a workbook; of its rows `most` at most.

    A text is a text there, whatever it begins with: no cell is a formula or a link.
    """
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
