"""Tables that an operator saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keyferry.server.web.spreadsheets import UTF_8_MARK, csv_lines, workbook_of


@dataclass(frozen=True)
class Table:
    """Rows below the names of their columns; `is_whole` is False where there were more."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    is_whole: bool

    def as_csv(self) -> str:
        """Return it as CSV."""
        return UTF_8_MARK + csv_lines((self.columns, *self.rows))

    def as_workbook(self) -> bytes:
        """Return it as a workbook."""
        return workbook_of(self.columns, self.rows)
