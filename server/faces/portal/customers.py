"""The list of customers, the page of one, and what staff change about them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.core import computers, customer_records
from server.core.licenses import expiry, standing
from server.core.models import Customer
from server.core.roles import Permission
from server.db import reading, transaction
from server.faces.portal import staff
from server.forms import Refusal, posted
from server.parts import parts

blueprint = Blueprint("customers", __name__)

_NOTHING_DONE: dict[str, Any] = {"values": {}, "dialog": "", "refusal": None, "into": None, "moved": None}
_DIALOGS = {"edit": "edit", "merge_preview": "merge", "merge": "merge", "delete": "delete"}


@blueprint.get("/customers")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show customers by search, sorted by address."""
    asked, search = request.args, request.args.get("q", "")
    with reading() as session:
        found = customer_records.customers(session, search, number=asked.get("page", 1, int))
        return staff.page("customers", found=found, search=search, deleted="deleted" in asked)


@blueprint.get("/customers/<int:number>")
@staff.needs(Permission.SEE_LICENSES)
def customer(number: int) -> str:
    """Show a customer."""
    return customer_page(number, moved=request.args.get("moved", None, int))


@blueprint.post("/customers/<int:number>/edit")
@staff.needs(Permission.CHANGE_CUSTOMERS)
def edit(number: int) -> Response:
    """Change address, name and notes."""
    values = posted()
    with transaction() as session:
        customer_records.edit(
            session,
            customer_records.with_id(session, number, lock=True),
            email=values.get("email", ""),
            name=values.get("name", ""),
            notes=values.get("notes", ""),
            by=staff.by(),
            now=parts().clock(),
        )
    return redirect(url_for("portal.customers.customer", number=number))


@blueprint.post("/customers/<int:number>/merge-preview")
@staff.needs(Permission.CHANGE_CUSTOMERS)
def merge_preview(number: int) -> str:
    """Show what a merge would move, before anybody agrees to it."""
    with reading() as session:
        into = _merge_target(session, customer_records.with_id(session, number))
    return customer_page(number, dialog="merge", into=into)


@blueprint.post("/customers/<int:number>/merge")
@staff.needs(Permission.CHANGE_CUSTOMERS)
def merge(number: int) -> Response:
    """Give everything of this customer to another."""
    with transaction() as session:
        gone = customer_records.with_id(session, number, lock=True)
        into = _merge_target(session, gone)
        moved = customer_records.merge(session, gone, into, by=staff.by(), now=parts().clock())
        return redirect(url_for("portal.customers.customer", number=into.id, moved=moved))


@blueprint.post("/customers/<int:number>/delete")
@staff.needs(Permission.CHANGE_CUSTOMERS)
def delete(number: int) -> Response:
    """Forget a customer."""
    with transaction() as session:
        gone = customer_records.with_id(session, number, lock=True)
        customer_records.delete(session, gone, by=staff.by(), now=parts().clock())
    return redirect(url_for("portal.customers.listing", deleted=1))


def customer_page(number: int, **context: Any) -> str:
    """Return the page of a customer, with what a deed has to say; raises NotFound (unknown_customer)."""
    now = parts().clock()
    with reading() as session:
        found = customer_records.with_id(session, number)
        return staff.page(
            "customer",
            customer=found,
            extent=customer_records.extent(session, found),
            licenses=customer_records.licenses_of(session, found),
            computers=computers.of_customer(session, found),
            mails=customer_records.mails_of(session, found),
            state_of=computers.state_of,
            standing=lambda license: standing(license, now),
            expiry=expiry,
            **(_NOTHING_DONE | context),
        )


def page_refused(deed: str, refusal: Refusal) -> str:
    """Return the page on which a deed was refused."""
    number = (request.view_args or {})["number"]
    return customer_page(number, dialog=_DIALOGS[deed], values=posted(), refusal=refusal)


def _merge_target(session: Session, gone: Customer) -> Customer:
    return customer_records.merge_target(session, gone, posted().get("email", ""))
