"""Lists for the vendor's staff: licenses by search, filter and order, and the audit; a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    and_,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session, joinedload

from keyferry.server.core import lists, peers
from keyferry.server.core.filters import Filter, Listing, Stretch
from keyferry.server.core.folding import folded
from keyferry.server.core.licensing import demo_machine, search
from keyferry.server.core.licensing.audited import KINDS
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.product_numbers import number_of
from keyferry.server.core.lists import searched
from keyferry.server.core.models import AuditEvent, Customer, License, LicenseStatus, Product
from keyferry.server.core.models.ordered import Unindexed
from keyferry.server.core.pages import PAGE_SIZE, Beside, Page, Sort, asked, is_short, visible

# As its partial indexes say it: SQLite takes no parameter for a word.
_ON_HOLD = License.status == literal_column("'suspended'", String)
# A license that ends on day D has ended everywhere at 12:00 UTC of D + 1, see protocol/claims.py.
_DAY_RULE = timedelta(hours=36)


class Taken(StrEnum):
    """How many seats of a license are in use."""

    FULL = "full"
    FREE = "free"
    UNUSED = "unused"


class Order(StrEnum):
    """What a list of licenses is sorted by."""

    ISSUED = "issued"
    KEY = "key"
    CUSTOMER = "customer"
    PRODUCT = "product"
    EXPIRY = "expiry"
    SEATS = "seats"


_TAKEN: Mapping[Taken, ColumnElement[bool]] = {
    Taken.FULL: License.seats_used >= License.seats,
    Taken.FREE: License.seats_used < License.seats,
    # A sum, for which PostgreSQL has no statistics: where few seem to fit, it sorts all instead of walking.
    Taken.UNUSED: License.seats_used + literal_column("0") == 0,
}


@dataclass(frozen=True)
class Wanted:
    """Which licenses: by key, customer, computer name or ID (see `lists.searched`); product; standing."""

    search: str = ""
    product: str = ""
    standing: Standing | None = None
    # Only those that end from now on until this day.
    ends_by: date | None = None
    taken: Taken | None = None
    order: Order = Order.ISSUED
    descending: bool = True


@dataclass(frozen=True)
class AuditWanted:
    """Which events: of one license, refused only, on one channel, by one person, one event, on some days.

    `since` and `until` are days in UTC, both among those wanted.
    """

    license_id: int | None = None
    refused: bool = False
    channel: str = ""
    who: str = ""
    event: str = ""
    since: date | None = None
    until: date | None = None
    # What it is about, see `audited.KINDS`, and from where it was asked for.
    kind: str = ""
    address: str = ""


def licenses(
    session: Session,
    wanted: Wanted,
    *,
    now: datetime,
    number: int = 1,
    size: int = PAGE_SIZE,
    beside: Beside | None = None,
) -> Page[License]:
    """Return a page of licenses with their customers and products; a page beyond the last is the last."""
    rows = select(License).options(joinedload(License.product, innerjoin=True), joinedload(License.customer))
    filters = _filters(session, wanted, now)

    def page(of_search: Sequence[Filter]) -> Page[License]:
        listing = _listing(session, wanted, (*of_search, *filters), now)
        return lists.listed(session, rows, listing, number=number, size=size, beside=beside)

    return searched(wanted.search, page, partial(search.licenses, session))


def numbers(session: Session, wanted: Wanted, *, now: datetime, most: int) -> Sequence[int]:
    """Return the numbers of all licenses that a list has on its pages, in its order; of more, `most` + 1."""
    text, anywhere = asked(wanted.search)
    if not text:
        return _numbers(session, wanted, (), now, most)
    found: Sequence[int] = ()
    if not anywhere:
        found = _numbers(session, wanted, (search.licenses(session, text, anywhere=False),), now, most)
    if found or (not anywhere and is_short(text)):
        return found
    return _numbers(session, wanted, (search.licenses(session, text, anywhere=True),), now, most)


def latest_events(session: Session, shown: Sequence[License]) -> dict[int, datetime]:
    """Return when something was last recorded of each of these licenses, by their numbers."""
    latest = (
        select(AuditEvent.at)
        .where(AuditEvent.license_id == License.id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = session.execute(select(License.id, latest).where(License.id.in_([one.id for one in shown])))
    return {number: at for number, at in found if at is not None}


def audit_events(
    session: Session,
    wanted: AuditWanted,
    *,
    number: int = 1,
    size: int = PAGE_SIZE,
    beside: Beside | None = None,
) -> Page[AuditEvent]:
    """Return a page of the audit, the latest events first."""
    columns: tuple[SQLColumnExpression[Any], ...] = (AuditEvent.id,)
    filters = _audit_filters(wanted)
    rows = select(AuditEvent.id)
    if days := _days(wanted):
        # Where some days are wanted, an index leads to them.
        columns, rows = (AuditEvent.at, AuditEvent.id), rows.where(*days)
        filters.append(Filter(and_(*days), rows, is_own=True))
    listing = Listing(rows, Sort(AuditEvent.id), [Stretch(rows, columns)], filters)
    return lists.listed(session, select(AuditEvent), listing, number=number, size=size, beside=beside)


def audit_events_before(
    session: Session, wanted: AuditWanted, *, before: int | None, size: int
) -> Sequence[AuditEvent]:
    """Return up to `size` events, the latest first, below the number `before`: for all of them, in pieces."""
    conditions = [*(one.condition for one in _audit_filters(wanted)), *_days(wanted)]
    if before is not None:
        conditions.append(AuditEvent.id < before)
    rows = select(AuditEvent).where(*conditions).order_by(AuditEvent.id.desc()).limit(size)
    return session.scalars(rows).all()


def _audit_filters(wanted: AuditWanted) -> list[Filter]:
    filters, numbers = [], select(AuditEvent.id)
    if wanted.license_id is not None:
        of_license = AuditEvent.license_id == wanted.license_id
        walked = Unindexed(AuditEvent.license_id) == wanted.license_id
        filters.append(Filter(of_license, numbers.where(of_license), walked, is_own=True))
    if wanted.refused:
        refused = AuditEvent.code.is_not(None)
        walked = Unindexed(AuditEvent.code).is_not(None)
        filters.append(Filter(refused, numbers.where(refused), walked, is_own=True))
    if wanted.channel:
        filters.append(Filter(AuditEvent.channel == wanted.channel))
    if who := visible(wanted.who):
        filters.append(Filter(AuditEvent.folded_who.contains(folded(who), autoescape=True)))
    if event := visible(wanted.event):
        filters.append(Filter(AuditEvent.event == event))
    if wanted.kind:
        filters.append(Filter(AuditEvent.event.in_(KINDS[wanted.kind])))
    if address := visible(wanted.address):
        filters.append(Filter(AuditEvent.address == peers.normal(address)))
    return filters


def _days(wanted: AuditWanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(AuditEvent.at >= datetime.combine(wanted.since, time(), UTC))
    if wanted.until is not None and wanted.until < date.max:
        conditions.append(AuditEvent.at < datetime.combine(wanted.until + timedelta(days=1), time(), UTC))
    return conditions


def held_by(
    session: Session, email: str, *, most: int, only: int | None = None
) -> tuple[Sequence[License], int]:
    """Return the newest licenses of the customer with this address, in lower case, and how many there are.

    With `only`, of that one license.
    """
    of_customer = select(License).join(Customer).where(Customer.email == email)
    if only is not None:
        of_customer = of_customer.where(License.id == only)
    newest = of_customer.order_by(License.id.desc()).options(joinedload(License.product)).limit(most)
    held = session.scalars(newest).all()
    if len(held) < most:
        return held, len(held)
    return held, session.scalars(of_customer.with_only_columns(func.count(License.id))).one()


def _filters(session: Session, wanted: Wanted, now: datetime) -> list[Filter]:
    filters = []
    if code := visible(wanted.product):
        number = number_of(session, code)
        of_product = License.product_number == number
        walked = Unindexed(License.product_number) == number
        filters.append(Filter(of_product, select(License.id).where(of_product), walked, is_own=True))
    if wanted.standing is not None:
        filters.append(_stands(wanted.standing, now))
    if wanted.ends_by is not None:
        ends, walked = (
            day.between(now.date(), wanted.ends_by) for day in (License.last_day, Unindexed(License.last_day))
        )
        filters.append(Filter(ends, select(License.id).where(ends), walked, is_own=True))
    if wanted.taken is not None:
        # No index: each activation would have to write it.
        filters.append(Filter(_TAKEN[wanted.taken]))
    return filters


def _stands(standing: Standing, now: datetime) -> Filter:
    suspended = License.status == LicenseStatus.SUSPENDED.value
    if standing is Standing.SUSPENDED:
        on_hold = select(License.id).where(_ON_HOLD)
        # Said otherwise: PostgreSQL would read all that are on hold at every step of a walk.
        walked = License.status != LicenseStatus.ACTIVE.value
        return Filter(_ON_HOLD, on_hold, walked, is_own=True)
    ended, numbers, day = _ended_by(now), select(License.id), Unindexed(License.last_day)
    if standing is Standing.EXPIRED:
        expired = ~suspended & (License.last_day <= ended)
        return Filter(expired, numbers.where(expired), ~suspended & (day <= ended), is_own=True)
    never, later = License.last_day.is_(None), License.last_day > ended
    either = union_all(numbers.where(~suspended, never), numbers.where(~suspended, later))
    return Filter(~suspended & (never | later), either, ~suspended & (day.is_(None) | (day > ended)))


def _numbers(
    session: Session, wanted: Wanted, of_search: Sequence[Filter], now: datetime, most: int
) -> Sequence[int]:
    """Return what all filters let through: a search by what it selects, since nothing else is as quick."""
    conditions: list[ColumnElement[bool]] = [
        License.id.in_(one.numbers) for one in of_search if one.numbers is not None
    ]
    conditions += [one.condition for one in _filters(session, wanted, now)]
    listing = _listing(session, wanted, (), now)
    conditions += listing.shown(listing.sort.key)
    rows = listing.rows.where(*conditions).order_by(*listing.sort.order(listing.sort.key, listing.sort.by))
    return session.scalars(rows.limit(most + 1)).all()


def _ended_by(now: datetime) -> date:
    """Return the last day of the licenses that have just expired."""
    return (now - _DAY_RULE).date()


def _listing(session: Session, wanted: Wanted, filters: Sequence[Filter], now: datetime) -> Listing:
    rows, key = select(License.id), License.id
    by: SQLColumnExpression[Any] | None = None
    stretches = [Stretch(rows, (key,))]
    if wanted.order is Order.KEY:
        by = License.activation_key
        stretches = [Stretch(rows, (by, key))]
    elif wanted.order is Order.SEATS:
        by = License.seats
        stretches = [Stretch(_here(wanted), (by, key))]
    elif wanted.order is Order.EXPIRY:
        by, stretches = License.last_day, _by_day(wanted, now)
    elif wanted.order is Order.CUSTOMER:
        by = Customer.email
        rows = rows.outerjoin(Customer, License.customer_id == Customer.id)
        of_customers = select(License.id).join(Customer, License.customer_id == Unindexed(Customer.id))
        of_nobody = select(License.id).where(License.customer_id.is_(None))
        by_key = select(License.id).join(Customer, License.customer_id == Customer.id)
        of_somebody = Stretch(of_customers, (by, key), first_too=True, by_key=by_key)
        stretches = [of_somebody, Stretch(of_nobody, (key,))]
    elif wanted.order is Order.PRODUCT:
        # Not by a join: PostgreSQL would meet each license once for each product.
        named = select(Product.name).where(Product.number == License.product_number)
        by, stretches = named.scalar_subquery(), _by_product(session, wanted)
    empty_last = wanted.order in (Order.CUSTOMER, Order.EXPIRY)
    sort = Sort(key, by, wanted.descending, empty_last)
    return Listing(rows, sort, stretches, filters, demo_machine.former_licenses(session))


def _here(wanted: Wanted) -> Select[int]:
    """Select what is walked: a few on hold among many, perhaps all at the other end, have their own index."""
    rows = select(License.id)
    return rows.where(_ON_HOLD) if wanted.standing is Standing.SUSPENDED else rows


def _by_day(wanted: Wanted, now: datetime) -> list[Stretch]:
    """Return the licenses by their last day, of those days that are wanted; at the end those without one."""
    rows, day = _here(wanted), License.last_day
    days: list[ColumnElement[bool]] = [day.is_not(None)]
    if wanted.standing is Standing.EXPIRED:
        days.append(day <= _ended_by(now))
    elif wanted.standing is Standing.ACTIVE:
        days.append(day > _ended_by(now))
    if wanted.ends_by is not None:
        days.append(day.between(now.date(), wanted.ends_by))
    dated = Stretch(rows.where(*days), (day, License.id))
    has_only_dated = wanted.standing is Standing.EXPIRED or wanted.ends_by is not None
    return [dated] if has_only_dated else [dated, Stretch(rows.where(day.is_(None)), (License.id,))]


def _by_product(session: Session, wanted: Wanted) -> list[Stretch]:
    """Return the licenses of each product that is wanted, in the order of its name."""
    if code := visible(wanted.product):
        of_product = select(License.id).where(License.product_number == number_of(session, code))
        return [Stretch(of_product, (License.id,))]
    numbers = session.scalars(select(Product.number).order_by(Product.name, Product.number)).all()
    each = [select(License.id).where(License.product_number == number) for number in numbers]
    stretches = [Stretch(rows, (License.id,)) for rows in each]
    return stretches[::-1] if wanted.descending else stretches
