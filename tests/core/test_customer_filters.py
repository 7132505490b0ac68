"""Customers by one license of theirs: its product, its last day, and when something happened to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product as every

import pytest
from sqlalchemy import select

from keyferry.server.core import audit, lists
from keyferry.server.core.customers import listing
from keyferry.server.core.customers.listing import View, Wanted
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import products
from keyferry.server.core.models import AuditEvent, Customer, License
from keyferry.server.db import reading, transaction
from tests.conftest import STAFF
from tests.core.test_long_lists import WALKED, sorted_at_once, stocked, walked

__all__ = ["stocked"]
pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture
def eventful(stocked):
    """Licenses of two products, to each of which something happened some days ago, to a few of them twice."""
    now = stocked.clock.now
    with transaction() as session:
        made = products.add_product(
            session,
            code="Viewer",
            name="Viewer",
            key_style="short",
            features=[],
            machine_source="host",
            keyring=stocked.keyring,
            by=STAFF,
            now=now,
        )
        session.flush()
        held = session.scalars(select(License).order_by(License.id)).all()
        for one in held:
            one.product_number = made.number if one.id % 3 == 0 else one.product_number
            one.customer_id = None if one.id == 6 else 1 + one.id % 6
            one.expires_on = (now + timedelta(days=7 * one.id)).date() if one.id % 5 == 0 else one.expires_on
        for one in sorted(held, key=lambda one: -one.id):
            for days in {3 * one.id, one.id if one.id % 4 == 0 else 3 * one.id}:
                happened(session, one, now - timedelta(days=days))
    return stocked


def happened(session, license: License, at: datetime) -> None:
    audit.record(session, event=Event.LICENSE_EDITED, by=STAFF, license=license, now=at)


def expected(wanted: Wanted, today: date) -> set[int]:
    """Which customers are to be found, looked at one by one; of events, by the order in which they came."""
    with reading() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        latest = {one.license_id: one.id for one in events}
        earlier = [one for one in events if wanted.active_since and one.at < wanted.active_since]
        first = max(earlier, key=lambda one: (one.at, one.id)).id if earlier else 0
        days = [today + timedelta(days=30)] if wanted.view is View.ENDING else []
        days += [wanted.ends_by] if wanted.ends_by else []
        return {
            one.customer_id
            for one in session.scalars(select(License))
            if one.customer_id
            and (not wanted.product or one.product.code.lower() == wanted.product.lower())
            and all(one.last_day and today <= one.last_day <= day for day in days)
            and (wanted.active_since is None or latest.get(one.id, 0) > first)
        }


def asked(now: datetime) -> list[Wanted]:
    """Each filter by itself, and with the others."""
    each = every(
        ("", "demo-cad", "VIEWER", "nothing"),
        (None, now.date() + timedelta(days=40), now.date() + timedelta(days=400)),
        (None, now - timedelta(days=5, hours=1), now - timedelta(days=30)),
        (None, View.ENDING),
    )
    return [Wanted(product=code, ends_by=day, active_since=at, view=view) for code, day, at, view in each]


def page_of(wanted: Wanted, now: datetime) -> Callable:
    return lambda session, **turned: listing.customers(session, wanted, now=now, **turned)


def test_customers_are_found_by_one_license_that_is_all_that_was_asked_for(eventful):
    now, sizes = eventful.clock.now, set()
    for wanted in asked(now):
        found = sorted_at_once(page_of(wanted, now))
        with reading() as session:
            everybody = set(session.scalars(select(Customer.id)))
            pieces, _ = listing.in_pieces(session, wanted, now=now, after=0, size=50)
        is_asked = wanted.product or wanted.ends_by or wanted.active_since or wanted.view
        assert set(found) == (expected(wanted, now.date()) if is_asked else everybody), wanted
        assert len(found) == len(set(found))
        assert [one.customer.id for one in pieces] == sorted(found)
        sizes.add(len(found))
    assert len(sizes) > 4


@pytest.mark.thorough
@pytest.mark.parametrize("order", WALKED)
def test_a_long_list_of_customers_is_walked_through_every_filter(eventful, monkeypatch, order):
    now, since = eventful.clock.now, eventful.clock.now - timedelta(days=30)
    day = now.date() + timedelta(days=400)
    for wanted in (
        Wanted(product="demo-cad", order=order),
        Wanted(ends_by=day, order=order, descending=True),
        Wanted(active_since=since, order=order),
        Wanted(active_since=since, product="demo-cad", order=order, descending=True),
    ):
        page = page_of(wanted, now)
        sorted_too = sorted_at_once(page)
        assert len(sorted_too) > 1
        assert walked(monkeypatch, page) == (sorted_too, sorted_too)


def test_when_something_last_happened_to_a_license_of_theirs_is_told(eventful):
    now = eventful.clock.now
    with transaction() as session:
        happened(session, session.get_one(License, 7), now)
    with reading() as session:
        rows = listing.customers(session, Wanted(), now=now).rows
        theirs = {one.id: one.customer_id for one in session.scalars(select(License))}
        events = session.execute(select(AuditEvent.license_id, AuditEvent.at)).all()
    for one in rows:
        own = [at for license, at in events if theirs.get(license) == one.customer.id]
        assert one.held.last_event == max(own)
    assert now in {one.held.last_event for one in rows}


def test_customers_are_sorted_by_their_last_event_as_long_as_they_are_few(eventful, monkeypatch):
    now = eventful.clock.now
    with transaction() as session:
        session.add(Customer(id=90, email="nothing@example.com", created_at=now))
        happened(session, session.get_one(License, 7), now)

    def listed(**asked) -> list[int]:
        return sorted_at_once(page_of(Wanted(order=listing.Order.LAST, **asked), now))

    with reading() as session:
        held = listing.customers(session, Wanted(), now=now).rows
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        holder = {one.id: one.customer_id for one in session.scalars(select(License))}
    latest = {holder.get(one.license_id): one.id for one in events}
    with_events = sorted((one.customer.id for one in held if one.held.last_event), key=latest.__getitem__)
    # Whom nothing happened to comes last either way.
    assert listed(descending=True) == [*with_events[::-1], 90]
    assert listed() == [*with_events, 90]
    for asked in ({"product": "demo-cad"}, {"search": "*example"}, {"view": View.ENDING}):
        others = sorted_at_once(page_of(Wanted(**asked), now))
        assert listed(**asked) == [one for one in listed() if one in others]
    # Twelve licenses are looked at, and of more nobody waits for that.
    monkeypatch.setattr(lists, "MOST", 12)
    with reading() as session:
        assert listing.sorts_by_event(session)
    monkeypatch.setattr(lists, "MOST", 11)
    with reading() as session:
        assert not listing.sorts_by_event(session)
        first = listing.customers(session, Wanted(order=listing.Order.LAST), now=now, size=2)
        assert [one.customer.id for one in first.rows] == [90, 6]
