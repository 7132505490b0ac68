"""The list of customers by search, view and order, with what each holds; and all of it in pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Session

from keyferry.server.core import lists
from keyferry.server.core.filters import Filter, Listing, Stretch
from keyferry.server.core.licensing import search as search_filters
from keyferry.server.core.licensing.product_numbers import number_of
from keyferry.server.core.models import AuditEvent, Customer, License, OutboxMail
from keyferry.server.core.models.ordered import Unindexed, Unordered
from keyferry.server.core.pages import PAGE_SIZE, Beside, Page, Sort, visible

ENDING_WITHIN = timedelta(days=30)
# Of each customer, all licenses are looked at, and of each of those the latest event.
_COST_OF_EVENTS = 15
# What was last recorded of a license: one look into the audit's index of licenses.
_LATEST_EVENT = (
    select(AuditEvent.id)
    .where(AuditEvent.license_id == License.id)
    .order_by(AuditEvent.id.desc())
    .limit(1)
    .correlate(License)
)


class Order(StrEnum):
    """What a list of customers is sorted by."""

    ADDED = "added"
    NAME = "name"
    EMAIL = "email"
    LAST = "last"


class View(StrEnum):
    """Which customers: those with a license that ends soon, without a free seat, or with a failed email."""

    ENDING = "ending"
    FULL = "full"
    EMAIL_FAILED = "email_failed"


@dataclass(frozen=True)
class Wanted:
    """Which customers, by address or name (see `lists.searched`) and view, and in which order.

    They hold a license of a product, that ends by a day, or both: the same license. Something was recorded of
    a license of theirs at `active_since` or later.
    """

    search: str = ""
    view: View | None = None
    order: Order = Order.EMAIL
    descending: bool = False
    product: str = ""
    # Only those with a license that ends from now on until this day.
    ends_by: date | None = None
    active_since: datetime | None = None


@dataclass(frozen=True)
class Held:
    """What a customer holds: licenses, their seats, and how many of those are in use.

    With `more`, there are more licenses than were counted, and nothing else is known of them. `next_end` is
    the next last day, or the latest one where every license is over; None where none ends. `last_event` is
    when something was last recorded of one.
    """

    licenses: int = 0
    seats: int = 0
    seats_used: int = 0
    next_end: date | None = None
    more: bool = False
    last_event: datetime | None = None


@dataclass(frozen=True)
class Listed:
    """A customer in a list; `mail_failed` where an email to them was given up and can be sent again."""

    customer: Customer
    held: Held
    mail_failed: bool = False


@dataclass(frozen=True)
class Count:
    """How many customers a view has; with `more`, at least so many."""

    total: int
    more: bool


def customers(
    session: Session,
    wanted: Wanted,
    *,
    now: datetime,
    number: int = 1,
    size: int = PAGE_SIZE,
    beside: Beside | None = None,
) -> Page[Listed]:
    """Return a page of customers; of too many to be sorted by their last event, the newest come first."""
    of_wanted = _filters(session, wanted, now)
    if wanted.order is Order.LAST and not sorts_by_event(session):
        wanted = replace(wanted, order=Order.ADDED, descending=True)

    def page(filters: Sequence[Filter]) -> Page[Customer]:
        every = [*filters, *of_wanted]
        if wanted.order is Order.LAST:
            # Of so few customers each is looked at, and none is walked to.
            every = [replace(one, numbers=None) for one in every]
        listing = _listing(wanted, every)
        return lists.listed(session, select(Customer), listing, number=number, size=size, beside=beside)

    found = lists.searched(wanted.search, page, partial(search_filters.customers, session))
    return found.of(_listed(session, found.rows, now))


def sorts_by_event(session: Session) -> bool:
    """Return whether customers can be sorted by their last event: no index has it, so each is looked up."""
    beyond = (select(table.id).offset(lists.MOST).limit(1) for table in (License, Customer))
    return all(session.scalar(one) is None for one in beyond)


def counts(session: Session, now: datetime) -> dict[View | None, Count]:
    """Count the customers of each view, up to as many as a list counts."""
    every = session.scalars(select(func.count()).select_from(_some(select(Customer.id)))).one()
    counted: dict[View | None, Count] = {None: Count(min(every, lists.MOST), every > lists.MOST)}
    return counted | {view: _count(session, _numbers_of(view, now)) for view in View}


def in_pieces(
    session: Session, wanted: Wanted, *, now: datetime, after: int, size: int
) -> tuple[Sequence[Listed], int | None]:
    """Return some of all that a list finds, beyond a number, and the number to go on from or None.

    All that they hold is counted, however long that takes.
    """
    conditions = [one.condition for one in (*_searched(session, wanted), *_filters(session, wanted, now))]
    rows = select(Customer).where(Customer.id > after, *conditions).order_by(Customer.id).limit(size)
    found = session.scalars(rows).all()
    listed = _listed(session, found, now, counts_all=True)
    return listed, found[-1].id if len(found) == size else None


def held_by(session: Session, number: int) -> Held:
    """Return what one customer holds, all of it counted."""
    sums = func.coalesce(func.sum(License.seats), 0), func.coalesce(func.sum(License.seats_used), 0)
    counted = select(func.count(), *sums).select_from(License).where(License.customer_id == number)
    return Held(*session.execute(counted).one())


def _listing(wanted: Wanted, filters: Sequence[Filter]) -> Listing:
    numbers, key = select(Customer.id), Customer.id
    by: SQLColumnExpression[Any] | None = None
    stretches = [Stretch(numbers, (key,))]
    if wanted.order is Order.EMAIL:
        by, stretches = Customer.email, [Stretch(numbers, (Customer.email, key))]
    elif wanted.order is Order.NAME:
        by = name = Customer.folded_name
        # The index has the names alone, which say where to begin.
        named = Stretch(numbers.where(name.is_not(None)), (name, key), first_too=True)
        stretches = [named, Stretch(numbers.where(name.is_(None)), (key,))]
    elif wanted.order is Order.LAST:
        by = _of_some(_LATEST_EVENT.scalar_subquery(), func.max)
    sort = Sort(key, by, wanted.descending, empty_last=wanted.order in (Order.NAME, Order.LAST))
    return Listing(numbers, sort, stretches, filters)


def _filters(session: Session, wanted: Wanted, now: datetime) -> list[Filter]:
    first = None if wanted.active_since is None else _first_event(session, wanted.active_since)
    return [*_of_view(wanted.view, now), *_of_a_license(session, wanted, now, first)]


def _of_view(view: View | None, now: datetime) -> list[Filter]:
    if view is View.FULL:
        # No index: each activation would have to write it.
        return [Filter(_is_full(), cost=3)]
    if view is View.EMAIL_FAILED:
        theirs = OutboxMail.recipient == Unordered(Customer.email)
        failed = exists().where(theirs, OutboxMail.kept_until > now)
        walked = exists().where(theirs, Unindexed(OutboxMail.kept_until) > now)
        return [Filter(failed, _numbers_of(view, now), walked)]
    return []


def _of_a_license(session: Session, wanted: Wanted, now: datetime, first_event: int | None) -> list[Filter]:
    """Return the filter by what one license of theirs has to be, none where nothing is asked of it."""
    code, asked, walked = visible(wanted.product), list[ColumnElement[bool]](), list[ColumnElement[bool]]()
    if days := _days(wanted, now):
        asked.append(License.last_day.between(*days))
        walked.append(Unindexed(License.last_day).between(*days))
    if code:
        number = number_of(session, code)
        # Of both, the days lead: their index has the product, too.
        product = Unindexed(License.product_number) if asked else License.product_number
        asked.append(product == number)
        walked.append(Unindexed(License.product_number) == number)
    if first_event is None:
        return [Filter(_holds(*asked), _holders(*asked), _holds(*walked))] if asked else []
    numbers: Select[Any] | None = None
    if (session.scalar(select(func.max(AuditEvent.id))) or 0) - first_event < lists.MOST:
        of_events = select(License.customer_id).join(AuditEvent, AuditEvent.license_id == License.id)
        few = of_events.where(AuditEvent.id >= first_event, License.customer_id.is_not(None), *walked)
        # In their order, or PostgreSQL goes through all licenses to join them.
        numbers = few.order_by(AuditEvent.id.desc())
    event = AuditEvent.license_id == License.id, AuditEvent.id >= first_event
    held = (
        select(License.id).join(AuditEvent, and_(*event)).where(License.customer_id == Customer.id, *walked)
    )
    # One, and not by EXISTS: PostgreSQL would look for those of all customers.
    recent = held.correlate(Customer).limit(1).scalar_subquery().is_not(None)
    return [Filter(recent, numbers, cost=_COST_OF_EVENTS)]


def _days(wanted: Wanted, now: datetime) -> tuple[date, date] | None:
    """Return from when to when a license of theirs ends, None where that is not asked for."""
    first, soon = _soon(now)
    last = [*([soon] if wanted.view is View.ENDING else []), *([wanted.ends_by] if wanted.ends_by else [])]
    return (first, min(last)) if last else None


def _first_event(session: Session, since: datetime) -> int:
    """Return the number of the first event at a moment or later: the index of licenses has no times."""
    before = select(AuditEvent.id).where(AuditEvent.at < since)
    return (session.scalar(before.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(1)) or 0) + 1


def _holds(*conditions: ColumnElement[bool]) -> Exists:
    return exists().where(License.customer_id == Customer.id, *conditions)


def _holders(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Select who holds such licenses, whoever holds several of them several times."""
    return select(License.customer_id).where(*conditions, License.customer_id.is_not(None))


def _is_full() -> ColumnElement[bool]:
    """Return the condition that a customer has seats, and uses all of them."""
    theirs = License.customer_id == Customer.id
    # In this order: most have a free seat, and then nothing else is looked for.
    return ~exists().where(theirs, License.seats_used < License.seats) & exists().where(theirs)


def _numbers_of(view: View, now: datetime) -> Select[Any]:
    """Select the customers of a view, where it can be by an index, some of them several times."""
    if view is View.FULL:
        return select(Customer.id).where(_is_full())
    if view is View.EMAIL_FAILED:
        mails = OutboxMail.recipient == Customer.email
        # From the few emails that failed, also where the customers come in order: SQLite would look at each.
        number: SQLColumnExpression[int] = Unindexed(Customer.id).label("id")
        return select(number).select_from(Customer).join(OutboxMail, mails).where(OutboxMail.kept_until > now)
    return _holders(License.last_day.between(*_soon(now)))


def _soon(now: datetime) -> tuple[date, date]:
    return now.date(), now.date() + ENDING_WITHIN


def _some(numbers: Select[Any]) -> Subquery:
    return numbers.limit(lists.MOST + 1).subquery()


def _count(session: Session, numbers: Select[Any]) -> Count:
    """Count different customers, each of whom may be found several times."""
    some = _some(numbers)
    looked_at, found = session.execute(select(func.count(), func.count(some.c[0].distinct()))).one()
    more = looked_at > lists.MOST
    return Count(min(found, lists.MOST), more)


def _searched(session: Session, wanted: Wanted) -> Sequence[Filter]:
    """Return the filters by which a list finds what is searched for: its beginnings, or anywhere."""
    kept: Sequence[Filter] = ()

    def page(filters: Sequence[Filter]) -> Page[int]:
        nonlocal kept
        kept = filters
        numbers = select(Customer.id).where(*(one.condition for one in filters)).limit(1)
        found = session.scalars(numbers).all()
        return Page(found, len(found), 1, 1)

    lists.searched(wanted.search, page, partial(search_filters.customers, session))
    return kept


def _listed(
    session: Session, found: Sequence[Customer], now: datetime, *, counts_all: bool = False
) -> list[Listed]:
    if not found:
        return []
    numbers = [one.id for one in found]
    most = {} if counts_all else _with_very_many(session, numbers)
    holds = most | _held_by_each(session, [one for one in numbers if one not in most], now.date())
    failed = select(OutboxMail.recipient).where(
        OutboxMail.recipient.in_([one.email for one in found]), Unindexed(OutboxMail.kept_until) > now
    )
    addresses = set(session.scalars(failed))
    return [Listed(one, holds.get(one.id, Held()), one.email in addresses) for one in found]


def _with_very_many(session: Session, numbers: Sequence[int]) -> dict[int, Held]:
    """Return who holds more licenses than are counted: nothing but that is known of them."""
    some = _of_some(License.id, lambda some: func.count())
    counts = session.execute(select(Customer.id, some).where(Customer.id.in_(numbers)))
    return {number: Held(lists.MOST, more=True) for number, count in counts if count > lists.MOST}


def _held_by_each(session: Session, numbers: Sequence[int], today: date) -> dict[int, Held]:
    """Return what each customer holds who holds anything."""
    day = License.last_day
    sums = (func.count(), func.sum(License.seats), func.sum(License.seats_used))
    days = (func.min(case((day >= today, day))), func.max(day), func.count(day))
    every = select(License.customer_id, *sums, *days, func.max(_LATEST_EVENT.scalar_subquery()))
    theirs = License.customer_id.in_(numbers)
    summed = session.execute(every.where(theirs).group_by(License.customer_id)).all()
    events = select(AuditEvent.id, AuditEvent.at).where(AuditEvent.id.in_([one[-1] for one in summed]))
    times = {one.id: one.at for one in session.execute(events)}
    held: dict[int, Held] = {}
    for number, licenses, seats, used, following, latest, ending, event in summed:
        next_end = following or (latest if ending == licenses else None)
        held[number] = Held(licenses, seats, used, next_end, last_event=times.get(event))
    return held


def _of_some(
    column: SQLColumnExpression[Any], counted: Callable[[Any], ColumnElement[Any]]
) -> ScalarSelect[Any]:
    """Return what is counted of up to so many licenses of a customer."""
    some: Select[Any] = select(column.label("value")).where(License.customer_id == Customer.id)
    some_of_them = some.limit(lists.MOST + 1).correlate(Customer).subquery()
    return select(counted(some_of_them.c.value)).select_from(some_of_them).scalar_subquery()
