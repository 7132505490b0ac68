"""The list of licenses, and the address of one."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request

from keyferry.server.core.licensing import listings
from keyferry.server.core.licensing.licenses import Standing, expiry, standing
from keyferry.server.core.licensing.listings import Order, Wanted
from keyferry.server.core.licensing.products import every_product
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.license_page import license_page
from keyferry.server.faces.portal.turning import turned
from keyferry.server.parts import parts

blueprint = Blueprint("licenses", __name__)


@blueprint.get("/licenses")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show licenses by search, filter and order."""
    wanted, now = _wanted(), parts().clock()
    with reading() as session:
        found = listings.licenses(session, wanted, now=now, **turned())
        return staff.page(
            "licenses",
            found=found,
            wanted=wanted,
            products={one.code: one.name for one in every_product(session)},
            standings=list(Standing),
            standing=lambda license: standing(license, now),
            expiry=expiry,
        )


@blueprint.get("/licenses/<int:number>")
@staff.needs(Permission.SEE_LICENSES)
def license(number: int) -> str:
    """Show a license."""
    return license_page(number)


def _wanted() -> Wanted:
    """Read the address; what it says wrongly is taken as not said."""
    asked = request.args
    return Wanted(
        search=asked.get("q", ""),
        product=asked.get("product", ""),
        standing=asked.get("standing", None, Standing),
        ends_by=asked.get("ends_by", None, date.fromisoformat),
        order=asked.get("sort", Order.ISSUED, Order),
        descending=asked.get("dir", "desc") != "asc",
    )
