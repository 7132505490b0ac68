"""All that is stored about one customer, in pieces: for who asks what is known of them (GDPR, article 15).

Each section names its columns, so that nothing new gets in or stays out by itself: a test compares them with
the models. Names and addresses of staff are no data of the customer: “staff” stands in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from keyferry.server.core.events import Event
from keyferry.server.core.licensing.products import feature_names
from keyferry.server.core.models import (
    Activation,
    AuditEvent,
    Batch,
    Customer,
    DemoMachine,
    FormerActivationKey,
    FormerComputerId,
    License,
    OutboxMail,
    ReleaseLink,
)

AT_ONCE = 500
"""How many rows a piece has at most."""
LOOKED_AT = 20_000
"""How many events of the audit a piece looks through."""
STAFF = "staff"
"""What stands for the name of somebody of the staff."""

LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "customer": {"folded_name": "the name once more, as it is searched"},
    "release_link": {"digest": "a check value of a link that frees seats"},
    "activation": {"folded_computer_name": "the name once more, as it is searched"},
    "audit_event": {"folded_who": "the name once more, as it is searched"},
    "demo_machine": {"sealed_secret": "the secret of a computer that this server plays"},
    "outbox_mail": {"sealed_text": "is sealed and wiped once sent; what it says is in the other sections"},
}
"""Columns that are in no section, by their tables, and why."""

# Events that name a customer by its number, and those that name a mail.
_ABOUT_CUSTOMERS = [
    str(one)
    for one in (
        *(Event.CUSTOMER_EDITED, Event.CUSTOMER_MERGED, Event.CUSTOMER_DATA_EXPORTED),
        Event.LICENSE_KEYS_ASKED_FOR,
    )
]
_ABOUT_MAILS = [str(one) for one in (Event.MAIL_SENT, Event.MAIL_GIVEN_UP, Event.MAIL_QUEUED_AGAIN)]
# An event may be dated before the customer where clocks of servers differ.
_TOLERANCE = timedelta(days=1)

Place = tuple[int, ...]
"""After which row a piece begins."""


@dataclass(frozen=True)
class Whose:
    """Whom all this is about."""

    number: int
    email: str
    since: datetime


Way = Callable[[Session, Whose, Place | None], tuple[Sequence[Any], Place | None]]
"""Reads a piece of the rows of a section, and says after which row the next one begins, None at the end."""


@dataclass(frozen=True)
class Section:
    """Rows of one table: the columns as they are named there, and more that people can read."""

    name: str
    model: type[Any]
    columns: tuple[str, ...]
    ways: tuple[Way, ...]
    more: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)

    def row(self, one: Any) -> dict[str, object]:
        """Return a row as JSON takes it."""
        shown = {name: _plain(name, one) for name in self.columns}
        return shown | {name: read(one) for name, read in self.more.items()}


def _plain(name: str, one: Any) -> object:
    value = getattr(one, name)
    if name in ("who", "ended_by"):
        # Customers are not named there.
        return None if value is None else STAFF
    if name == "address":
        return value if one.who is None else None
    return value.isoformat() if isinstance(value, date) else value


def _of_customer(model: Any) -> Way:
    """Read by the number of the customer."""

    def read(session: Session, whose: Whose, after: Place | None) -> tuple[Sequence[Any], Place | None]:
        rows = select(model).where(model.customer_id == whose.number, model.id > (after or (0,))[0])
        return _piece(session, rows.order_by(model.id), lambda row: (row.id,))

    return read


def _of_licenses(model: Any) -> Way:
    """Read by the licenses of the customer, one after the other."""

    def read(session: Session, whose: Whose, after: Place | None) -> tuple[Sequence[Any], Place | None]:
        rows = select(model).join(License, model.license_id == License.id)
        rows = rows.where(License.customer_id == whose.number)
        if after is not None:
            rows = rows.where(License.id >= after[0], tuple_(License.id, model.id) > tuple_(*after))
        return _piece(session, rows.order_by(License.id, model.id), lambda row: (row.license_id, row.id))

    return read


def _mails_to(session: Session, whose: Whose, after: Place | None) -> tuple[Sequence[Any], Place | None]:
    """Read the mails to the customer's address that are about no license of theirs."""
    theirs = select(License.id).where(License.customer_id == whose.number)
    of_others = OutboxMail.license_id.is_(None) | OutboxMail.license_id.not_in(theirs)
    rows = select(OutboxMail).where(OutboxMail.recipient == whose.email, of_others)
    rows = rows.where(OutboxMail.id > (after or (0,))[0]).order_by(OutboxMail.id)
    return _piece(session, rows, lambda row: (row.id,))


def _events_about(session: Session, whose: Whose, after: Place | None) -> tuple[Sequence[Any], Place | None]:
    """Look through some of the audit for what names the customer or one of those mails by its number."""
    if after is None:
        dated = select(AuditEvent.id).where(AuditEvent.at >= whose.since - _TOLERANCE)
        first = session.scalar(dated.order_by(AuditEvent.at, AuditEvent.id).limit(1))
        if first is None:
            return (), None
        after = (first - 1,)
    last = after[0] + LOOKED_AT
    some = select(AuditEvent).where(AuditEvent.id > after[0], AuditEvent.id <= last).order_by(AuditEvent.id)
    kinds = AuditEvent.event.in_([*_ABOUT_CUSTOMERS, *_ABOUT_MAILS])
    found = session.scalars(some.where(kinds, AuditEvent.license_id.is_(None))).all()
    mails = {(one.detail or {}).get("mail") for one in found if one.event in _ABOUT_MAILS}
    theirs = select(OutboxMail.id).where(OutboxMail.id.in_(mails), OutboxMail.recipient == whose.email)
    known = set(session.scalars(theirs))
    rows = [one for one in found if _names(one, whose.number, known)]
    newest = session.scalar(select(func.max(AuditEvent.id))) or 0
    return rows, (last,) if last < newest else None


def _names(event: AuditEvent, number: int, mails: set[int]) -> bool:
    detail = event.detail or {}
    if event.event in _ABOUT_MAILS:
        return detail.get("mail") in mails
    return number in (detail.get("customer"), detail.get("into"))


def _piece(
    session: Session, rows: Select[Any], place: Callable[[Any], Place]
) -> tuple[Sequence[Any], Place | None]:
    found = session.scalars(rows.limit(AT_ONCE)).all()
    return found, place(found[-1]) if len(found) == AT_ONCE else None


def whose(customer: Customer) -> Whose:
    """Return whom the sections of a customer are about."""
    return Whose(customer.id, customer.email, customer.created_at)


CUSTOMER = Section("customer", Customer, ("id", "email", "name", "notes", "created_at"), ())
_PRODUCT: Mapping[str, Callable[[Any], object]] = {
    "product": lambda one: one.product.code,
    "product_name": lambda one: one.product.name,
    "feature_names": lambda one: feature_names(one.product, one.features),
}
_TERMS = (
    *("seats", "expires_on", "days_from_first_activation", "lease_days", "features"),
    *("notes", "order_reference", "created_at"),
)

SECTIONS = (
    Section(
        "licenses",
        License,
        (
            *("id", "activation_key", "product_number", "customer_id", *_TERMS),
            *("seats_used", "first_activated_on", "last_day", "status", "batch_id", "key_replaced_at"),
            "demo_fingerprint",
        ),
        (_of_customer(License),),
        _PRODUCT,
    ),
    Section(
        "former_activation_keys",
        FormerActivationKey,
        ("id", "activation_key", "license_id", "replaced_at"),
        (_of_licenses(FormerActivationKey),),
    ),
    Section(
        "batches",
        Batch,
        ("id", "mark", "wanted", "done", "product_number", "customer_id", "mails_keys", *_TERMS),
        (_of_customer(Batch),),
        _PRODUCT,
    ),
    Section(
        "computers",
        Activation,
        (
            *("id", "license_id", "computer_name", "computer_id", "epoch", "fingerprint", "commitment"),
            *("issued_on", "expires_on", "features", "channel", "who", "notes", "activated_at"),
            *("refreshed_at", "continued_at", "ended_at", "ended_how", "ended_by", "reason", "replaced_by"),
            *("unproven_before", "is_claim", "reopens"),
        ),
        (_of_licenses(Activation),),
    ),
    Section(
        "former_computer_ids",
        FormerComputerId,
        (
            *("id", "license_id", "computer_id", "fingerprint", "commitment", "activation_id", "how", "at"),
            *("frees", "settles", "was_unproven", "counted"),
        ),
        (_of_licenses(FormerComputerId),),
    ),
    Section(
        "demo_machines",
        DemoMachine,
        ("id", "license_id", "epoch", "computer_id", "begun_at", "activated_at", "ended_at"),
        (_of_licenses(DemoMachine),),
    ),
    Section(
        "release_links",
        ReleaseLink,
        ("id", "license_id", "customer_id", "computer_id", "computer_name", "valid_until"),
        (_of_customer(ReleaseLink),),
    ),
    Section(
        "emails",
        OutboxMail,
        (
            *("id", "created_at", "due_at", "template", "recipient", "license_id", "activation_id"),
            *("channel", "who", "tries", "next_try_at", "delivered_at", "kept_until", "trouble"),
        ),
        (_of_licenses(OutboxMail), _mails_to),
    ),
    Section(
        "events",
        AuditEvent,
        (
            *("id", "at", "event", "channel", "who", "address", "product_number", "license_id"),
            *("activation_id", "activation_key_ending", "code", "detail"),
        ),
        (_of_licenses(AuditEvent), _events_about),
    ),
)
"""What there is beside the customer's own record."""
