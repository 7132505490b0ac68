"""The list of licenses: its columns, its filters, and the views that stand above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keyferry.protocol.sentences import Sentence
from keyferry.server.services.list_queries import LICENSE_FILTERS

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
    return {name: asked[name] for name in LICENSE_FILTERS if asked.get(name)}
