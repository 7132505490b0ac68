"""What the address of the list of licenses says: filters, order, and the views that stand above it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from keyferry.protocol.sentences import Sentence
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.listings import Order, Taken, Wanted
from keyferry.server.faces.portal.list_addresses import ListAddress

ENDS = ("30", "90", "365")
"""In how many days the licenses end that a filter names."""

COLUMNS = {
    "customer": Sentence("Customer"),
    "product": Sentence("Product"),
    "seats": Sentence("Seats"),
    "ends": Sentence("Ends"),
    "status": Sentence("Status"),
    "last": Sentence("Last event"),
    "issued": Sentence("Issued"),
    "order": Sentence("Order"),
    "key": Sentence("Activation key in full"),
}
USUAL_COLUMNS = ("customer", "product", "seats", "ends", "status", "last")
_FILTERS = ("q", "product", "standing", "seats", "ends", "ends_by")
LIST = ListAddress("portal.licenses.listing", (*_FILTERS, "sort", "dir"))


@dataclass(frozen=True)
class View:
    """A view that everybody has: the name of its figure, what it says, and its filters."""

    figure: str
    name: Sentence
    filters: Mapping[str, str]


VIEWS = (
    View("all", Sentence("All"), {}),
    View("soon", Sentence("Ends in 30 days"), {"ends": "30"}),
    View("full", Sentence("Full"), {"seats": "full"}),
    View("on_hold", Sentence("On hold"), {"standing": "suspended"}),
    View("unused", Sentence("Not used yet"), {"seats": "unused"}),
)


def filters(asked: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of an address, without the order."""
    return {name: asked[name] for name in _FILTERS if asked.get(name)}


def wanted(asked: Mapping[str, str], now: datetime) -> Wanted:
    """Return which licenses an address asks for; what it says wrongly is taken as not said."""
    ends_by, order, standing, taken = None, Order.ISSUED, None, None
    with suppress(ValueError):
        ends_by = date.fromisoformat(asked.get("ends_by", ""))
    if asked.get("ends") in ENDS:
        ends_by = now.date() + timedelta(days=int(asked["ends"]))
    with suppress(ValueError):
        order = Order(asked.get("sort", ""))
    with suppress(ValueError):
        standing = Standing(asked.get("standing", ""))
    with suppress(ValueError):
        taken = Taken(asked.get("seats", ""))
    return Wanted(
        search=asked.get("q", ""),
        product=asked.get("product", ""),
        standing=standing,
        ends_by=ends_by,
        taken=taken,
        order=order,
        descending=asked.get("dir", "desc") != "asc",
    )
