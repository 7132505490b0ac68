"""Licenses and activations as plain values, for every face: a face words and shapes them, and sees no row.

Only columns of the rows that are handed over are read. So nothing is loaded that nobody asked for, and rows
of a plain query do as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from keyferry.server.core.audit import ending
from keyferry.server.core.licensing.activated import Activated
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.deactivation import Preview, Released
from keyferry.server.core.licensing.file_names import license_file_name
from keyferry.server.core.licensing.licenses import Standing, expiry, standing
from keyferry.server.core.licensing.products import feature_names
from keyferry.server.core.models import Activation, Customer, Ending, License, Product


@dataclass(frozen=True)
class ActivationFacts:
    """An activation of one computer, as it began and ended; `ended_by` and `who` name staff."""

    computer_id: str
    computer_name: str | None
    activated_at: datetime
    channel: str
    who: str | None
    expires: date | None
    features: tuple[str, ...]
    ended_at: datetime | None
    ended_how: str | None
    ended_by: str | None
    notes: str | None
    reason: str | None

    @property
    def state(self) -> str:
        """Active, or how it ended."""
        return self.ended_how or "active"

    @property
    def holds_seat(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def superseded(self) -> bool:
        """Whether a later activation of the same computer has taken the seat over."""
        return self.ended_how == Ending.SUPERSEDED


@dataclass(frozen=True)
class LicenseFacts:
    """A license as it stood; customer and computers are there only where they were handed over.

    `expires` is None where it never does, and while `days` wait for the first activation.
    """

    activation_key: str = field(repr=False)
    product_code: str
    product_name: str
    seats: int
    seats_used: int
    standing: Standing
    expires: date | None
    days: int | None
    lease_days: int | None
    features: tuple[str, ...]
    notes: str | None
    issued: date
    order: str | None
    customer: str | None
    computers: tuple[ActivationFacts, ...]

    @property
    def ending(self) -> str:
        """The last group of the activation key, for who must not see the rest."""
        return ending(self.activation_key)

    @property
    def live(self) -> tuple[ActivationFacts, ...]:
        """The computers that hold a seat."""
        return tuple(one for one in self.computers if one.holds_seat)


@dataclass(frozen=True)
class KeyFacts:
    """A computer key that was given, for what, and what it took."""

    license: LicenseFacts
    activation: ActivationFacts
    computer_key: str = field(repr=False)
    key_style: str
    outcome: Outcome

    @property
    def file_name(self) -> str:
        """The name of the license file."""
        activation = self.activation
        return license_file_name(self.license.product_code, activation.computer_name, activation.computer_id)


@dataclass(frozen=True)
class ReleaseFacts:
    """A seat that was released, or is about to be; `already` is whether there is nothing left to do."""

    license: LicenseFacts
    activation: ActivationFacts
    already: bool


def license_facts(
    license: License,
    product: Product,
    now: datetime,
    *,
    customer: Customer | None = None,
    computers: Iterable[Activation] = (),
) -> LicenseFacts:
    """Return the facts of a license of `product`."""
    return LicenseFacts(
        activation_key=license.activation_key,
        product_code=product.code,
        product_name=product.name,
        seats=license.seats,
        seats_used=license.seats_used,
        standing=standing(license, now),
        expires=expiry(license),
        days=license.days_from_first_activation,
        lease_days=license.lease_days,
        features=tuple(feature_names(product, license.features)),
        notes=license.notes,
        issued=license.created_at.date(),
        order=license.order_reference,
        customer=customer.email if customer else None,
        computers=tuple(activation_facts(one, product) for one in computers),
    )


def activation_facts(activation: Activation, product: Product) -> ActivationFacts:
    """Return the facts of an activation of a license of `product`."""
    return ActivationFacts(
        computer_id=activation.computer_id,
        computer_name=activation.computer_name,
        activated_at=activation.activated_at,
        channel=activation.channel,
        who=activation.who,
        expires=activation.expires_on,
        features=tuple(feature_names(product, activation.features)),
        ended_at=activation.ended_at,
        ended_how=activation.ended_how,
        ended_by=activation.ended_by,
        notes=activation.notes,
        reason=activation.reason,
    )


def key_facts(done: Activated, now: datetime, *, customer: Customer | None = None) -> KeyFacts:
    """Return the facts of a given computer key."""
    return KeyFacts(
        license_facts(done.license, done.product, now, customer=customer),
        activation_facts(done.activation, done.product),
        done.computer_key,
        done.product.key_style,
        done.outcome,
    )


def release_facts(done: Released | Preview, now: datetime) -> ReleaseFacts:
    """Return the facts of a release, or of what one would do."""
    product = done.license.product
    activation = activation_facts(done.activation, product)
    if done.superseded:
        # What was asked for holds no seat, whatever its successor does.
        activation = replace(activation, computer_id=done.computer_id, ended_how=Ending.SUPERSEDED.value)
    return ReleaseFacts(
        license_facts(done.license, product, now),
        activation,
        done.already_released,
    )
