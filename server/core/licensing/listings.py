"""Lists for the vendor's staff: licenses by search, filter and order, and the audit; a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.models import (
    Activation,
    AuditEvent,
    Customer,
    FormerActivationKey,
    License,
    LicenseStatus,
    Product,
)
from keyferry.server.core.pages import (
    PAGE_SIZE,
    Page,
    Sort,
    as_in_a_code,
    found_page,
    holds,
    holds_code,
    page,
    visible,
)

# A license that ends on day D has ended everywhere at 12:00 UTC of D + 1, see protocol/claims.py.
_DAY_RULE = timedelta(hours=36)


class Order(StrEnum):
    """What a list of licenses is sorted by."""

    ISSUED = "issued"
    KEY = "key"
    CUSTOMER = "customer"
    PRODUCT = "product"
    EXPIRY = "expiry"
    SEATS = "seats"


@dataclass(frozen=True)
class Wanted:
    """Which licenses: any part of a key, customer, computer name or ID; a product's code; a standing."""

    search: str = ""
    product: str = ""
    standing: Standing | None = None
    # Only those that end from now on until this day.
    ends_by: date | None = None
    order: Order = Order.ISSUED
    descending: bool = True


@dataclass(frozen=True)
class AuditWanted:
    """Which events: of one license, refused only, on one channel, by one person, of one kind, on some days.

    `since` and `until` are days in UTC, both among those wanted.
    """

    license_id: int | None = None
    refused: bool = False
    channel: str = ""
    who: str = ""
    event: str = ""
    since: date | None = None
    until: date | None = None


def licenses(
    session: Session, wanted: Wanted, *, now: datetime, number: int = 1, size: int = PAGE_SIZE
) -> Page[License]:
    """Return a page of licenses with their customers and products; a page beyond the last is the last."""
    conditions = _conditions(session, wanted, now)
    matching = select(License.id).where(*conditions)
    if wanted.order is Order.CUSTOMER:
        matching = matching.outerjoin(Customer, License.customer_id == Customer.id)
    elif wanted.order is Order.PRODUCT:
        matching = matching.join(Product, License.product_number == Product.number)
    rows = select(License).options(joinedload(License.product, innerjoin=True), joinedload(License.customer))
    return found_page(
        session,
        rows,
        matching,
        _sort(session, wanted),
        number,
        size,
    )


def audit_events(
    session: Session, wanted: AuditWanted, *, number: int = 1, size: int = PAGE_SIZE
) -> Page[AuditEvent]:
    """Return a page of the audit, the latest events first."""
    conditions = _audit_conditions(wanted)
    rows = select(AuditEvent).where(*conditions).order_by(AuditEvent.id.desc())
    return page(session, rows, select(func.count()).select_from(AuditEvent).where(*conditions), number, size)


def audit_events_before(
    session: Session, wanted: AuditWanted, *, before: int | None, size: int
) -> Sequence[AuditEvent]:
    """Return up to `size` events, the latest first, below the number `before`: for all of them, in pieces."""
    conditions = _audit_conditions(wanted)
    if before is not None:
        conditions.append(AuditEvent.id < before)
    rows = select(AuditEvent).where(*conditions).order_by(AuditEvent.id.desc()).limit(size)
    return session.scalars(rows).all()


def kinds_of_events(session: Session) -> Sequence[str]:
    """Return every kind of event that the audit holds."""
    return session.scalars(select(AuditEvent.event).distinct().order_by(AuditEvent.event)).all()


def _audit_conditions(wanted: AuditWanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.license_id is not None:
        conditions.append(AuditEvent.license_id == wanted.license_id)
    if wanted.refused:
        conditions.append(AuditEvent.code.is_not(None))
    if wanted.channel:
        conditions.append(AuditEvent.channel == wanted.channel)
    if who := visible(wanted.who):
        conditions.append(AuditEvent.who.icontains(who, autoescape=True))
    if event := visible(wanted.event):
        conditions.append(AuditEvent.event == event)
    if wanted.since is not None:
        conditions.append(AuditEvent.at >= datetime.combine(wanted.since, time(), UTC))
    if wanted.until is not None and wanted.until < date.max:
        conditions.append(AuditEvent.at < datetime.combine(wanted.until + timedelta(days=1), time(), UTC))
    return conditions


def held_by(session: Session, email: str) -> Sequence[License]:
    """Return the licenses of the customer with this address, in lower case; the newest first."""
    held = select(License).join(Customer).where(Customer.email == email).order_by(License.id.desc())
    return session.scalars(held.options(joinedload(License.product))).all()


def _conditions(session: Session, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    conditions = []
    if search := visible(wanted.search):
        conditions.append(_matches(session, search))
    if code := visible(wanted.product):
        of_product = select(Product.number).where(Product.folded_code == code.lower())
        # One product and not a list of them: so the index gives its licenses in their order.
        conditions.append(License.product_number == of_product.scalar_subquery())
    if wanted.standing is not None:
        conditions.append(_stands(session, wanted.standing, now))
    if wanted.ends_by is not None:
        last_day = _last_day(session)
        conditions += [last_day >= now.date().isoformat(), last_day <= wanted.ends_by.isoformat()]
    return conditions


def _matches(session: Session, search: str) -> ColumnElement[bool]:
    """Return the condition that any part of a license, its customer or its computers holds the text."""
    customers = select(Customer.id).where(
        or_(
            holds(session, Customer.email, search),
            holds(session, Customer.name, search),
        )
    )
    computers: list[ColumnElement[bool]] = [holds(session, Activation.computer_name, search)]
    found: list[ColumnElement[bool]] = [License.customer_id.in_(customers)]
    if code := as_in_a_code(search):
        found.append(holds_code(License.activation_key, code))
        former = holds_code(FormerActivationKey.activation_key, code)
        found.append(License.id.in_(select(FormerActivationKey.license_id).where(former)))
        computers.append(holds_code(Activation.computer_id, code))
    found.append(License.id.in_(select(Activation.license_id).where(or_(*computers))))
    return or_(*found)


def _stands(session: Session, standing: Standing, now: datetime) -> ColumnElement[bool]:
    suspended = License.status == LicenseStatus.SUSPENDED.value
    if standing is Standing.SUSPENDED:
        return suspended
    ended = func.coalesce(_last_day(session) <= (now - _DAY_RULE).date().isoformat(), False)
    return and_(~suspended, ended if standing is Standing.EXPIRED else ~ended)


def _last_day(session: Session) -> ColumnElement[str]:
    """Return the last day of a license as a text YYYY-MM-DD, NULL where there is none or none yet."""
    days = License.days_from_first_activation
    if session.get_bind().dialect.name == "sqlite":
        # Dates are texts here.
        counted: ColumnElement[Any] = func.date(License.first_activated_on, func.printf("+%d days", days))
        fixed: ColumnElement[Any] = func.date(License.expires_on)
    else:
        counted = func.to_char(License.first_activated_on + days, "YYYY-MM-DD")
        fixed = func.to_char(License.expires_on, "YYYY-MM-DD")
    return case((days.is_not(None), counted), else_=fixed)


def _sort(session: Session, wanted: Wanted) -> Sort:
    columns: dict[Order, SQLColumnExpression[Any] | None] = {
        Order.ISSUED: None,
        Order.KEY: License.activation_key,
        Order.CUSTOMER: Customer.email,
        Order.PRODUCT: Product.name,
        Order.EXPIRY: _last_day(session),
        Order.SEATS: License.seats,
    }
    empty_last = wanted.order in (Order.CUSTOMER, Order.EXPIRY)
    return Sort(License.id, columns[wanted.order], wanted.descending, empty_last)
