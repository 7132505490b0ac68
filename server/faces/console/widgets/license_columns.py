"""The columns of the list of licenses: those that an operator chose, as far as there is room for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from textual.content import Content

from keyferry.server.faces.console.marked import shortened
from keyferry.server.faces.console.views import LicenseRow
from keyferry.server.faces.console.widgets.pane import WIDE
from keyferry.server.faces.console.widgets.rows import Column
from keyferry.server.faces.console.wording import day, ends, status

TITLES: Mapping[str, str] = {
    "customer": "Customer",
    "product": "Product",
    "seats": "Seats",
    "ends": "Ends",
    "status": "Status",
    "last": "Last event",
    "issued": "Issued",
    "order": "Order",
    "key": "Activation key in full",
}
_USUAL = ("customer", "product", "seats", "ends", "status")
# What is left out where there is little room, the first of them first. A shorter key says enough.
_GIVES_WAY = ("key", "order", "issued", "last", "product", "ends", "seats", "status", "customer")
_NARROW: Mapping[str, Column] = {
    "customer": Column("Customer", 12, grows=3, gap=1),
    "product": Column("Product", 10, grows=2, gap=1),
    "seats": Column("Seats", 6, right=True),
    "ends": Column("Ends", 12, gap=1),
    "status": Column("Status", 11, gap=1),
    "last": Column("Last event", 12, gap=1),
    "issued": Column("Issued", 12, gap=1),
    "order": Column("Order", 10, grows=1),
}
_ROOMY: Mapping[str, Column] = {
    "customer": Column("Customer", 14, grows=2),
    "product": Column("Product", 10, grows=1),
    "seats": Column("Seats", 8, right=True, gap=4),
    "ends": Column("Ends", 14),
    "status": Column("Status", 14),
    "last": Column("Last event", 12),
    "issued": Column("Issued", 12),
    "order": Column("Order", 12, grows=1),
}
# What a list puts before its first column and behind its last one.
_AROUND = 4


def fitting(chosen: Sequence[str] | None, width: int) -> Sequence[str]:
    """Return the names of the columns that fit into so many cells; None stands for the usual ones."""
    names = [*_USUAL, *(["key"] if width >= WIDE else [])] if chosen is None else list(chosen)
    for name in _GIVES_WAY:
        if _taken(columns_of(names, width)) <= width - _AROUND:
            break
        names = [one for one in names if one != name]
    return names


def columns_of(names: Sequence[str], width: int) -> Sequence[Column]:
    """Return these columns behind that of the key."""
    known = _ROOMY if width >= WIDE else _NARROW
    key = Column("Activation key", 29) if "key" in names else Column("Key", 11)
    return [key, *(known[name] for name in names if name in known)]


def cells_of(names: Sequence[str], row: LicenseRow) -> Sequence[Content]:
    """Draw a license in these columns; its end and its status have the same color where that matters."""
    license = row.license
    words, color = status(license, row.today)
    stands_out = color if color in ("$error", "$warning") else "$ink-2"
    cells = {
        "customer": Content(row.customer) if row.customer else Content.styled("—", "$ink-3"),
        "product": Content.styled(license.product_name, "$ink-2"),
        "seats": Content(f"{license.seats_used:,}/{license.seats:,}"),
        "ends": Content.styled(ends(license, row.today), stands_out),
        "status": Content.styled(words, color),
        "last": _when(row.last, row),
        "issued": Content.styled(day(license.issued, row.today), "$ink-2"),
        "order": Content.styled(license.order or "—", "$ink-2" if license.order else "$ink-3"),
    }
    key = license.activation_key if "key" in names else shortened(license.activation_key)
    return [Content(key), *(cells[name] for name in names if name in cells)]


def _when(at: datetime | None, row: LicenseRow) -> Content:
    return Content.styled(day(at.date(), row.today), "$ink-2") if at else Content.styled("—", "$ink-3")


def _taken(columns: Sequence[Column]) -> int:
    return sum(one.width + one.gap for one in columns) - columns[-1].gap
