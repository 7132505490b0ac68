"""Issuing licences: a form, a look at what it means, and then the keys, to copy or as a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.core import licenses
from server.core.customers import normalised_email
from server.core.models import License, Product
from server.core.notes import checked_notes
from server.core.products import feature_mask, find_product
from server.core.roles import Permission
from server.db import reading
from server.faces.portal import staff, typed
from server.forms import Refusal, posted
from server.guard import guarded
from server.parts import parts

blueprint = Blueprint("issuing", __name__)


@blueprint.get("/licenses/new")
@staff.needs(Permission.CHANGE_LICENSES)
def form() -> str:
    """Show the form."""
    return form_page(
        {"product": request.args.get("product", ""), "count": "1", "seats": "1", "term": "never"}
    )


@blueprint.post("/licenses/preview")
@staff.needs(Permission.CHANGE_LICENSES)
def preview() -> str:
    """Show what would be issued; nothing is yet."""
    asked = _asked()
    with reading() as session:
        product = find_product(session, asked["product"])
        feature_mask(product, asked["features"])
        return staff.page("issue_preview", asked=asked, product=product, values=posted())


@blueprint.post("/licenses/issue")
@staff.needs(Permission.CHANGE_LICENSES)
def issue() -> str:
    """Issue, and show the keys."""
    asked, now = _asked(), parts().clock()
    with guarded(event="issue_refused", by=staff.by(), now=now) as session:
        issued = _issued(session, asked)
        return staff.page("issued", issued=issued, product=issued[0].product, expiry=licenses.expiry)


def form_page(values: dict[str, str], **context: Any) -> str:
    """Return the form, with what was typed and what was wrong with it."""
    with reading() as session:
        products = session.scalars(select(Product).order_by(Product.name)).all()
    chosen = next((one for one in products if one.code == values.get("product")), None)
    if chosen is None and products:
        chosen = products[0]
    ticked = typed.features()
    return staff.page(
        "issue",
        products=products,
        chosen=chosen,
        ticked=ticked,
        values=values,
        **({"refusal": None} | context),
    )


def _asked() -> dict[str, Any]:
    """Read the form; raises Malformed, as `core.licenses.issue` would."""
    values = posted()
    asked: dict[str, Any] = {
        "product": values.get("product", ""),
        "seats": typed.number(values, "seats", "malformed_seats"),
        "terms": typed.terms(values),
        "count": typed.number(values, "count", "malformed_count"),
        "features": typed.features(),
        "customer": normalised_email(values["email"]) if values.get("email", "").strip() else None,
        "notes": checked_notes(values.get("notes")),
    }
    licenses.check_new(asked["seats"], asked["terms"], asked["count"], parts().clock())
    return asked


def _issued(session: Session, asked: dict[str, Any]) -> list[License]:
    product = find_product(session, asked["product"])
    rest = {name: asked[name] for name in ("seats", "terms", "count", "features", "customer", "notes")}
    return licenses.issue(session, product, **rest, by=staff.by(), now=parts().clock())


def page_refused(deed: str, refusal: Refusal) -> str:
    """Return the form with what was typed and refused."""
    return form_page(posted(), refusal=refusal)
