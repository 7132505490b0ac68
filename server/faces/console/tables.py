"""Tables for a spreadsheet, as the portal gives them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from keyferry.server.web.workbooks import workbook_of

# A spreadsheet takes a cell that begins so for a formula, and a customer could have written it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Table:
    """Rows below the names of their columns; `is_whole` is False where there were more."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    is_whole: bool

    def as_csv(self) -> str:
        """Return it as CSV, with the mark that says that this is UTF-8."""
        written = io.StringIO()
        csv.writer(written).writerows([_harmless(cell) for cell in row] for row in (self.columns, *self.rows))
        return "\ufeff" + written.getvalue()

    def as_workbook(self) -> bytes:
        """Return it as a workbook."""
        return workbook_of(self.columns, self.rows)


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
