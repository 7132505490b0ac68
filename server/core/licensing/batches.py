"""Licenses that are issued together, up to 100,000: piece by piece, and never more than were asked for.

A batch is a row that says how many licenses are wanted, how many are done, and what each of them grants. A
piece locks that row, adds licenses, and counts them in the same transaction. So whoever continues a batch,
after a crash or at the same moment as others, continues where the last piece ended.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.customers.contacts import find_or_add_customer, normalized_email
from keyferry.server.core.errors import Conflict, Malformed, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.licensing.notes import checked_notes
from keyferry.server.core.licensing.orders import checked_order
from keyferry.server.core.licensing.products import feature_mask
from keyferry.server.core.models import Batch, Customer, License, LicenseStatus, Product, table_of
from keyferry.server.core.prepared import connection_of

MOST_UNFINISHED = 20
LOOKED_AT = 30_000
"""Among how many batches, of one license each or more, the latest ones of several are found."""

_FORM = re.compile(r"[\w-]{22}", re.ASCII)
_NAME = re.compile(r"[\w.-]{1,40}", re.ASCII)
# Written at once, between two looks at the time.
_AT_ONCE = 50
_license = table_of(License)
_ADD = insert(_license).returning(_license.c.id, sort_by_parameter_order=True)


@dataclass(frozen=True)
class Wanted:
    """What licenses are issued with; product by its code, customer by an email address."""

    product: str
    seats: int
    terms: Terms
    features: Sequence[str] = ()
    customer: str | None = None
    notes: str | None = None
    count: int = 1
    order: str | None = None
    # Whether the customer gets the keys by email once all of them are issued.
    mails_keys: bool = False


def new_form() -> str:
    """Return the mark of one form, in 22 characters."""
    return secrets.token_urlsafe(16)


def mark_of_form(form: str) -> str:
    """Return the mark that a form sent, or a fresh one if that is none."""
    return form if _FORM.fullmatch(form) else new_form()


def mark_of_name(name: str) -> str:
    """Return the mark of a named batch, which no form ever has. Raises Malformed (malformed_batch_name)."""
    if not _NAME.fullmatch(name):
        raise Malformed(
            "Use up to 40 letters, digits, dots, dashes, and underscores for the batch’s name.",
            code="malformed_batch_name",
        )
    return f"name {name}"


def fresh_keys(count: int) -> list[str]:
    """Return new activation keys; call this before a transaction, not in it, since it takes time."""
    return [ActivationKey.generate(os.urandom(ENTROPY_BYTES)).text for _ in range(count)]


def ask(
    session: Session, mark: str, product: Product, wanted: Wanted, *, by: By, now: datetime
) -> tuple[Batch, bool]:
    """Return the batch that a mark stands for, and whether it is new; nothing is issued yet.

    If two ask at once, the second waits for the first. Raises what `licenses.issue` raises, and Conflict
    (batch_differs) if something else was asked for under this mark.
    """
    licenses.check_new(wanted.seats, wanted.terms, wanted.count, now)
    grants = {
        "product_number": product.number,
        "seats": wanted.seats,
        "expires_on": wanted.terms.expires,
        "days_from_first_activation": wanted.terms.days,
        "lease_days": wanted.terms.lease_days,
        "features": feature_mask(product, wanted.features),
        "notes": checked_notes(wanted.notes),
        "order_reference": checked_order(wanted.order),
        "mails_keys": wanted.mails_keys,
        "wanted": wanted.count,
    }
    email = normalized_email(wanted.customer) if wanted.customer is not None else None
    try:
        with session.begin_nested():
            batch = Batch(mark=mark, created_at=now, done=0, **grants)
            session.add(batch)
    except IntegrityError:
        return _same(session, mark, grants, email), False
    if email is not None:
        batch.customer = find_or_add_customer(session, email, now=now)
        session.flush()
    if wanted.count > 1:
        _record(session, Event.ISSUE_BEGUN, batch, wanted.count, by, now)
    return batch, True


def go_on(
    session: Session, batch: Batch, keys: Sequence[str], *, by: By, now: datetime, until: Callable[[], bool]
) -> None:
    """Issue licenses with these keys until the batch is done or `until` says so.

    `until` is asked after every few licenses. The batch is a new one, or what `locked`
    returned. Raises Malformed (expiry_in_the_past).
    """
    licenses.check_new(batch.seats, _terms(batch), batch.wanted, now)
    count = min(len(keys), batch.wanted - batch.done)
    for first in range(0, count, _AT_ONCE):
        piece = keys[first : min(first + _AT_ONCE, count)]
        _add(session, batch, piece, by, now)
        batch.done += len(piece)
        if until():
            return


def locked(session: Session, number: int) -> Batch:
    """Return a batch, locked until the transaction ends; raises NotFound (unknown_batch)."""
    # Whoever merges or deletes a customer locks it first, too, and then its batches.
    held = select(Batch.customer_id).where(Batch.id == number).scalar_subquery()
    session.execute(select(Customer.id).where(Customer.id == held).with_for_update(read=True, key_share=True))
    batch = session.get(Batch, number, with_for_update=True, populate_existing=True)
    if batch is None:
        raise _unknown()
    return batch


def stop(session: Session, batch: Batch, *, by: By, now: datetime) -> bool:
    """Issue no more licenses of a `locked` batch; return whether any were left."""
    if batch.done == batch.wanted:
        return False
    batch.wanted = batch.done
    _record(session, Event.ISSUE_STOPPED, batch, batch.done, by, now)
    return True


def find(session: Session, number: int) -> Batch:
    """Return a batch with its product and customer; raises NotFound (unknown_batch)."""
    wanted = select(Batch).where(Batch.id == number)
    batch = session.scalar(wanted.options(joinedload(Batch.product), joinedload(Batch.customer)))
    if batch is None:
        raise _unknown()
    return batch


def unfinished(session: Session) -> Sequence[Batch]:
    """Return batches that aren't done, the latest first, with product and customer."""
    wanted = select(Batch).where(Batch.done < Batch.wanted).order_by(Batch.id.desc()).limit(MOST_UNFINISHED)
    return session.scalars(wanted.options(joinedload(Batch.product), joinedload(Batch.customer))).all()


def latest(session: Session, *, most: int) -> Sequence[Batch]:
    """Return the latest batches of several licenses, the last one first, with product and customer.

    What was issued alone is a batch, too: of those, so many are looked at.
    """
    since = select(func.max(Batch.id) - LOOKED_AT).scalar_subquery()
    wanted = select(Batch).where(Batch.id > since, Batch.wanted > 1).order_by(Batch.id.desc()).limit(most)
    return session.scalars(wanted.options(joinedload(Batch.product), joinedload(Batch.customer))).all()


def licenses_of(session: Session, batch: int, *, after: int = 0, most: int) -> Sequence[License]:
    """Return up to `most` licenses of a batch after the one with this ID, with product and customer."""
    held = (
        select(License).where(License.batch_id == batch, License.id > after).order_by(License.id).limit(most)
    )
    return session.scalars(held.options(joinedload(License.product), joinedload(License.customer))).all()


def others(session: Session, license: License) -> int:
    """Count with how many others a license was issued."""
    if license.batch_id is None:
        return 0
    # No license is ever deleted.
    return session.scalars(select(Batch.done).where(Batch.id == license.batch_id)).one() - 1


def _same(session: Session, mark: str, grants: dict[str, Any], email: str | None) -> Batch:
    batch = session.scalars(select(Batch).where(Batch.mark == mark).options(joinedload(Batch.customer))).one()
    held = batch.customer.email if batch.customer is not None else None
    if held != email or any(getattr(batch, name) != value for name, value in grants.items()):
        raise Conflict(
            "These licenses were already requested with other values. To issue more, request them anew.",
            code="batch_differs",
        )
    return batch


def _add(session: Session, batch: Batch, keys: Sequence[str], by: By, now: datetime) -> None:
    granted = {
        "product_number": batch.product_number,
        "customer_id": batch.customer_id,
        "seats": batch.seats,
        "seats_used": 0,
        "expires_on": batch.expires_on,
        "days_from_first_activation": batch.days_from_first_activation,
        "lease_days": batch.lease_days,
        "features": batch.features,
        "status": LicenseStatus.ACTIVE.value,
        "notes": batch.notes,
        "order_reference": batch.order_reference,
        "created_at": now,
        "batch_id": batch.id,
    }
    # Past the ORM, which would take most of the time.
    added = (
        connection_of(session).execute(_ADD, [{**granted, "activation_key": key} for key in keys]).scalars()
    )
    issued = zip(added, keys, strict=True)
    audit.record_issued(session, issued, product_number=batch.product_number, by=by, now=now)


def _terms(batch: Batch) -> Terms:
    return Terms(batch.expires_on, batch.days_from_first_activation, batch.lease_days)


def _record(session: Session, event: Event, batch: Batch, count: int, by: By, now: datetime) -> None:
    detail = {"batch": batch.id, "licenses": count}
    audit.record(session, event=event, by=by, now=now, detail=detail, product=batch.product)


def _unknown() -> NotFound:
    return NotFound(
        "No licenses were issued here. Look for them in the list of licenses.", code="unknown_batch"
    )
