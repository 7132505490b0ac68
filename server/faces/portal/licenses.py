"""The list of licenses, and the address of one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from keyferry.server.core.licensing import listings
from keyferry.server.core.licensing.licenses import expiry, standing
from keyferry.server.core.licensing.products import every_product
from keyferry.server.core.models import Listing
from keyferry.server.core.staff import saved_views
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import license_list, staff
from keyferry.server.faces.portal.license_page import license_page
from keyferry.server.faces.portal.list_addresses import LICENSES
from keyferry.server.faces.portal.turning import turned
from keyferry.server.parts import parts
from keyferry.server.services import figures, list_queries

blueprint = Blueprint("licenses", __name__)


@blueprint.get("/licenses")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show licenses by search, filter and order."""
    return list_page(request.args.to_dict())


def list_page(asked: dict[str, str], **context: Any) -> str:
    """Return the list that an address asks for, with what was wrong where something was."""
    now, operator = parts().clock(), staff.operator()
    wanted = list_queries.licenses_wanted(asked, now)
    columns = operator.license_columns
    shown = license_list.USUAL_COLUMNS if columns is None else columns
    figured, counted_at = figures.of_the_views()
    with reading() as session:
        found = listings.licenses(session, wanted, now=now, **turned())
        latest = listings.latest_events(session, found.rows)
        products = {one.code: one.name for one in every_product(session)}
        own_views = saved_views.of_operator(session, operator, Listing.LICENSES)
    return staff.page(
        "licenses",
        found=found,
        wanted=wanted,
        asked=asked,
        listed={"endpoint": LICENSES.endpoint, "args": asked},
        said_of_list=LICENSES.said(asked),
        filters=license_list.filters(asked),
        query=LICENSES.query(asked),
        views=license_list.VIEWS,
        own_views=own_views,
        of_query=LICENSES.of_query,
        figures=figured,
        counted_at=counted_at,
        # Those that are shown come first, in the order that the operator gave them at the console.
        every_column={name: license_list.COLUMNS[name] for name in (*shown, *license_list.COLUMNS)},
        columns=shown,
        latest=latest,
        products=products,
        standing=lambda license: standing(license, now),
        expiry=expiry,
        **context,
    )


@blueprint.get("/licenses/<int:number>")
@staff.needs(Permission.SEE_LICENSES)
def license(number: int) -> str:
    """Show a license."""
    return license_page(number)
