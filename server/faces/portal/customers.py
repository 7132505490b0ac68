"""The list of customers, the page of one, and what staff change about them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.server.core.customers import records
from keyferry.server.core.licensing import computers
from keyferry.server.core.licensing.licenses import expiry, standing
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff, typed
from keyferry.server.faces.portal.turning import turned
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import customers
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import ngettext

blueprint = Blueprint("customers", __name__)

_DIALOGS = {"edit": "edit", "merge_preview": "merge", "merge": "merge", "delete": "delete"}


@blueprint.get("/customers")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show customers by search, sorted by address."""
    search = request.args.get("q", "")
    with reading() as session:
        found = records.customers(session, search, **turned())
        return staff.page("customers", found=found, search=search)


@blueprint.get("/customers/<int:number>")
@staff.needs(Permission.SEE_LICENSES)
def customer(number: int) -> str:
    """Show a customer."""
    return customer_page(number)


@blueprint.post("/customers/<int:number>/edit")
@staff.runs(customers.edit)
def edit(number: int) -> Response:
    """Change address, name and notes."""
    values = posted()
    texts = {name: values.get(name, "") for name in ("email", "name", "notes")}
    is_new = customers.edit(number, **texts, version=typed.version(), by=staff.by())
    flash(_("Customer saved.") if is_new else _("No changes."))
    return redirect(url_for("portal.customers.customer", number=number))


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
def merge(number: int) -> Response:
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
def delete(number: int) -> Response:
    """Delete a customer."""
    customers.delete(number, by=staff.by())
    flash(_("Customer deleted. The licenses stay, without a customer."))
    return redirect(url_for("portal.customers.listing"))


def customer_page(number: int, **context: Any) -> str:
    """Return the page of a customer, with what an operation says; raises NotFound (unknown_customer)."""
    now = parts().clock()
    with reading() as session:
        found = records.with_id(session, number)
        return staff.page(
            "customer",
            customer=found,
            version=records.version(found),
            extent=records.extent(session, found),
            licenses=records.licenses_of(session, found),
            computers=computers.of_customer(session, found),
            mails=records.mails_of(session, found),
            outgoing=outgoing(session),
            state_of=computers.state_of,
            standing=lambda license: standing(license, now),
            expiry=expiry,
            **({"into": None} | context),
        )


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused."""
    number = (request.view_args or {})["number"]
    return customer_page(number, dialog=_DIALOGS[operation], values=posted(), refusal=refusal)
