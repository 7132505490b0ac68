"""Issuing licenses: a form, a look at what it means, and then the keys, to copy or as a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.server.core.customers.contacts import normalized_email
from keyferry.server.core.licensing import batches, licenses
from keyferry.server.core.licensing.notes import checked_notes
from keyferry.server.core.licensing.products import every_product, feature_mask, find_product
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff, typed
from keyferry.server.parts import parts
from keyferry.server.services import changes
from keyferry.server.services.changes import Wanted
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _

blueprint = Blueprint("issuing", __name__)


@blueprint.get("/licenses/new")
@staff.needs(Permission.CHANGE_LICENSES)
def form() -> str:
    """Show the form."""
    return form_page(
        {"product": request.args.get("product", ""), "count": "1", "seats": "1", "term": "never"}
    )


@blueprint.post("/licenses/new")
@staff.needs(Permission.CHANGE_LICENSES)
def change() -> str:
    """Show the form again with what was typed: a browser would keep none of it."""
    return form_page(posted())


@blueprint.post("/licenses/preview")
@staff.needs(Permission.CHANGE_LICENSES)
def preview() -> str:
    """Show what would be issued; nothing is yet."""
    asked = _asked()
    with reading() as session:
        product = find_product(session, asked.product)
        feature_mask(product, asked.features)
        form = batches.new_form()
        return staff.page("issue_preview", asked=asked, product=product, values=posted(), form=form)


@blueprint.post("/licenses/issue")
@staff.runs(changes.issue_by_form)
def issue() -> Response:
    """Issue, and lead to the keys; a form that is sent twice leads there twice."""
    batch, is_new = changes.issue_by_form(_asked(), posted().get("form", ""), by=staff.by())
    if not is_new:
        flash(_("You already sent this form. These are the licenses it issued. No new ones were issued."))
    return redirect(url_for("portal.issuing.issued", number=batch))


@blueprint.get("/licenses/issued/<int:number>")
@staff.needs(Permission.SEE_LICENSES)
def issued(number: int) -> str:
    """Show the keys that were issued together."""
    with reading() as session:
        return staff.page("issued", issued=batches.licenses_of(session, number))


def form_page(values: dict[str, str], **context: Any) -> str:
    """Return the form, with what was typed and what was wrong with it."""
    with reading() as session:
        products = every_product(session)
    chosen = next((one for one in products if one.code == values.get("product")), None)
    if chosen is None and products:
        chosen = products[0]
    return staff.page(
        "issue",
        products=products,
        chosen=chosen,
        selected=typed.features(),
        values=values,
        **context,
    )


def _asked() -> Wanted:
    """Read the form; raises Malformed, as `core.licensing.licenses.issue` would."""
    values = posted()
    asked = Wanted(
        product=values.get("product", ""),
        seats=typed.number(values, "seats", "malformed_seats"),
        terms=typed.terms(values),
        count=typed.number(values, "count", "malformed_count"),
        features=typed.features(),
        customer=normalized_email(values["email"]) if values.get("email", "").strip() else None,
        notes=checked_notes(values.get("notes")),
    )
    licenses.check_new(asked.seats, asked.terms, asked.count, parts().clock())
    return asked


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the form with what was typed and refused."""
    return form_page(posted(), refusal=refusal)
