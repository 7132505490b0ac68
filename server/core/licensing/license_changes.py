"""What staff change about a license that is out: seats, features, lease, notes, customer, and its key."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.server.core import audit, versions
from keyferry.server.core.audit import By
from keyferry.server.core.customers import records
from keyferry.server.core.customers.contacts import find_or_add_customer
from keyferry.server.core.errors import Conflict
from keyferry.server.core.events import Event
from keyferry.server.core.licensing.licenses import check_lease_days, check_seats, hold
from keyferry.server.core.licensing.notes import checked_notes
from keyferry.server.core.licensing.products import feature_mask, feature_names
from keyferry.server.core.models import Customer, FormerActivationKey, License


@dataclass(frozen=True)
class Content:
    """What a license grants and what is kept about it; `customer` is an email address, None for nobody."""

    seats: int
    features: Sequence[str]
    lease_days: int | None
    customer: str | None
    notes: str | None


def content_of(license: License) -> Content:
    """Return what a license holds now."""
    return Content(
        license.seats,
        tuple(feature_names(license.product, license.features)),
        license.lease_days,
        license.customer.email if license.customer else None,
        license.notes,
    )


def version(license: License) -> str:
    """Return the digest of all that staff change about a license, see `core.versions`."""
    term = license.expires_on, license.days_from_first_activation
    return versions.digest(license.activation_key, license.status, term, content_of(license))


def version_of_all(found: Sequence[License]) -> str:
    """Return the digest of all that staff change about several licenses."""
    return versions.digest(*map(version, found))


def edit(session: Session, license: License, content: Content, *, by: By, now: datetime) -> bool:
    """Change a license; computers that are activated get new features and leases with their next key.

    Returns whether anything differs. Raises Malformed (malformed_seats, malformed_terms, unknown_feature,
    malformed_email, malformed_notes) and Conflict (seats_in_use).
    """
    hold(session, license)
    check_seats(content.seats)
    check_lease_days(content.lease_days)
    mask, notes = feature_mask(license.product, content.features), checked_notes(content.notes)
    if content.seats < license.seats_used:
        raise Conflict(
            "{used} computers use this license. Release some of them first, or keep at least {used} seats.",
            code="seats_in_use",
            used=license.seats_used,
        )
    before = content_of(license)
    license.seats, license.features, license.lease_days = content.seats, mask, content.lease_days
    holder = find_or_add_customer(session, content.customer, now=now) if content.customer else None
    _hand_over(session, license, holder)
    license.notes = notes
    changes = _changes(before, content_of(license))
    if changes:
        audit.record(session, event=Event.LICENSE_EDITED, by=by, license=license, detail=changes, now=now)
    return bool(changes)


def replace_key(session: Session, license: License, *, by: By, now: datetime) -> License:
    """Give a license a fresh activation key, since the present one leaked.

    The former key activates nothing any more. Computers that are activated with it run on until their keys
    end, can be deactivated, and keep their seats when they are activated with the new key.
    """
    hold(session, license)
    former = license.activation_key
    session.add(FormerActivationKey(activation_key=former, license_id=license.id, replaced_at=now))
    license.activation_key = ActivationKey.generate(os.urandom(ENTROPY_BYTES)).text
    license.key_replaced_at = now
    detail = {"former": audit.ending(former)}
    audit.record(session, event=Event.ACTIVATION_KEY_REPLACED, by=by, license=license, detail=detail, now=now)
    return license


def _hand_over(session: Session, license: License, holder: Customer | None) -> None:
    former = license.customer
    license.customer = holder
    if former is not None and former is not holder:
        kept = {one.email for one in (former, holder) if one is not None}
        records.forget_others(session, license, kept)


def _changes(before: Content, after: Content) -> dict[str, Any]:
    """Return what changed, for the audit; notes and the customer's address are not repeated there."""
    changes: dict[str, Any] = {
        name: [getattr(before, name), getattr(after, name)]
        for name in ("seats", "lease_days")
        if getattr(before, name) != getattr(after, name)
    }
    if before.features != after.features:
        changes["features"] = [list(before.features), list(after.features)]
    silent = [name for name in ("customer", "notes") if getattr(before, name) != getattr(after, name)]
    return changes | ({"also": silent} if silent else {})
