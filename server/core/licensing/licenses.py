"""Licenses: an activation key, what it grants, and until when."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.protocol.claims import EPOCH_DAY, LAST_DAY, has_ended
from keyferry.protocol.sentences import template
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.customers.contacts import find_or_add_customer
from keyferry.server.core.errors import Conflict, LicenseRefused, Malformed, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.licensing.notes import checked_notes
from keyferry.server.core.licensing.products import feature_mask
from keyferry.server.core.models import Customer, FormerActivationKey, License, LicenseStatus, Product

MAX_SEATS = 1_000_000
MAX_COUNT = 100_000
# So many of one license are tried where it matters which one a computer ID was made with.
_MOST_FORMER_KEYS = 3
_LONGEST = (LAST_DAY - EPOCH_DAY).days


class Standing(StrEnum):
    """How a license stands at a moment."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Terms:
    """Until when a license runs: a last day, or days from its first activation, or for ever.

    `lease_days` caps how long one computer key runs before it is to be renewed by another scan.
    """

    expires: date | None = None
    days: int | None = None
    lease_days: int | None = None


def issue(
    session: Session,
    product: Product,
    *,
    seats: int,
    terms: Terms,
    features: Sequence[str],
    customer: str | None,
    count: int,
    by: By,
    now: datetime,
    notes: str | None = None,
) -> list[License]:
    """Issue `count` licenses with fresh activation keys; `customer` is an email address.

    Raises Malformed (malformed_seats, malformed_count, malformed_terms, expiry_out_of_range,
    expiry_in_the_past, unknown_feature, malformed_email, malformed_notes).
    """
    check_new(seats, terms, count, now)
    mask = feature_mask(product, features)
    written = checked_notes(notes)
    holder = find_or_add_customer(session, customer, now=now) if customer is not None else None
    licenses = [_new_license(product, holder, seats, terms, mask, written, now) for _ in range(count)]
    session.add_all(licenses)
    session.flush()
    for license in licenses:
        audit.record(session, event=Event.LICENSE_ISSUED, by=by, license=license, now=now)
    return licenses


def check_new(seats: int, terms: Terms, count: int, now: datetime) -> None:
    """Raise what `issue` would raise for these numbers and terms."""
    check_seats(seats)
    sentence = template("The number of licenses at once must be between {least} and {most:,}.")
    _check_range(count, MAX_COUNT, sentence, "malformed_count")
    _check_terms(terms)
    if terms.expires is not None and has_ended(terms.expires, now):
        raise Malformed(
            "{day} is in the past, so the license could never be activated. Choose a later date.",
            code="expiry_in_the_past",
            day=terms.expires,
        )


def find(
    session: Session, activation_key: ActivationKey, *, lock: bool = False, former_too: bool = False
) -> License:
    """Return the license of an activation key, with `former_too` also of one that was replaced.

    With `lock`, nobody else changes it before this transaction ends. Raises NotFound (unknown_activation_key)
    and LicenseRefused (activation_key_replaced).
    """
    license = _one(session, License.activation_key == activation_key.text, lock)
    if license is None and former_too:
        license = _one(session, License.id == _former(activation_key).scalar_subquery(), lock)
    if license is None:
        raise unknown(session, activation_key)
    return license


def former_keys(session: Session, license: License, since: datetime) -> list[ActivationKey]:
    """Return the latest keys of a license that were replaced after a moment, the latest first."""
    replaced = select(FormerActivationKey.activation_key).where(
        FormerActivationKey.license_id == license.id, FormerActivationKey.replaced_at > since
    )
    latest = replaced.order_by(FormerActivationKey.replaced_at.desc()).limit(_MOST_FORMER_KEYS)
    return [ActivationKey.from_text(one) for one in session.scalars(latest)]


def unknown(session: Session, activation_key: ActivationKey) -> NotFound | LicenseRefused:
    """Return the error for an activation key that no license has, or has any more."""
    if session.scalar(_former(activation_key)) is None:
        return NotFound(
            "This server doesn’t know this activation key. Compare it with the one you received.",
            code="unknown_activation_key",
        )
    return LicenseRefused(
        "The vendor replaced this activation key with a new one. Use the new one, or ask the vendor for it.",
        code="activation_key_replaced",
    )


def with_id(session: Session, number: int, *, lock: bool = False) -> License:
    """Return a license by the number that addresses name; raises NotFound (unknown_license)."""
    license = _one(session, License.id == number, lock)
    if license is None:
        raise NotFound("There’s no such license. Search for its activation key.", code="unknown_license")
    return license


def with_ids(session: Session, numbers: Collection[int], *, lock: bool = False) -> Sequence[License]:
    """Return licenses by their numbers, with product and customer; raises Malformed (nothing_chosen)."""
    wanted = select(License).where(License.id.in_(numbers)).order_by(License.id)
    if lock:
        wanted = wanted.with_for_update(of=License)
    found = session.scalars(wanted.options(joinedload(License.product), joinedload(License.customer))).all()
    if not found:
        raise Malformed("Select licenses first, then choose what to do.", code="nothing_chosen")
    return found


def hold(session: Session, license: License) -> None:
    """Lock a license, and read it as it is now."""
    # It may have come with its customer, by an outer join, and PostgreSQL can't lock what may not be there.
    session.refresh(license, with_for_update={"of": License})


def renew(
    session: Session,
    license: License,
    *,
    expires: date | None = None,
    days: int | None = None,
    by: By,
    now: datetime,
) -> License:
    """Move the expiry: to a date, earlier ones too, or by days from today or the present expiry, the later.

    A license whose days have not begun gets `days` instead of the earlier number. Raises Conflict
    (license_never_expires) and Malformed (malformed_terms, expiry_out_of_range).
    """
    check_renewal(expires, days)
    hold(session, license)
    has_not_begun = license.days_from_first_activation is not None and license.first_activated_on is None
    if days is not None and has_not_begun:
        license.days_from_first_activation = days
    else:
        license.expires_on = expires if days is None else _later_by(license, days, now)
        license.days_from_first_activation = None
    detail = {"expires": str(license.expires_on), "days": license.days_from_first_activation}
    audit.record(session, event=Event.LICENSE_RENEWED, by=by, license=license, detail=detail, now=now)
    return license


def check_renewal(expires: date | None, days: int | None) -> None:
    """Raise Malformed (malformed_terms, expiry_out_of_range) for a renewal that no license can have."""
    if expires is None and days is None:
        raise Malformed("Enter a number of days, or the last day.", code="malformed_terms")
    _check_terms(Terms(expires=expires, days=days))


def suspend(session: Session, license: License, *, by: By, now: datetime) -> bool:
    """Refuse every activation until the license is resumed; keys that are out run until they expire.

    Returns whether that is new.
    """
    return _set_status(session, license, LicenseStatus.SUSPENDED, Event.LICENSE_SUSPENDED, by, now)


def resume(session: Session, license: License, *, by: By, now: datetime) -> bool:
    """End a suspension; returns whether there was one."""
    return _set_status(session, license, LicenseStatus.ACTIVE, Event.LICENSE_RESUMED, by, now)


def expiry(license: License, *, first_activation: date | None = None) -> date | None:
    """Return the last day of a license, or None where it never ends.

    While days wait for the first activation the day is not known: then it is the one that an activation on
    `first_activation` would give, or None without that.
    """
    if license.days_from_first_activation is None:
        return license.expires_on
    first = license.first_activated_on or first_activation
    if first is None:
        return None
    return first + timedelta(days=min(license.days_from_first_activation, (LAST_DAY - first).days))


def standing(license: License, now: datetime) -> Standing:
    """Return how a license stands, by the same day rule as in the wizard."""
    if license.status == LicenseStatus.SUSPENDED:
        return Standing.SUSPENDED
    last_day = expiry(license)
    return Standing.EXPIRED if last_day is not None and has_ended(last_day, now) else Standing.ACTIVE


def check_seats(seats: int) -> None:
    """Raise Malformed (malformed_seats) for a number of seats that no license can have."""
    sentence = template("The number of seats must be between {least} and {most:,}.")
    _check_range(seats, MAX_SEATS, sentence, "malformed_seats")


def check_lease_days(days: int | None) -> None:
    """Raise Malformed (malformed_terms) for a lease that no key can carry."""
    if days is not None:
        sentence = template("The number of lease days must be between {least} and {most:,}.")
        _check_range(days, _LONGEST, sentence, "malformed_terms")


def _former(activation_key: ActivationKey) -> Select[int]:
    return select(FormerActivationKey.license_id).where(
        FormerActivationKey.activation_key == activation_key.text
    )


def _one(session: Session, condition: ColumnElement[bool], lock: bool) -> License | None:
    # Whoever looks a license up asks for its product, too.
    chosen = select(License).where(condition).options(joinedload(License.product, innerjoin=True))
    if lock:
        chosen = chosen.with_for_update(of=License).execution_options(populate_existing=True)
    return session.scalar(chosen)


def _new_license(
    product: Product,
    customer: Customer | None,
    seats: int,
    terms: Terms,
    features: int,
    notes: str | None,
    now: datetime,
) -> License:
    return License(
        activation_key=ActivationKey.generate(os.urandom(ENTROPY_BYTES)).text,
        product=product,
        customer=customer,
        seats=seats,
        seats_used=0,
        expires_on=terms.expires,
        days_from_first_activation=terms.days,
        lease_days=terms.lease_days,
        features=features,
        notes=notes,
        created_at=now,
    )


def _set_status(
    session: Session, license: License, status: LicenseStatus, event: Event, by: By, now: datetime
) -> bool:
    hold(session, license)
    if license.status == status:
        return False
    license.status = status.value
    audit.record(session, event=event, by=by, license=license, now=now)
    return True


def _later_by(license: License, days: int, now: datetime) -> date:
    present = expiry(license)
    if present is None:
        raise Conflict(
            "This license never expires, so days can’t be added. Set an expiration date instead.",
            code="license_never_expires",
        )
    start = max(present, now.date())
    if (LAST_DAY - start).days < days:
        raise _out_of_range()
    return start + timedelta(days=days)


def _check_terms(terms: Terms) -> None:
    if terms.expires is not None and terms.days is not None:
        raise Malformed(
            "Choose either an expiration date or a number of days, not both.", code="malformed_terms"
        )
    if terms.expires is not None and not EPOCH_DAY < terms.expires <= LAST_DAY:
        raise _out_of_range()
    if terms.days is not None:
        sentence = template("The number of days must be between {least} and {most:,}.")
        _check_range(terms.days, _LONGEST, sentence, "malformed_terms")
    check_lease_days(terms.lease_days)


def _check_range(value: int, most: int, sentence: str, code: str) -> None:
    if not 1 <= value <= most:
        raise Malformed(sentence, code=code, least=1, most=most)


def _out_of_range() -> Malformed:
    return Malformed(
        "Choose an expiration date after {first} and no later than {last}, or none for a license that never "
        "expires.",
        code="expiry_out_of_range",
        first=EPOCH_DAY,
        last=LAST_DAY,
    )
