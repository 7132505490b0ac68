"""What staff do with the record of a customer: open, change, merge and delete it.

What a deletion takes and what it leaves is decided in docs/decisions/0007-what-deleting-a-customer-takes.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from keyferry.server.core import audit, versions
from keyferry.server.core.audit import By
from keyferry.server.core.customers.contacts import normalized_email
from keyferry.server.core.customers.listing import Held, held_by
from keyferry.server.core.errors import Conflict, Malformed, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.licensing.notes import checked_notes
from keyferry.server.core.models import Activation, Batch, Customer, License, OutboxMail
from keyferry.server.core.pages import PAGE_SIZE, Page, page

_NAME_LENGTH = 100
_WITHDRAWN = "Withdrawn: its recipient was deleted before it was sent."


@dataclass(frozen=True)
class Extent:
    """How much a merge or a deletion touches; `waiting` are mails that wait or can be sent again."""

    held: Held
    mails: int
    waiting: int


def with_id(session: Session, number: int, *, lock: bool = False) -> Customer:
    """Return a customer by the number that addresses name; raises NotFound (unknown_customer)."""
    customer = session.get(Customer, number, with_for_update=lock or None)
    if customer is None:
        raise NotFound(
            "There’s no such customer. Search for their email address or name.", code="unknown_customer"
        )
    return customer


def version(customer: Customer) -> str:
    """Return the digest of all that staff change about a customer, see `core.versions`."""
    return versions.digest(customer.email, customer.name, customer.notes)


def merge_target(session: Session, customer: Customer, email: str) -> Customer:
    """Return the other customer that is to stay, by its address.

    Raises NotFound (unknown_customer), Conflict (same_customer) and Malformed (malformed_email).
    """
    other = session.scalar(select(Customer).where(Customer.email == normalized_email(email)))
    if other is None:
        raise NotFound(
            "No customer has this email address. Check it against the list.", code="unknown_customer"
        )
    if other.id == customer.id:
        raise Conflict(
            "That’s the same customer. Enter the other customer’s email address.", code="same_customer"
        )
    return other


def lock_pair(session: Session, number: int, email: str) -> tuple[Customer, Customer]:
    """Return the customer that is to go and the one that is to stay; nobody else changes them before the end.

    Raises what `with_id` and `merge_target` raise.
    """
    gone = with_id(session, number)
    pair = (gone.id, merge_target(session, gone, email).id)
    # The lower number first: of two opposite merges one waits, and then finds that its customer is gone.
    locked = select(Customer).where(Customer.id.in_(pair)).order_by(Customer.id).with_for_update()
    session.scalars(locked.execution_options(populate_existing=True)).all()
    gone = with_id(session, number, lock=True)
    return gone, merge_target(session, gone, email)


def licenses_of(session: Session, customer: Customer, *, size: int = PAGE_SIZE) -> Page[License]:
    """Return the latest licenses of a customer with their products."""
    held = License.customer_id == customer.id
    rows = select(License).where(held).order_by(License.id.desc()).options(joinedload(License.product))
    return page(session, rows, select(func.count()).select_from(License).where(held), 1, size)


def mails_of(session: Session, customer: Customer, *, size: int = PAGE_SIZE) -> Page[OutboxMail]:
    """Return the latest mails to a customer, and those about its licenses to whomever."""
    sent = _mails(customer)
    rows = select(OutboxMail).where(sent).order_by(OutboxMail.id.desc())
    return page(session, rows, select(func.count()).select_from(OutboxMail).where(sent), 1, size)


def extent(session: Session, customer: Customer) -> Extent:
    """Count what a merge or a deletion would touch."""
    sent = _mails(customer)
    mails, waiting = session.execute(
        select(func.count(), func.count(OutboxMail.sealed_text)).select_from(OutboxMail).where(sent)
    ).one()
    return Extent(held_by(session, customer.id), mails, waiting)


def edit(
    session: Session, customer: Customer, *, email: str, name: str, notes: str, by: By, now: datetime
) -> bool:
    """Change what is known of a customer; returns whether anything differs.

    Raises Malformed (malformed_email, malformed_customer_name, malformed_notes), Conflict (customer_exists).
    """
    wanted = {"email": normalized_email(email), "name": checked_name(name), "notes": checked_notes(notes)}
    before = customer.email
    changed = [field for field, value in wanted.items() if getattr(customer, field) != value]
    try:
        with session.begin_nested():
            for field in changed:
                setattr(customer, field, wanted[field])
    except IntegrityError:
        raise Conflict(
            "Another customer already has this email address. Merge this customer into that one instead.",
            code="customer_exists",
        ) from None
    if "email" in changed:
        # What is about a license of theirs is still found by that; the rest would keep an address of nobody.
        of_others = OutboxMail.license_id.is_(None) | OutboxMail.license_id.not_in(_licenses(customer))
        _forget(session, (OutboxMail.recipient == before) & of_others)
    if changed:
        _record(session, Event.CUSTOMER_EDITED, by, now, {"customer": customer.id, "changed": changed})
    return bool(changed)


def merge(session: Session, customer: Customer, into: Customer, *, by: By, now: datetime) -> int:
    """Give everything of a customer to another, and forget the first; returns how many licenses moved.

    Both are what `lock_pair` returned. Raises Malformed (malformed_notes) where both notes are too long.
    """
    into.notes = checked_notes("\n".join(notes for notes in (into.notes, customer.notes) if notes))
    into.name = into.name or customer.name
    moved = held_by(session, customer.id).licenses
    for held in (License, Batch):
        session.execute(update(held).where(held.customer_id == customer.id).values(customer_id=into.id))
    _forget(session, OutboxMail.recipient == customer.email)
    number = customer.id
    session.delete(customer)
    detail = {"customer": number, "into": into.id, "licenses": moved}
    _record(session, Event.CUSTOMER_MERGED, by, now, detail)
    return moved


def delete(session: Session, customer: Customer, *, by: By, now: datetime) -> None:
    """Forget a person: address, name, notes, and whatever else names them; the licenses go on without one."""
    touched = extent(session, customer)
    _forget(session, _mails(customer))
    session.execute(
        update(Activation)
        .where(Activation.license_id.in_(_licenses(customer)))
        .values(computer_name=None, folded_computer_name=None, notes=None)
        .execution_options(synchronize_session=False)
    )
    # What is still to be issued for them goes on without one, too.
    for held in (License, Batch):
        of_theirs = update(held).where(held.customer_id == customer.id)
        session.execute(of_theirs.values(customer_id=None, notes=None, order_reference=None))
    number = customer.id
    session.delete(customer)
    detail = {"customer": number, "licenses": touched.held.licenses, "mails": touched.mails}
    _record(session, Event.CUSTOMER_DELETED, by, now, detail)


def forget_others(session: Session, license: License, addresses: Collection[str]) -> None:
    """Forget who got mails about a license that goes to another customer, but for some addresses.

    An earlier address of who gives it up would be found by nothing once they are to be deleted.
    """
    _forget(session, (OutboxMail.license_id == license.id) & OutboxMail.recipient.not_in(addresses))


def _licenses(customer: Customer) -> Select[int]:
    return select(License.id).where(License.customer_id == customer.id)


def _mails(customer: Customer) -> ColumnElement[bool]:
    mails = select(OutboxMail.id)
    to_them = mails.where(OutboxMail.recipient == customer.email)
    of_theirs = mails.where(OutboxMail.license_id.in_(_licenses(customer)))
    # Not by OR: PostgreSQL would go through all mails, and finds each half by an index.
    return OutboxMail.id.in_(union_all(to_them, of_theirs))


def _forget(session: Session, mails: ColumnElement[bool]) -> None:
    """Take the recipient out of mails; one that waits, or is kept to be sent again, is wiped."""
    unsent = update(OutboxMail).where(mails, OutboxMail.sealed_text.is_not(None))
    wiped = {"next_try_at": None, "kept_until": None, "sealed_text": None, "trouble": _WITHDRAWN}
    for statement in (unsent.values(wiped), update(OutboxMail).where(mails).values(recipient="")):
        session.execute(statement.execution_options(synchronize_session=False))


def checked_name(name: str) -> str | None:
    """Return a customer's name trimmed, None without one; raises Malformed (malformed_customer_name)."""
    text = name.strip()
    if len(text) > _NAME_LENGTH or not text.isprintable():
        raise Malformed(
            "Use a name of up to {most} visible characters.",
            code="malformed_customer_name",
            most=_NAME_LENGTH,
        )
    return text or None


def _record(session: Session, event: Event, by: By, now: datetime, detail: dict[str, Any]) -> None:
    """Write into the audit which customer by its number: the audit never forgets, so it learns no name."""
    audit.record(session, event=event, by=by, now=now, detail=detail)
