"""What screens show: plain data, read while the session was open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from keyferry.server.core.licensing.activation import Outcome
from keyferry.server.core.licensing.deactivation import Released
from keyferry.server.core.licensing.licenses import Standing, expiry, standing
from keyferry.server.core.licensing.products import feature_names
from keyferry.server.core.models import Activation, AuditEvent, License, Product, ServerProperty
from keyferry.server.core.properties import Property
from keyferry.server.services.operations import Given
from keyferry.server.words.wording import CHANNELS, detail_in_words, event_in_words, reason_in_words


@dataclass(frozen=True)
class LicenseRow:
    """A license as the list shows it."""

    activation_key: str = field(repr=False)
    customer: str
    product: str
    seats: int
    seats_used: int
    runs: str
    standing: Standing

    @property
    def until(self) -> str:
        """What most matters of its term: that it is over or suspended, else its end."""
        return self.runs if self.standing is Standing.ACTIVE else self.standing.value


@dataclass(frozen=True)
class Computer:
    """A computer of a license; `state` is active, or how its activation ended."""

    computer_id: str
    name: str
    state: str
    activated_at: datetime
    activated_by: str
    expires: date | None
    ended_at: datetime | None
    notes: str
    reason: str


@dataclass(frozen=True)
class LicenseView:
    """A license with everything that staff ask about."""

    row: LicenseRow
    features: tuple[str, ...]
    lease_days: int | None
    notes: str
    issued: date
    computers: tuple[Computer, ...]
    can_mail: bool

    @property
    def live(self) -> tuple[Computer, ...]:
        """The computers that hold a seat."""
        return tuple(one for one in self.computers if one.state == "active")


@dataclass(frozen=True)
class KeyGiven:
    """A computer key that was given, and for what."""

    activation_key: str = field(repr=False)
    computer_key: str = field(repr=False)
    license_file: str = field(repr=False)
    computer_id: str
    computer_name: str
    product: str
    customer: str
    outcome: Outcome
    expires: date | None
    seats: int
    seats_used: int
    mailed_to: str | None
    waits: str | None
    can_mail: bool


@dataclass(frozen=True)
class SeatReleased:
    """A seat that was released, now or before; `recorded` is proven, claimed, forced or superseded."""

    already: bool
    recorded: str
    computer_name: str
    seats: int
    seats_used: int


@dataclass(frozen=True)
class ProductChoice:
    """A product that licenses can be created for."""

    code: str
    name: str
    features: tuple[str, ...]


@dataclass(frozen=True)
class PropertyView:
    """A server property with its value, and who changed it when."""

    name: str
    type: str
    value: str
    default: str
    sentence: str
    choices: tuple[str, ...]
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True)
class AuditRow:
    """An event of the audit; `refused` is the code of a refusal, or empty."""

    number: int
    at: datetime
    who: str
    channel: str
    address: str
    event: str
    refused: str
    key_ending: str
    detail: str


@dataclass(frozen=True)
class Scanned:
    """What a pasted link of the License Wizard asks for; `code` is there where it deactivates."""

    activation_key: str = field(repr=False)
    computer_id: str
    computer_name: str
    code: str = field(repr=False)


def license_row(license: License, now: datetime) -> LicenseRow:
    """Return a license for the list."""
    return LicenseRow(
        activation_key=license.activation_key,
        customer=license.customer.email if license.customer else "",
        product=license.product.name,
        seats=license.seats,
        seats_used=license.seats_used,
        runs=_runs(license),
        standing=standing(license, now),
    )


def license_view(license: License, now: datetime, *, can_mail: bool) -> LicenseView:
    """Return a license with its computers, those that hold a seat first and the newest first."""
    latest = sorted(license.activations, key=lambda one: (one.ended_at is None, one.id), reverse=True)
    return LicenseView(
        row=license_row(license, now),
        features=tuple(feature_names(license.product, license.features)),
        lease_days=license.lease_days,
        notes=license.notes or "",
        issued=license.created_at.date(),
        computers=tuple(map(_computer, latest)),
        can_mail=can_mail,
    )


def key_given(given: Given, *, can_mail: bool) -> KeyGiven:
    """Return a computer key with what it stands for."""
    done, license = given.done, given.done.license
    return KeyGiven(
        activation_key=license.activation_key,
        computer_key=done.computer_key,
        license_file=given.license_file,
        computer_id=done.activation.computer_id,
        computer_name=done.activation.computer_name or "",
        product=done.product.name,
        customer=license.customer.email if license.customer else "",
        outcome=done.outcome,
        expires=done.activation.expires_on,
        seats=license.seats,
        seats_used=license.seats_used,
        mailed_to=given.mailed_to,
        waits=given.waits,
        can_mail=can_mail,
    )


def seat_released(done: Released) -> SeatReleased:
    """Return what a release did."""
    return SeatReleased(
        already=done.outcome == "already_released",
        recorded=done.recorded.value,
        computer_name=done.activation.computer_name or "the computer",
        seats=done.license.seats,
        seats_used=done.license.seats_used,
    )


def product_choice(product: Product) -> ProductChoice:
    """Return a product to choose."""
    return ProductChoice(product.code, product.name, tuple(product.features))


def property_view(declared: Property, value: Any, row: ServerProperty | None) -> PropertyView:
    """Return a property as it stands."""
    return PropertyView(
        name=declared.name,
        type=declared.type,
        value=_shown(value),
        default=_shown(declared.default),
        sentence=declared.sentence,
        choices=declared.choices,
        changed_at=row.changed_at if row else None,
        changed_by=(row.changed_by or "") if row else "",
    )


def audit_row(event: AuditEvent) -> AuditRow:
    """Return an event in words."""
    return AuditRow(
        number=event.id,
        at=event.at,
        who=event.who or "",
        channel=CHANNELS[event.channel],
        address=event.address or "",
        event=event_in_words(event),
        refused=reason_in_words(event),
        key_ending=event.activation_key_ending or "",
        detail=detail_in_words(event),
    )


def _computer(activation: Activation) -> Computer:
    by = activation.who or CHANNELS[activation.channel]
    return Computer(
        computer_id=activation.computer_id,
        name=activation.computer_name or "",
        state=activation.ended_how or "active",
        activated_at=activation.activated_at,
        activated_by=by,
        expires=activation.expires_on,
        ended_at=activation.ended_at,
        notes=activation.notes or "",
        reason=activation.reason or "",
    )


def _runs(license: License) -> str:
    last_day, days = expiry(license), license.days_from_first_activation
    if last_day is not None:
        return last_day.isoformat()
    if days is None:
        return "never"
    return "1 day" if days == 1 else f"{days} days"


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
