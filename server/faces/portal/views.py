"""What somebody keeps of the lists for themselves: views by name, and which columns of licenses they see."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from keyferry.server.core.models import Listing
from keyferry.server.core.staff.roles import Permission
from keyferry.server.faces.portal import (
    audit,
    computers,
    customers,
    license_list,
    licenses,
    list_addresses,
    staff,
)
from keyferry.server.services import views
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _

blueprint = Blueprint("views", __name__)

_ADDRESSES = {
    Listing.LICENSES: list_addresses.LICENSES,
    Listing.COMPUTERS: list_addresses.COMPUTERS,
    Listing.CUSTOMERS: list_addresses.CUSTOMERS,
    Listing.AUDIT: list_addresses.AUDIT,
}
_PAGES: Mapping[Listing, Callable[..., str]] = {
    Listing.LICENSES: licenses.list_page,
    Listing.COMPUTERS: computers.list_page,
    Listing.CUSTOMERS: customers.list_page,
    Listing.AUDIT: audit.list_page,
}


def save(listing: str) -> Response:
    """Save what a list shows under a name."""
    values, of = posted(), Listing(listing)
    views.save(staff.operator(), of, values.get("name", ""), _ADDRESSES[of].query(_asked(of)))
    flash(_("View saved."))
    return _back(of)


def remove(listing: str, number: int) -> Response:
    """Remove a view; what it listed stays as it is."""
    name = views.remove(staff.operator(), number)
    flash(_("View “{name}” removed.", name=name))
    return _back(Listing(listing))


def _let(kind: str, permission: Permission, *listings: Listing) -> None:
    """Let views of lists be saved and removed by whom the lists are permitted."""
    for view, path in ((save, "views"), (remove, "views/<int:number>/remove")):
        endpoint, guarded = f"{view.__name__}{kind}", staff.needs(permission)(view)
        for one in listings:
            of = {"listing": one.value}
            blueprint.add_url_rule(f"/{one}/{path}", endpoint, guarded, methods=["POST"], defaults=of)


_let("", Permission.SEE_LICENSES, Listing.LICENSES, Listing.COMPUTERS, Listing.CUSTOMERS)
_let("_of_audit", Permission.SEE_AUDIT, Listing.AUDIT)


@blueprint.post("/licenses/columns")
@staff.needs(Permission.SEE_LICENSES)
def columns() -> Response:
    """Keep which columns the list of licenses has."""
    # In the order of the form, which is the operator’s own.
    chosen = request.form.getlist("column")
    is_usual = "usual" in request.form or tuple(chosen) == license_list.USUAL_COLUMNS
    views.choose_columns(staff.operator(), None if is_usual else chosen)
    return _back(Listing.LICENSES)


def _asked(listing: Listing) -> dict[str, str]:
    return _ADDRESSES[listing].of_query(posted().get("list", ""))


def _back(listing: Listing) -> Response:
    return redirect(_ADDRESSES[listing].address(_asked(listing)))


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the list again, with what was wrong with the view."""
    listing = Listing((request.view_args or {}).get("listing", Listing.LICENSES))
    return _PAGES[listing](_asked(listing), refusal=refusal, values=posted())
