"""Tables for a spreadsheet, as the portal gives them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keyferry.server.faces.console.views import AuditEvent
from keyferry.server.web.workbooks import workbook_of
from keyferry.server.words.wording import CHANNELS, event_in_words, reason_in_words

# A spreadsheet takes a cell that begins so for a formula, and a customer could have written it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
LICENSE_COLUMNS = (
    "activation_key",
    "product",
    "customer",
    "seats",
    "seats_used",
    "expires",
    "days",
    "status",
)
_OF_EVENT: dict[str, Callable[[AuditEvent], object]] = {
    "number": lambda event: event.id,
    "at (UTC)": lambda event: event.at.isoformat(timespec="seconds").removesuffix("+00:00"),
    "event": lambda event: event.event,
    "what happened": event_in_words,
    "refused because": reason_in_words,
    "code": lambda event: event.code,
    "channel": lambda event: CHANNELS.get(event.channel, event.channel),
    "who": lambda event: event.who,
    "address": lambda event: event.address,
    "license": lambda event: event.license_id,
    "activation key ends in": lambda event: event.activation_key_ending,
    "detail": lambda event: json.dumps(event.detail, ensure_ascii=False) if event.detail else None,
}
AUDIT_COLUMNS = tuple(_OF_EVENT)


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


def audit_line(event: AuditEvent) -> Sequence[object]:
    """Return an event as a row of a table with `AUDIT_COLUMNS`."""
    return tuple(cell(event) for cell in _OF_EVENT.values())


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
