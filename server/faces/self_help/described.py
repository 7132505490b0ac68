"""What the Self Help pages tell of an activation, a release and a license, as plain values for a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from keyferry.server.core.licensing import activation
from keyferry.server.core.licensing.deactivation import Outcome, Released
from keyferry.server.core.licensing.licenses import Standing, expiry, standing
from keyferry.server.core.licensing.products import feature_names
from keyferry.server.core.models import License
from keyferry.server.services.operations import Given
from keyferry.server.words.spelling import spelled


@dataclass(frozen=True)
class Key:
    """A computer key and what it is for."""

    computer_key: str = field(repr=False)
    spelled: list[str] = field(repr=False)
    product: str
    computer_name: str
    expires: date | None
    features: list[str]
    seats: int
    seats_used: int
    replaces: bool


@dataclass(frozen=True)
class Release:
    """A released seat; `proven` is whether the code stands behind it.

    `superseded` tells that a later activation of the same computer had taken it over.
    """

    product: str
    computer_name: str
    already: bool
    superseded: bool
    proven: bool
    seats: int
    seats_used: int


@dataclass(frozen=True)
class Facts:
    """A license as its holder may see it."""

    product: str
    ending: str
    standing: Standing
    expires: date | None
    days: int | None
    features: list[str]
    seats: int
    seats_used: int


@dataclass(frozen=True)
class Computer:
    """A computer that holds a seat."""

    name: str
    since: date


def given(one: Given) -> Key:
    """Describe a given computer key."""
    done = one.done
    return Key(
        done.computer_key,
        spelled(done.computer_key),
        done.product.name,
        done.activation.computer_name or "",
        done.activation.expires_on,
        feature_names(done.product, done.activation.features),
        done.license.seats,
        done.license.seats_used,
        done.outcome is activation.Outcome.REPLACEMENT,
    )


def released(done: Released) -> Release:
    """Describe a released seat."""
    return Release(
        done.product.name,
        done.activation.computer_name or "",
        done.outcome is Outcome.ALREADY_RELEASED,
        done.superseded,
        done.recorded == "proven",
        done.license.seats,
        done.license.seats_used,
    )


def license(found: License, now: datetime) -> Facts:
    """Describe a license."""
    last_day = expiry(found)
    return Facts(
        found.product.name,
        found.activation_key[-5:],
        standing(found, now),
        last_day,
        found.days_from_first_activation if last_day is None else None,
        feature_names(found.product, found.features),
        found.seats,
        found.seats_used,
    )


def computers(found: License) -> list[Computer]:
    """Describe the computers that hold a license now."""
    return [
        Computer(one.computer_name or "", one.activated_at.date())
        for one in found.activations
        if one.ended_at is None
    ]
