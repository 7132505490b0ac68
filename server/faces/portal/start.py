"""The start page: see at a glance how the business of keys is going, and what needs somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, request

from keyferry.server.core.licensing import products
from keyferry.server.core.licensing.figures import DAYS, Figures, Sold, ending_next
from keyferry.server.core.models import Product
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import first_day, staff
from keyferry.server.faces.portal.chart import Range, chart_of
from keyferry.server.faces.portal.noticing import notices
from keyferry.server.parts import parts
from keyferry.server.services import figures

blueprint = Blueprint("start", __name__)

_ENDING, _PRODUCTS = 3, 10


@dataclass(frozen=True)
class ProductRow:
    """What the page tells of a product."""

    product: Product
    sold: Sold
    activated: int
    before: int


@blueprint.get("/")
@staff.needs(Permission.SEE_LICENSES)
def home() -> str:
    """Show the start page, or the first-day list in its place."""
    return first_day.page() or _start_page()


def _start_page() -> str:
    now = parts().clock()
    found, counted_at = figures.of_the_start_page()
    with reading() as session:
        every = products.every_product(session)
        shown = {
            "products": _by_activations(found, every),
            "product_count": len(every),
            "ending": ending_next(session, now, most=_ENDING),
            **notices(session, found.noticed, now),
        }
        drawn = _chart(found, every, now, rows=len(shown["notices"]) + len(shown["ending"]))
        return staff.page("start", figures=found, counted_at=counted_at, **drawn, **shown)


def _chart(found: Figures, every: Any, now: datetime, *, rows: int) -> dict[str, Any]:
    """Return what is drawn beside so many rows; what the address says wrongly is taken as not said."""
    range = request.args.get("range", Range.DAYS, Range)
    chosen = next((one for one in every if one.code == request.args.get("product")), None)
    return {
        "chart": chart_of(found, range, chosen.number if chosen else None, now.date(), beside=rows),
        "range": range,
        "chosen": chosen,
        "every_product": every,
        "period": DAYS,
        "soon": now.date() + timedelta(days=DAYS),
    }


def _by_activations(found: Figures, every: Any) -> list[ProductRow]:
    """Return the products that are activated most."""
    rows = [
        ProductRow(
            one,
            found.sold.get(one.number, Sold(0, 0, 0)),
            found.activated(one.number),
            found.activated(one.number, before=True),
        )
        for one in every
    ]
    return sorted(rows, key=lambda row: (-row.activated, -row.sold.licenses))[:_PRODUCTS]
