"""What screens show: plain data, read while the session was open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from keyferry.server.core.customers import listing, records
from keyferry.server.core.licensing.computers import Computer

# Screens know of the core what is named here: facts and events that they show go through as they are.
from keyferry.server.core.licensing.facts import ActivationFacts as ActivationFacts
from keyferry.server.core.licensing.facts import KeyFacts as KeyFacts
from keyferry.server.core.licensing.facts import LicenseFacts as LicenseFacts
from keyferry.server.core.licensing.facts import ReleaseFacts as ReleaseFacts
from keyferry.server.core.licensing.facts import activation_facts, key_facts, license_facts
from keyferry.server.core.licensing.license_changes import version as version_of
from keyferry.server.core.models import (
    Activation,
    Batch,
    Customer,
    FormerComputerId,
    License,
    OutboxMail,
    Product,
    ServerProperty,
)
from keyferry.server.core.models import AuditEvent as AuditEvent
from keyferry.server.core.pages import Beside as Beside
from keyferry.server.core.pages import Page as Page
from keyferry.server.core.properties import Property as Property
from keyferry.server.faces.console.answers import BatchRow as BatchRow
from keyferry.server.faces.console.answers import Changed as Changed
from keyferry.server.faces.console.answers import ChosenColumns as ChosenColumns
from keyferry.server.faces.console.answers import FirstDay as FirstDay
from keyferry.server.faces.console.answers import House as House
from keyferry.server.faces.console.answers import Mailed as Mailed
from keyferry.server.faces.console.answers import MailView as MailView
from keyferry.server.faces.console.answers import Meant as Meant
from keyferry.server.faces.console.answers import NewProduct as NewProduct
from keyferry.server.faces.console.answers import ProductChoice as ProductChoice
from keyferry.server.faces.console.answers import PublicKeyView as PublicKeyView
from keyferry.server.faces.console.answers import SavedView as SavedView
from keyferry.server.faces.console.answers import Scanned as Scanned
from keyferry.server.faces.console.answers import Written as Written
from keyferry.server.services.operations import Given
from keyferry.server.words.wording import mail_in_words


@dataclass(frozen=True)
class LicenseRow:
    """A license in a list: with its customer's name, and the day that it is today.

    `last` is when something was last recorded of it, where that was asked for.
    """

    license: LicenseFacts
    customer_name: str
    today: date
    number: int
    last: datetime | None

    @property
    def customer(self) -> str:
        """What staff call the customer: its name, else its address, "" where there is none."""
        return self.customer_name or self.license.customer or ""


@dataclass(frozen=True)
class LicenseView(LicenseRow):
    """A license with its computers, whether this server can send email, and how many copies there may be.

    `version` is the digest of all that staff change about it; `batch` is the number of what was created
    together, and `together` how many others there are in it.
    """

    can_mail: bool
    copies: int
    version: str
    batch: int | None
    together: int


@dataclass(frozen=True)
class ComputerRow:
    """A computer in a list, with the license that it uses, and the day that it is today."""

    number: int
    computer: ActivationFacts
    activation_key: str = field(repr=False)
    product_name: str
    customer: str
    today: date


@dataclass(frozen=True)
class ComputerView(ComputerRow):
    """A computer: what a person on the telephone is to hear first, its key, and what else is known of it.

    `own_key` is the activation key that its computer ID was made with; `copies` are lines; `is_proven` tells
    whether a code will release the seat as verified.
    """

    own_key: str = field(repr=False)
    situation: str
    others: int
    copies: tuple[str, ...]
    epoch: int
    is_proven: bool


@dataclass(frozen=True)
class CopyRow:
    """A seat that was taken from an earlier state of a computer, or without proof, by which one."""

    number: int
    at: datetime
    how: str
    computer_id: str
    counts: bool
    now: ComputerRow | None


@dataclass(frozen=True)
class CustomerRow:
    """A customer in a list, with what it holds; `more` is where only some of the licenses were counted."""

    number: int
    email: str
    name: str
    notes: str
    licenses: int
    seats: int
    seats_used: int
    more: bool

    @property
    def called(self) -> str:
        """What staff call it."""
        return self.name or self.email


@dataclass(frozen=True)
class CustomerView(CustomerRow):
    """A customer with its latest licenses, and how many computers and emails there are of it."""

    version: str
    held: tuple[LicenseRow, ...]
    computers: int
    mails: int
    can_mail: bool


@dataclass(frozen=True)
class ProductView:
    """A product with its epochs, the latest first; each with whether it is served, and its computers.

    `version` is the digest of what its next epoch goes on from.
    """

    version: str
    code: str
    name: str
    key_style: str
    features: tuple[str, ...]
    added: date
    epochs: tuple[EpochView, ...]

    @property
    def computers(self) -> int:
        """How many computers hold a seat."""
        return sum(one.computers for one in self.epochs)

    @property
    def served(self) -> Sequence[EpochView]:
        """The epochs that are not retired, the latest first: the current one."""
        return [one for one in self.epochs if one.retired is None]


@dataclass(frozen=True)
class EpochView:
    """An epoch of a product's keys: since when, until when, and how many computers use it."""

    number: int
    since: date
    retired: date | None
    computers: int


@dataclass(frozen=True)
class Moment:
    """An event, what else it says, the name of its computer, and the activation key of its license."""

    event: AuditEvent
    detail: str
    computer: str
    activation_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class KeyGiven:
    """A computer key that was given, its license file, and how it goes out by mail."""

    key: KeyFacts
    license_file: str = field(repr=False)
    mailed_to: str | None
    waits: str | None
    can_mail: bool


@dataclass(frozen=True)
class Issued:
    """Licenses that are created together, so far: how many of how many, and the first of them.

    `mails_keys` tells whether their customer gets an email as soon as all are there.
    """

    number: int
    wanted: int
    done: int
    first: LicenseView
    mails_keys: bool


@dataclass(frozen=True)
class PropertyView:
    """A server property with its value, and who changed it when."""

    declared: Property
    value: str
    default: str
    changed_at: datetime | None
    changed_by: str


def license_row(license: License, now: datetime, last: datetime | None = None) -> LicenseRow:
    """Return a license as a list shows it; `last` is when something was last recorded of it."""
    facts = license_facts(license, license.product, now, customer=license.customer)
    return LicenseRow(facts, _name_of(license.customer), now.date(), license.id, last)


def license_view(
    license: License, now: datetime, *, can_mail: bool, copies: int, together: int
) -> LicenseView:
    """Return a license with its computers, those that hold a seat first and the newest first."""
    latest = sorted(license.activations, key=lambda one: (one.ended_at is None, one.id), reverse=True)
    facts = license_facts(license, license.product, now, customer=license.customer, computers=latest)
    name, version = _name_of(license.customer), version_of(license)
    row = facts, name, now.date(), license.id, None
    return LicenseView(*row, can_mail, copies, version, license.batch_id, together)


def batch_row(batch: Batch) -> BatchRow:
    """Return licenses that were created together as a list shows them."""
    return BatchRow(
        number=batch.id,
        at=batch.created_at,
        product_name=batch.product.name,
        customer=_name_of(batch.customer) or (batch.customer.email if batch.customer else ""),
        order=batch.order_reference or "",
        wanted=batch.wanted,
        done=batch.done,
    )


def computer_row(activation: Activation, now: datetime) -> ComputerRow:
    """Return a computer as a list shows it."""
    license = activation.license
    customer = _name_of(license.customer) or (license.customer.email if license.customer else "")
    return ComputerRow(
        number=activation.id,
        computer=activation_facts(activation, license.product),
        activation_key=license.activation_key,
        product_name=license.product.name,
        customer=customer,
        today=now.date(),
    )


def computer_view(found: Computer, own_key: str, now: datetime, displaced: Mapping[str, str]) -> ComputerView:
    """Return a computer with what is known of it; `displaced` are the words for possible copies."""
    row = computer_row(found.activation, now)
    copies = tuple(f"{one.at:%Y-%m-%d %H:%M} {displaced.get(one.how, one.how)}" for one in found.copies)
    return ComputerView(
        **{one.name: getattr(row, one.name) for one in fields(row)},
        own_key=own_key,
        situation=found.situation.value,
        others=len(found.others),
        copies=copies,
        epoch=found.activation.epoch,
        is_proven=not found.activation.unproven_before,
    )


def copy_row(former: FormerComputerId, now: datetime) -> CopyRow:
    """Return a possible copy, and what holds the seat since."""
    holder = computer_row(former.activation, now) if former.activation else None
    return CopyRow(former.id, former.at, former.how, former.computer_id or "", former.counted, holder)


def customer_row(listed: listing.Listed) -> CustomerRow:
    """Return a customer as a list shows it."""
    customer, held = listed.customer, listed.held
    return CustomerRow(
        number=customer.id,
        email=customer.email,
        name=customer.name or "",
        notes=customer.notes or "",
        licenses=held.licenses,
        seats=held.seats,
        seats_used=held.seats_used,
        more=held.more,
    )


def customer_view(
    customer: Customer,
    extent: records.Extent,
    held: Sequence[License],
    computers: int,
    now: datetime,
    *,
    can_mail: bool,
) -> CustomerView:
    """Return a customer with its latest licenses."""
    row = customer_row(listing.Listed(customer, extent.held))
    return CustomerView(
        **{one.name: getattr(row, one.name) for one in fields(row)},
        version=records.version(customer),
        held=tuple(license_row(one, now) for one in held),
        computers=computers,
        mails=extent.mails,
        can_mail=can_mail,
    )


def product_view(product: Product, version: str, live: Mapping[int, int]) -> ProductView:
    """Return a product; `live` says how many computers use each epoch."""
    epochs = [
        EpochView(
            one.number,
            one.created_at.date(),
            one.retired_at.date() if one.retired_at else None,
            live.get(one.number, 0),
        )
        for one in product.epochs
    ]
    return ProductView(
        version=version,
        code=product.code,
        name=product.name,
        key_style=product.key_style,
        features=tuple(product.features),
        added=product.created_at.date(),
        epochs=tuple(sorted(epochs, key=lambda one: one.number, reverse=True)),
    )


def _name_of(customer: Customer | None) -> str:
    return (customer.name or "") if customer else ""


def key_given(given: Given, now: datetime, *, can_mail: bool) -> KeyGiven:
    """Return a computer key with what it stands for."""
    key = key_facts(given.done, now, customer=given.customer)
    return KeyGiven(key, given.license_file, given.mailed_to, given.waits, can_mail)


def property_view(declared: Property, value: Any, row: ServerProperty | None) -> PropertyView:
    """Return a property as it stands."""
    changed_at, changed_by = (row.changed_at, row.changed_by or "") if row else (None, "")
    return PropertyView(declared, _shown(value), _shown(declared.default), changed_at, changed_by)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def mail_view(mail: OutboxMail) -> MailView:
    """Return an email as it stands."""
    state = "sent" if mail.delivered_at else "waiting" if mail.next_try_at else "failed"
    return MailView(
        number=mail.id,
        at=mail.delivered_at or mail.created_at,
        kind=mail_in_words(mail),
        recipient=mail.recipient,
        state=state,
        trouble=mail.trouble or "",
        kept_until=mail.kept_until.date() if mail.kept_until else None,
        next_try=mail.next_try_at,
        license=mail.license_id,
    )
