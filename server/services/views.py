"""What an operator arranges for themselves: views of lists by name, and columns of the list of licenses."""

from __future__ import annotations

from collections.abc import Sequence

from keyferry.server.core.models import Listing, Operator
from keyferry.server.core.staff import saved_views
from keyferry.server.db import transaction
from keyferry.server.parts import parts

LICENSE_COLUMNS = ("customer", "product", "seats", "ends", "status", "last", "issued", "order", "key")
"""What a list of licenses may show besides a short key, in the usual order; with `key` that is whole."""


def save(operator: Operator, listing: Listing, name: str, query: str) -> None:
    """Save a view of a list; raises what `core.staff.saved_views.save` raises."""
    with transaction() as session:
        saved_views.save(session, operator, listing, name, query, now=parts().clock())


def remove(operator: Operator, number: int) -> str:
    """Remove a view, and return its name; raises NotFound (unknown_view)."""
    with transaction() as session:
        return saved_views.remove(session, operator, number)


def choose_columns(operator: Operator, columns: Sequence[str] | None) -> None:
    """Keep which columns an operator sees, in this order; None for the usual ones."""
    known = [one for one in columns or () if one in LICENSE_COLUMNS]
    chosen = None if columns is None else list(dict.fromkeys(known))
    with transaction() as session:
        saved_views.choose_columns(session, operator, chosen)
