"""What rows of a file make: customers, and licenses with their events, some at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.customers.contacts import found_or_added, hold_known
from keyferry.server.core.errors import CoreError
from keyferry.server.core.events import Event
from keyferry.server.core.imports.looking import in_use, in_use_already
from keyferry.server.core.imports.rows import Row
from keyferry.server.core.models import Customer, License, LicenseStatus


@dataclass(frozen=True)
class Made:
    """How many licenses and customers are new, and the rows that were refused, by their places."""

    licenses: int
    customers: int
    refused: Mapping[int, CoreError]


def make(session: Session, rows: Mapping[int, Row], *, by: By, now: datetime) -> Made:
    """Make what some rows name; none of their keys comes twice."""
    # A key that a license gets at this moment is in use once that is done, and then it is seen.
    while True:
        taken = _in_use(session, rows)
        left = {place: row for place, row in rows.items() if row.activation_key not in taken}
        try:
            with session.begin_nested():
                customers, added = _customers(session, left, by, now)
                licenses = {
                    place: _license(row, customers.get(row.email), now)
                    for place, row in left.items()
                    if row.product is not None
                }
                session.add_all(licenses.values())
        except IntegrityError:
            if _in_use(session, rows) == taken:
                raise
            continue
        _record(session, [*licenses.values()], by, now)
        refused = {place: in_use_already() for place in rows.keys() - left.keys()}
        return Made(len(licenses), added, refused)


def _in_use(session: Session, rows: Mapping[int, Row]) -> set[str]:
    return in_use(session, [row.activation_key for row in rows.values()])


def _customers(
    session: Session, rows: Mapping[int, Row], by: By, now: datetime
) -> tuple[dict[str | None, Customer], int]:
    """Return the customers of rows by their addresses, and how many are new; what is known of one stays."""
    wanted = {row.email for row in rows.values() if row.email is not None}
    hold_known(session, wanted)
    # Whom somebody issues a license to at this moment isn't new here, however late that is seen.
    each = {email: found_or_added(session, email, now=now) for email in sorted(wanted)}
    found: dict[str | None, Customer] = {email: customer for email, (customer, _) in each.items()}
    added = {email for email, (_, is_new) in each.items() if is_new}
    for row in rows.values():
        if row.email is None or not (changed := _completed(found[row.email], row)) or row.email in added:
            continue
        detail = {"customer": found[row.email].id, "changed": changed}
        audit.record(session, event=Event.CUSTOMER_EDITED, by=by, now=now, detail=detail)
    return found, len(added)


def _completed(customer: Customer, row: Row) -> list[str]:
    """Add what was not known yet, and return its names."""
    notes = row.notes if row.product is None else None
    new = {"name": row.name, "notes": notes}
    changed = [name for name, text in new.items() if text and not getattr(customer, name)]
    for name in changed:
        setattr(customer, name, new[name])
    return changed


def _license(row: Row, customer: Customer | None, now: datetime) -> License:
    return License(
        activation_key=row.activation_key or ActivationKey.generate(os.urandom(ENTROPY_BYTES)).text,
        product=row.product,
        customer=customer,
        seats=row.seats,
        seats_used=0,
        expires_on=row.terms.expires,
        days_from_first_activation=row.terms.days,
        features=row.features,
        status=LicenseStatus.SUSPENDED.value if row.is_on_hold else LicenseStatus.ACTIVE.value,
        notes=row.notes,
        order_reference=row.order,
        created_at=now,
    )


def _record(session: Session, licenses: list[License], by: By, now: datetime) -> None:
    for product, of_product in groupby(licenses, lambda one: one.product_number):
        issued = [(one.id, one.activation_key) for one in of_product]
        audit.record_issued(session, issued, product_number=product, by=by, now=now)
    for license in licenses:
        if license.status == LicenseStatus.SUSPENDED:
            audit.record(session, event=Event.LICENSE_SUSPENDED, by=by, license=license, now=now)
