"""Lists that are too long to be counted and sorted: walked beside a row, they show what a short one shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from keyferry.server.core import audit, lists, walks
from keyferry.server.core.audit import By
from keyferry.server.core.customers import listing
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import computers, listings
from keyferry.server.core.licensing.computers import State
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.listings import AuditWanted, Order, Taken, Wanted
from keyferry.server.core.models import Activation, Customer, License
from keyferry.server.core.pages import Beside, Page
from keyferry.server.db import reading, transaction

SIZE = 2
# The orders of customers that have an index.
WALKED = (listing.Order.ADDED, listing.Order.NAME, listing.Order.EMAIL)


@pytest.fixture
def stocked(vendor):
    """Licenses that are alike in much: nobody's, expired, on hold, each with a computer."""
    now = vendor.clock.now
    people = [f"{letter}{number}@example.com" for number in range(2) for letter in "abc"]
    with transaction() as session:
        session.add_all(Customer(id=1 + place, email=one, created_at=now) for place, one in enumerate(people))
        session.flush()
        session.add_all(a_license(number, now) for number in range(1, 13))
        session.flush()
        session.add_all(a_computer(number, now) for number in range(1, 13))
        for number in range(1, 13):
            for event, who in (("license_issued", "ada"), ("released_proven", None)):
                by = By(Channel.PORTAL, who)
                audit.record(session, event=Event.of(event), by=by, now=now + timedelta(minutes=number))
    return vendor


def a_license(number: int, now: datetime) -> License:
    today = now.date()
    terms = ({}, {}, {"expires_on": today - timedelta(days=9)}, {"days_from_first_activation": 2})
    return License(
        id=number,
        activation_key=f"1{'BACD'[number % 4]}{number:03}-00000-00000-00000-00000",
        product_number=1,
        customer_id=1 + number % 6 if number % 4 else None,
        seats=1 + number % 2,
        seats_used=1,
        first_activated_on=today - timedelta(days=20 + number % 2),
        status="suspended" if number % 6 == 5 else "active",
        created_at=now,
        **terms[number % 4],
    )


def a_computer(number: int, now: datetime) -> Activation:
    ended = {"ended_at": now, "ended_how": "proven"} if number % 2 else {}
    return Activation(
        license_id=number,
        epoch=1,
        fingerprint=number,
        commitment=1,
        computer_id=f"10000-0000{number:X}-00000-00000-00000",
        computer_name=f"LAB-{number}",
        issued_on=now.date(),
        channel="phone",
        activated_at=now,
        refreshed_at=now,
        **ended,
    )


def walked(monkeypatch, page: Callable[..., Page]) -> tuple[list[int], list[int]]:
    """The rows of a list that seems long, page by page to its end, and back from there to its beginning."""
    with monkeypatch.context() as patch, reading() as session:
        patch.setattr(lists, "MOST", 3)
        turned = page(session, size=SIZE)
        there, back = ids(turned), []
        while turned.has_next:
            turned = page(session, size=SIZE, number=turned.number + 1, beside=turned.following)
            there += ids(turned)
        back = ids(turned)
        while turned.has_previous and turned.before is not None:
            turned = page(session, size=SIZE, number=1, beside=Beside(turned.before, back=True))
            back = [one for one in ids(turned) if one not in back] + back
        return there, back


def ids(page: Page) -> list[int]:
    return [row.customer.id if isinstance(row, listing.Listed) else row.id for row in page.rows]


def sorted_at_once(page: Callable[..., Page]) -> list[int]:
    with reading() as session:
        whole = page(session, size=1000)
        assert not whole.more
        return ids(whole)


@pytest.mark.parametrize("order", Order)
def test_every_order_of_licenses_is_walked_as_it_is_sorted(stocked, monkeypatch, order):
    for descending, standing in ((True, Standing.ACTIVE), (False, Standing.EXPIRED), (False, None)):
        wanted = Wanted(standing=standing, order=order, descending=descending)

        def page(session, wanted=wanted, **turned):
            return listings.licenses(session, wanted, now=stocked.clock.now, **turned)

        expected = sorted_at_once(page)
        assert len(expected) > 3
        assert walked(monkeypatch, page) == (expected, expected)


@pytest.mark.thorough
@pytest.mark.parametrize("search", ["lab", "1", "*example"])
def test_a_search_that_finds_too_much_is_walked_too(stocked, monkeypatch, search):
    for order, product in ((Order.ISSUED, ""), (Order.CUSTOMER, "demo-cad")):
        wanted = Wanted(search, product=product, order=order)

        def page(session, wanted=wanted, **turned):
            return listings.licenses(session, wanted, now=stocked.clock.now, **turned)

        expected = sorted_at_once(page)
        assert len(expected) > 3
        assert walked(monkeypatch, page)[0] == expected


def test_licenses_by_their_seats_are_walked_as_they_are_sorted(stocked, monkeypatch):
    for taken, order in ((Taken.FULL, Order.ISSUED), (Taken.FREE, Order.KEY)):

        def page(session, taken=taken, order=order, **turned):
            wanted = Wanted(taken=taken, order=order)
            return listings.licenses(session, wanted, now=stocked.clock.now, **turned)

        expected = sorted_at_once(page)
        assert len(expected) == 6
        assert walked(monkeypatch, page) == (expected, expected)
    with reading() as session:
        assert ids(listings.licenses(session, Wanted(taken=Taken.UNUSED), now=stocked.clock.now)) == []


@pytest.mark.parametrize("order", Order)
def test_all_numbers_of_a_list_are_those_of_its_pages_in_their_order(stocked, order):
    now = stocked.clock.now
    for wanted in (
        Wanted(order=order),
        Wanted(order=order, descending=False, standing=Standing.ACTIVE),
        Wanted("lab", order=order, taken=Taken.FULL),
        Wanted("*ab-1", order=order, product="demo-cad"),
        Wanted("b-1", order=order),
        Wanted("zz", order=order),
        Wanted(order=order, ends_by=now.date() + timedelta(days=99)),
    ):

        def page(session, wanted=wanted, **turned):
            return listings.licenses(session, wanted, now=now, **turned)

        with reading() as session:
            assert list(listings.numbers(session, wanted, now=now, most=50)) == sorted_at_once(page)
    with reading() as session:
        assert len(listings.numbers(session, Wanted(), now=now, most=5)) == 6


def test_the_latest_event_of_each_license_is_told(stocked):
    later = stocked.clock.now + timedelta(days=1)
    with transaction() as session:
        for number, at in ((3, stocked.clock.now), (3, later), (4, stocked.clock.now)):
            license, by = session.get_one(License, number), By(Channel.PORTAL, "ada")
            audit.record(session, event=Event.LICENSE_EDITED, by=by, license=license, now=at)
    with reading() as session:
        shown = listings.licenses(session, Wanted(), now=stocked.clock.now).rows
        assert listings.latest_events(session, shown) == {3: later, 4: stocked.clock.now}


def test_computers_customers_and_the_audit_are_walked_as_they_are_sorted(stocked, monkeypatch):
    today = date(2026, 11, 24)
    pages = [
        lambda session, **turned: computers.computers(session, computers.Wanted("lab"), **turned),
        *(
            lambda session, state=state, **turned: computers.computers(
                session, computers.Wanted("", state), **turned
            )
            for state in (State.ACTIVE,)
        ),
        *(
            lambda session, wanted=wanted, **turned: listing.customers(
                session, wanted, now=stocked.clock.now, **turned
            )
            for wanted in (
                listing.Wanted(),
                listing.Wanted("*example", descending=True),
                *(listing.Wanted(order=order, descending=True) for order in WALKED),
                listing.Wanted(order=listing.Order.NAME),
            )
        ),
        *(
            lambda session, wanted=wanted, **turned: listings.audit_events(session, wanted, **turned)
            for wanted in (
                AuditWanted(),
                AuditWanted(event="license_issued"),
                AuditWanted(who="ad", until=today),
                AuditWanted(since=today),
            )
        ),
    ]
    for page in pages:
        expected = sorted_at_once(page)
        assert len(expected) > 3
        assert walked(monkeypatch, page) == (expected, expected)


def test_a_long_list_says_how_many_rows_it_has_at_least(stocked, monkeypatch):
    monkeypatch.setattr(lists, "MOST", 3)
    with reading() as session:

        def page(**wanted) -> Page:
            return listings.licenses(session, Wanted(**wanted), now=stocked.clock.now, size=SIZE)

        assert (page().total, page().more) == (3, True)
        assert (page(standing=Standing.SUSPENDED).total, page(standing=Standing.SUSPENDED).more) == (2, False)
        # Of two filters that each find too much: as many as both let through of the first that one finds.
        both = listings.licenses(
            session, Wanted(product="demo-cad", standing=Standing.ACTIVE), now=stocked.clock.now, size=1
        )
        assert (len(both.rows), both.total, both.more) == (1, 2, True)


def test_a_page_that_finds_too_little_ends_early_and_the_next_one_goes_on(stocked, monkeypatch):
    monkeypatch.setattr(lists, "MOST", 3)
    monkeypatch.setattr(walks, "LOOKED_AT", 4)
    with reading() as session:
        found, beside, pages = [], None, 0
        while True:
            wanted = AuditWanted(event="released_proven")
            page = listings.audit_events(session, wanted, size=SIZE, beside=beside)
            found, pages = found + ids(page), pages + 1
            if not page.has_next:
                break
            assert page.ends_early or len(page.rows) == SIZE
            beside = page.following
    assert len(found) == 12
    assert pages > 3


@pytest.mark.parametrize("descending", [False, True])
def test_the_first_page_of_many_rows_is_walked_to_where_that_fills_it(stocked, monkeypatch, descending):
    wanted = listing.Wanted(product="demo-cad", order=listing.Order.EMAIL, descending=descending)
    with reading() as session:

        def page(number: int) -> Page:
            return listing.customers(session, wanted, now=stocked.clock.now, number=number, size=SIZE)

        sorted_pages = [page(number) for number in (1, 2)]
        monkeypatch.setattr(lists, "WORTH_WALKING", 1)
        assert ids(page(1)) == ids(sorted_pages[0])
        assert (page(1).total, page(1).number, page(1).more) == (sorted_pages[0].total, 1, False)
        assert ids(page(2)) == ids(sorted_pages[1])
        # Where a walk does not fill it, all are sorted.
        whole = listing.customers(session, wanted, now=stocked.clock.now, size=99)
        assert (ids(whole)[:SIZE], len(whole.rows)) == (ids(sorted_pages[0]), sorted_pages[0].total)


def test_a_row_that_is_gone_leads_to_the_first_page(stocked, monkeypatch):
    monkeypatch.setattr(lists, "MOST", 3)
    with reading() as session:
        wanted, now = listing.Wanted(), stocked.clock.now
        first = listing.customers(session, wanted, now=now, size=SIZE)
        assert ids(listing.customers(session, wanted, now=now, size=SIZE, beside=Beside(9999))) == ids(first)


def test_what_begins_with_a_text_comes_alone_and_what_holds_it_is_asked_for(vendor):
    for email in ("ada@example.com", "grada@example.com"):
        vendor.issue(customer=email)
    with reading() as session:

        def found(search: str) -> tuple[list[str], bool]:
            page = listing.customers(session, listing.Wanted(search), now=vendor.clock.now)
            return [one.customer.email for one in page.rows], page.beginnings

        assert found("ADA") == (["ada@example.com"], True)
        assert found("*ADA") == (["ada@example.com", "grada@example.com"], False)
        assert found("rada") == (["grada@example.com"], False)
        assert found("*") == (["ada@example.com", "grada@example.com"], False)
        assert found("a") == (["ada@example.com"], False)
        assert found("nobody") == ([], False)


@pytest.mark.parametrize("order", [Order.ISSUED, Order.SEATS, Order.EXPIRY])
def test_what_a_walk_would_not_meet_is_found_by_the_index_of_its_filter(stocked, monkeypatch, order):
    def page(session, **turned):
        wanted = Wanted(standing=Standing.EXPIRED, order=order, descending=False)
        return listings.licenses(session, wanted, now=stocked.clock.now, **turned)

    expected = sorted_at_once(page)
    monkeypatch.setattr(walks, "LOOKED_AT", 1)
    with monkeypatch.context() as patch, reading() as session:
        patch.setattr(lists, "MOST", 3)
        first = page(session, size=SIZE)
        assert ids(first) == expected[:SIZE]
        second = page(session, size=SIZE, number=2, beside=first.following)
        assert ids(second) == expected[SIZE : 2 * SIZE]
