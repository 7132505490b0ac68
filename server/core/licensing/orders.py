"""The vendor's own name for a sale: the order that a license was issued for."""

from __future__ import annotations

from keyferry.server.core.errors import Malformed

MAX_ORDER = 60


def checked_order(text: str | None) -> str | None:
    """Return an order as it is kept, None where there is none; raises Malformed (malformed_order)."""
    order = as_in_an_order(text or "")
    if len(order) > MAX_ORDER or not order.isprintable():
        raise Malformed(
            "Use up to {most} visible characters for the order.", code="malformed_order", most=MAX_ORDER
        )
    return order or None


def as_in_an_order(text: str) -> str:
    """Return a text as orders are kept and searched: on one line, in capital letters."""
    return " ".join(text.split()).upper()
