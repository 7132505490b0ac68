"""The list of licenses, and the page of one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, request

from keyferry.server.core.licensing import batches, license_changes, licenses, listings
from keyferry.server.core.licensing.licenses import Standing, expiry, standing
from keyferry.server.core.licensing.listings import AuditWanted, Order, Wanted
from keyferry.server.core.licensing.products import every_product, feature_names
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.turning import turned
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts

blueprint = Blueprint("licenses", __name__)

_HISTORY = 100


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


def license_page(number: int, **context: Any) -> str:
    """Return the page of a license, with what an operation has to say where one was done.

    Raises NotFound (unknown_license).
    """
    with reading() as session:
        found = licenses.with_id(session, number)
        history = listings.audit_events(session, AuditWanted(license_id=number), size=_HISTORY)
        return staff.page(
            "license",
            license=found,
            outgoing=outgoing(session),
            version=license_changes.version(found),
            together=batches.others(session, found),
            standing=standing(found, parts().clock()),
            expires=expiry(found),
            features=feature_names(found.product, found.features),
            # Those that hold a seat first, the latest of them on top.
            activations=sorted(found.activations, key=lambda one: (one.ended_at is not None, -one.id)),
            history=history,
            **context,
        )


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
