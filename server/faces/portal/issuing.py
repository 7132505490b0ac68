"""Issuing licenses: a form, a look at what it means, and then the keys, to copy or as a file."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from keyferry.server.core.customers import records
from keyferry.server.core.customers.contacts import known_customer, normalized_email
from keyferry.server.core.licensing import batches, licenses
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.notes import checked_notes
from keyferry.server.core.licensing.orders import checked_order
from keyferry.server.core.licensing.products import every_product, feature_mask, find_product
from keyferry.server.core.mail import issued as issued_mail
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff, typed
from keyferry.server.faces.portal.tables import csv_file, workbook
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import issuing
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import ngettext
from keyferry.server.words.columns import licenses_at, row_of

blueprint = Blueprint("issuing", __name__)

MOST_SHOWN = 1000
"""How many keys a page shows; the table has all of them."""


@blueprint.get("/licenses/new")
@staff.needs(Permission.CHANGE_LICENSES)
def form() -> str:
    """Show the form."""
    asked = {name: request.args.get(name, "") for name in ("product", "email")}
    return form_page({**asked, "count": "1", "seats": "1", "term": "never"})


@blueprint.post("/licenses/new")
@staff.needs(Permission.CHANGE_LICENSES)
def change() -> str:
    """Show the form again with what was typed: a browser would keep none of it."""
    return form_page(posted())


@blueprint.post("/licenses/preview")
@staff.needs(Permission.CHANGE_LICENSES)
def preview() -> str:
    """Show what would be issued, before the form; nothing is yet."""
    asked = _asked()
    with reading() as session:
        product = find_product(session, asked.product)
        feature_mask(product, asked.features)
        mails = outgoing(session).is_offered
    return form_page(posted(), asked=asked, product=product, form=batches.new_form(), mails=mails)


@blueprint.post("/licenses/new/customer")
@staff.needs(Permission.CHANGE_LICENSES)
def customer() -> Response:
    """Say who an address is, for the script of the form."""
    with reading() as session:
        name, held = _known(session, posted().get("email", ""))
    return jsonify(name=name, said=_licenses_so_far(name, held) if held is not None else "")


@blueprint.post("/licenses/issue")
@staff.runs(issuing.begin)
def issue() -> Response:
    """Issue, and lead to the keys; a form that is sent twice leads there twice."""
    mark = batches.mark_of_form(posted().get("form", ""))
    batch = issuing.begin(_asked(), mark, by=staff.by())
    if not batch.is_new:
        flash(
            _("You already sent this form. These are the licenses it issued. No new ones were issued.")
            if batch.is_done
            else _("You already sent this form. The same batch continues.")
        )
    if not batch.is_done:
        issuing.go_on(batch.number, by=staff.by())
    return redirect(url_for("portal.issuing.issued", number=batch.number))


@blueprint.get("/licenses/issued/<int:number>")
@staff.needs(Permission.SEE_LICENSES)
def issued(number: int) -> str:
    """Show the keys that were issued together, or how far that has come."""
    return issued_page(number)


@blueprint.post("/licenses/issued/<int:number>/go-on")
@staff.runs(issuing.go_on)
def go_on(number: int) -> Response:
    """Issue more of a batch for a second; the script of its page asks for numbers instead of a page."""
    batch = issuing.go_on(number, by=staff.by())
    if request.accept_mimetypes.best == "application/json":
        return jsonify(done=batch.done, wanted=batch.wanted)
    return redirect(url_for("portal.issuing.issued", number=number))


@blueprint.post("/licenses/issued/<int:number>/stop")
@staff.runs(issuing.stop)
def stop(number: int) -> Response:
    """Issue no more of a batch."""
    if not issuing.stop(number, by=staff.by()):
        flash(_("No changes."))
    return redirect(url_for("portal.issuing.issued", number=number))


@blueprint.post("/licenses/issued/<int:number>/mail")
@staff.runs(issuing.mail_keys)
def mail(number: int) -> Response:
    """Send the keys of a batch by email."""
    recipient = posted().get("email", "").strip()
    issuing.mail_keys(number, recipient, by=staff.by())
    flash(_("The keys will be sent to {recipient}.", recipient=recipient))
    return redirect(url_for("portal.issuing.issued", number=number))


@blueprint.post("/licenses/issued/<int:number>/export")
@staff.runs(issuing.export)
def export(number: int) -> Response:
    """Give the licenses of a batch as a table."""
    columns = licenses_at(parts().clock())
    pieces = issuing.export(number, by=staff.by(), show=partial(row_of, columns))
    if posted().get("format") == "csv":
        return csv_file(f"licenses-{number}.csv", tuple(columns), pieces)
    return workbook(f"licenses-{number}.xlsx", tuple(columns), pieces)


def issued_page(number: int, **context: Any) -> str:
    """Return the page of a batch; raises NotFound (unknown_batch)."""
    now = parts().clock()
    with reading() as session:
        batch = batches.find(session, number)
        shown = batches.licenses_of(session, number, most=MOST_SHOWN) if batch.done == batch.wanted else ()
        return staff.page(
            "issued",
            batch=batch,
            issued=shown,
            mails=issued_mail.of_batch(session, batch) if shown else (),
            outgoing=outgoing(session),
            standing=lambda license: licenses.standing(license, now),
            expiry=licenses.expiry,
            **context,
        )


def form_page(values: dict[str, str], **context: Any) -> str:
    """Return the form, with what was typed and what was wrong with it."""
    with reading() as session:
        products, unfinished = every_product(session), batches.unfinished(session)
        name, held = _known(session, values.get("email", ""))
    chosen = next((one for one in products if one.code == values.get("product")), None)
    if chosen is None and products:
        chosen = products[0]
    return staff.page(
        "issue",
        products=products,
        unfinished=unfinished,
        most=licenses.MAX_COUNT,
        chosen=chosen,
        selected=typed.features(),
        values=values,
        customer_name=name,
        customer_said=_licenses_so_far(name, held) if held is not None else "",
        expires=_day_of(values),
        **context,
    )


def _known(session: Session, email: str) -> tuple[str, int | None]:
    """Return a customer's name and how many licenses they have, None where nobody has this address."""
    customer = known_customer(session, email)
    if customer is None:
        return "", None
    return customer.name or "", records.licenses_of(session, customer, size=1).total


def _licenses_so_far(name: str, held: int) -> str:
    so_far = ngettext("1 license so far", "{count} licenses so far", held)
    return f"{name}, {so_far}" if name else so_far


def _day_of(values: dict[str, str]) -> date | None:
    """Return the last day that was typed, None where that is no day: the form says so elsewhere."""
    try:
        return date.fromisoformat(values.get("expires", ""))
    except ValueError:
        return None


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
        order=checked_order(values.get("order")),
        mails_keys=values.get("mails") == "1",
    )
    licenses.check_new(asked.seats, asked.terms, asked.count, parts().clock())
    return asked


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the form with what was typed and refused, or the page of the batch."""
    if request.view_args:
        return issued_page(**request.view_args, refusal=refusal)
    return form_page(posted(), refusal=refusal)
