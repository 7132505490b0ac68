"""The list of customers, the page of one, and what staff change about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, stream_with_context, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from keyferry.server.core.customers import listing as customer_list
from keyferry.server.core.customers import records
from keyferry.server.core.customers.listing import Order, View
from keyferry.server.core.licensing import computers
from keyferry.server.core.licensing.licenses import expiry, standing
from keyferry.server.core.licensing.products import every_product
from keyferry.server.core.models import Activation, Listing, OutboxMail
from keyferry.server.core.staff import saved_views
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import list_addresses, staff, typed
from keyferry.server.faces.portal.tables import table
from keyferry.server.faces.portal.turning import turned
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import customer_data, customers, figures, list_queries
from keyferry.server.web.files import as_file
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import ngettext, said
from keyferry.server.words.columns import CUSTOMERS, row_of

blueprint = Blueprint("customers", __name__)

_DIALOGS = {"edit": "edit", "merge_preview": "merge", "merge": "merge", "delete": "delete"}
_SHOWN = 5
"""How many licenses and computers a page shows; the lists have all of them."""


@blueprint.get("/customers")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show customers by search, view and order."""
    return list_page(request.args.to_dict())


@blueprint.post("/customers/export")
@staff.runs(customers.export)
def export() -> Response:
    """Give the customers of a list as a table, with all that they hold."""
    wanted = list_queries.customers_wanted(request.args, parts().clock())
    pieces = customers.export(wanted, by=staff.by(), show=lambda one: row_of(CUSTOMERS, one))
    return table("customers", posted().get("format", "csv"), tuple(CUSTOMERS), pieces)


@blueprint.get("/customers/<int:number>")
@staff.needs(Permission.SEE_LICENSES)
def customer(number: int) -> str:
    """Show a customer, with the dialog that the address names where no script opens it."""
    asked = request.args.get("dialog", "")
    return customer_page(number, dialog=asked if asked in _DIALOGS.values() else "")


@blueprint.post("/customers/<int:number>/edit")
@staff.runs(customers.edit)
def edit(number: int) -> AnyResponse:
    """Change address, name and notes."""
    values = posted()
    texts = {name: values.get(name, "") for name in ("email", "name", "notes")}
    is_new = customers.edit(number, **texts, version=typed.version(), by=staff.by())
    flash(_("Customer saved.") if is_new else _("No changes."))
    return redirect(url_for("portal.customers.customer", number=number))


@blueprint.post("/customers/<int:number>/mail-keys")
@staff.runs(customers.mail_keys)
def mail_keys(number: int) -> AnyResponse:
    """Have all keys of the customer emailed to them."""
    waits = customers.mail_keys(number, by=staff.by())
    if waits:
        flash(f"{_('The email with all keys is delayed.')} {said(waits).replace('`', '')}")
    else:
        flash(_("The email with all keys is on its way."))
    return redirect(url_for("portal.customers.customer", number=number))


@blueprint.post("/customers/<int:number>/data")
@staff.runs(customer_data.export)
def data(number: int) -> Response:
    """Give all that is stored about the customer as one file."""
    file = customer_data.export(number, by=staff.by())
    answer = Response(stream_with_context(file.pieces), mimetype="application/json")
    return as_file(answer, file.name)


@blueprint.post("/customers/<int:number>/merge-preview")
@staff.needs(Permission.CHANGE_CUSTOMERS)
def merge_preview(number: int) -> str:
    """Show what a merge would move, before anybody agrees to it."""
    with reading() as session:
        gone = records.with_id(session, number)
        into = records.merge_target(session, gone, posted().get("email", ""))
    return customer_page(number, dialog="merge", into=into)


@blueprint.post("/customers/<int:number>/merge")
@staff.runs(customers.merge)
def merge(number: int) -> AnyResponse:
    """Give everything of this customer to another."""
    into, moved = customers.merge(number, posted().get("email", ""), by=staff.by())
    message = ngettext(
        "Customers merged. 1 license moved here, and the other address is deleted.",
        "Customers merged. {count} licenses moved here, and the other address is deleted.",
        moved,
    )
    flash(message)
    return redirect(url_for("portal.customers.customer", number=into))


@blueprint.post("/customers/<int:number>/delete")
@staff.runs(customers.delete)
def delete(number: int) -> AnyResponse:
    """Delete a customer."""
    customers.delete(number, by=staff.by())
    flash(_("Customer deleted. The licenses stay, without a customer."))
    return redirect(url_for("portal.customers.listing"))


def customer_page(number: int, **context: Any) -> str:
    """Return the page of a customer, with what an operation says; raises NotFound (unknown_customer)."""
    now = parts().clock()
    with reading() as session:
        found = records.with_id(session, number)
        mails = records.mails_of(session, found)
        return staff.page(
            "customer",
            customer=found,
            version=records.version(found),
            extent=records.extent(session, found),
            licenses=records.licenses_of(session, found, size=_SHOWN),
            computers=computers.live_of_customer(session, found, most=_SHOWN),
            mails=mails,
            computer_of=_computers(session, mails.rows),
            outgoing=outgoing(session),
            standing=lambda license: standing(license, now),
            expiry=expiry,
            **({"into": None} | context),
        )


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused."""
    if operation == "export":
        return list_page(request.args.to_dict(), refusal=refusal)
    number = (request.view_args or {})["number"]
    return customer_page(number, dialog=_DIALOGS.get(operation, ""), values=posted(), refusal=refusal)


def list_page(asked: dict[str, str], **context: Any) -> str:
    """Return the list that an address asks for, with what was wrong where something was."""
    at, now, operator = list_addresses.CUSTOMERS, parts().clock(), staff.operator()
    said = at.said(asked)
    wanted = list_queries.customers_wanted(said, now)
    with reading() as session:
        by_event = customer_list.sorts_by_event(session)
        if "sort" not in said:
            order = Order.LAST if by_event else Order.ADDED
            wanted = replace(wanted, order=order, descending=True)
        found = customer_list.customers(session, wanted, now=now, **turned())
        own_views = saved_views.of_operator(session, operator, Listing.CUSTOMERS)
        products = {one.code: one.name for one in every_product(session)}
    counts, counted_at = figures.of_the_customer_views()
    return staff.page(
        "customers",
        found=found,
        wanted=wanted,
        counts=counts,
        counted_at=counted_at,
        views=View,
        asked=said,
        listed={"endpoint": at.endpoint, "args": said},
        own_views=own_views,
        products=products,
        by_event=by_event,
        of_query=at.of_query,
        query=at.query(said),
        **context,
    )


def _computers(session: Session, mails: Sequence[OutboxMail]) -> dict[int, str | None]:
    """Return the names of the computers that mails are about."""
    known = (session.get(Activation, one.activation_id) for one in mails if one.activation_id)
    return {one.id: one.computer_name for one in known if one is not None}
