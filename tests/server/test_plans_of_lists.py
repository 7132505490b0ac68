"""No list, sort, filter or search by a beginning goes through a whole table, however large it becomes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from keyferry.server.core import lists, walks
from keyferry.server.core.customers import data, listing, records
from keyferry.server.core.licensing import computers, figures, licenses, listings, search, story
from keyferry.server.core.licensing.computers import State
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.listings import AuditWanted, Order, Taken, Wanted
from keyferry.server.core.mail import delivery
from keyferry.server.core.mail import listing as mail
from keyferry.server.core.models import Activation, Customer, OutboxMail
from keyferry.server.core.pages import Beside
from keyferry.server.db import db, reading, transaction
from tests.core.test_long_lists import WALKED, stocked
from tests.server.plans import planned, watched, whole_tables

__all__ = ["stocked"]
pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture(params=[1, 10_000])
def many(stocked, monkeypatch, request):
    """The same rows as a list that is too long to be sorted, and as one that is not."""
    monkeypatch.setattr(lists, "MOST", request.param)
    return stocked


@pytest.mark.thorough
@pytest.mark.parametrize("order", Order)
def test_licenses_are_listed_by_an_index_in_every_order_and_standing(many, order):
    with reading() as session, watched() as asked:
        for standing in (None, *Standing):
            for descending in (True, False):
                wanted = Wanted(standing=standing, order=order, descending=descending)
                for beside in (None, Beside(5), Beside(5, back=True)):
                    listings.licenses(session, wanted, now=many.clock.now, size=2, beside=beside)
        listings.licenses(session, Wanted(product="demo-cad", order=order), now=many.clock.now, size=2)
        listings.licenses(session, Wanted(ends_by=date(2027, 1, 1), order=order), now=many.clock.now)
        for taken in Taken:
            found = listings.licenses(session, Wanted(taken=taken, order=order), now=many.clock.now, size=2)
            listings.latest_events(session, found.rows)
    assert whole_tables(asked) == []


@pytest.mark.thorough
def test_beginnings_are_found_by_an_index(many):
    with reading() as session, watched() as asked:
        for search in ("1B", "a1@", "lab", "10000-000"):
            for order in (Order.ISSUED, Order.CUSTOMER):
                assert listings.licenses(
                    session, Wanted(search, order=order), now=many.clock.now, size=2
                ).rows
        for search in ("lab", "10000-000"):
            assert computers.computers(session, computers.Wanted(search), size=2).rows
        assert listing.customers(session, listing.Wanted("b"), now=many.clock.now, size=2).rows
    assert whole_tables(asked) == []


@pytest.mark.engines("sqlite")
def test_an_id_that_begins_with_a_few_symbols_is_found_in_its_index_alone(stocked):
    """The other epochs have as many: looking at each of those would take longer than all the rest."""
    with reading() as session, watched() as asked:
        assert session.scalars(select(Activation.license_id).where(search.begins_id("100000001"))).all() == [
            1
        ]
        assert session.scalars(select(Activation.license_id).where(search.begins_id("20"))).all() == []
    assert len(asked) == 2
    assert all("COVERING INDEX ix_activation_machine" in steps for steps in planned(asked).values())


@pytest.mark.parametrize("order", Order)
def test_licenses_on_hold_are_counted_by_the_index_that_has_these_alone(many, order):
    """An index of all licenses would be read whole to find them."""
    with reading() as session, watched() as asked:
        wanted = Wanted(standing=Standing.SUSPENDED, order=order)
        assert listings.licenses(session, wanted, now=many.clock.now, size=1).rows
    found = [one for one in asked if "license.status = 'suspended'" in one[0]]
    assert found
    assert all("ix_license_suspended" in steps for steps in planned(found).values())


@pytest.mark.parametrize(("order", "column"), [(Order.EXPIRY, "last_day"), (Order.SEATS, "seats")])
@pytest.mark.parametrize("descending", [False, True])
def test_many_licenses_on_hold_are_walked_where_these_alone_are_sorted(
    stocked, order, column, descending, monkeypatch
):
    monkeypatch.setattr(lists, "MOST", 0)
    wanted = Wanted(standing=Standing.SUSPENDED, order=order, descending=descending)
    with reading() as session, watched() as asked:
        assert listings.licenses(session, wanted, now=stocked.clock.now, size=1).rows
    plans = planned([one for one in asked if f"ORDER BY license.{column}" in one[0]])
    assert plans
    assert all(f"ix_license_suspended_{column}" in steps for steps in plans.values())


def test_computers_customers_the_audit_and_the_outbox_are_listed_by_an_index(many):
    with reading() as session, watched() as asked:
        for state in (None, *State):
            computers.computers(session, computers.Wanted("", state), size=2)
        for own in (
            computers.Wanted(license=3),
            computers.Wanted(license=3, is_over=True),
            computers.Wanted(customer=1),
            computers.Wanted(since=many.clock.now - timedelta(days=7)),
            computers.Wanted(forced=True),
            computers.Wanted(product="demo-cad", channel="phone"),
        ):
            computers.computers(session, own, size=2)
            computers.before(session, own, 9, 2)
        computers.counts(session)
        story.of(
            session, licenses.with_id(session, 3), listings.audit_events(session, AuditWanted(license_id=3))
        )
        for order in WALKED:
            for view in (None, *listing.View):
                of_view = listing.Wanted(view=view, order=order)
                for beside in (None, Beside(2), Beside(2, back=True)):
                    listing.customers(session, of_view, now=many.clock.now, size=2, beside=beside)
        listing.counts(session, many.clock.now)
        listing.in_pieces(session, listing.Wanted("b"), now=many.clock.now, after=0, size=2)
        for wanted in (
            AuditWanted(),
            AuditWanted(refused=True),
            AuditWanted(license_id=3),
            AuditWanted(event="license_issued", who="ada", channel="portal"),
            AuditWanted(kind="settings", address="192.0.2.7"),
            AuditWanted(since=date(2026, 1, 1), until=date(2026, 12, 31), event="license_issued"),
        ):
            listings.audit_events(session, wanted, size=2)
        for state in mail.State:
            for beside in (None, Beside(2), Beside(2, back=True)):
                mail.mails(session, mail.Wanted("", state), now=many.clock.now, size=2, beside=beside)
        delivery.late(session, many.clock.now)
        figures.ending_next(session, many.clock.now, most=3)
    assert whole_tables(asked) == []


@pytest.mark.thorough
@pytest.mark.parametrize("order", listing.Order)
def test_customers_are_listed_by_an_index_through_every_filter(many, order):
    now = many.clock.now
    product, ends = {"product": "demo-cad"}, {"ends_by": date(2027, 1, 1)}
    since = {"active_since": now - timedelta(days=1)}
    with reading() as session, watched() as asked:
        for filters in (product, ends, since, product | ends, product | ends | since):
            wanted = listing.Wanted(order=order, **filters)
            for beside in (None, Beside(2), Beside(2, back=True)):
                listing.customers(session, wanted, now=now, size=2, beside=beside)
            listing.in_pieces(session, wanted, now=now, after=0, size=2)
    assert whole_tables(asked) == []


@pytest.mark.engines("sqlite")
def test_a_list_that_is_too_long_to_be_sorted_is_walked_in_an_order_that_an_index_has(stocked, monkeypatch):
    """SQLite sorts all that it finds where it prefers another index, as it did with licenses on hold."""
    monkeypatch.setattr(lists, "MOST", 1)
    with reading() as session, watched() as asked:
        for order in Order:
            for standing in (None, *Standing):
                wanted = Wanted(standing=standing, order=order)
                listings.licenses(session, wanted, now=stocked.clock.now, size=2)
    walked = [one for one in asked if one[0].startswith("SELECT license")]
    assert len(walked) > len(Order) * len(Standing)
    assert [steps for steps in planned(walked).values() if "TEMP B-TREE" in steps] == []


@pytest.mark.engines("sqlite")
def test_what_is_anywhere_in_a_text_is_looked_for_in_indexes_and_not_in_rows(stocked):
    with reading() as session, watched() as asked:
        listings.licenses(session, Wanted("*AB-1"), now=stocked.clock.now)
        computers.computers(session, computers.Wanted("*AB-1"))
        plans = [
            row[3]
            for statement, values in asked
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    scans = [step for step in plans if step.startswith(("SCAN license", "SCAN activation"))]
    assert len(scans) > 4
    assert all("COVERING INDEX" in step for step in scans)


@pytest.mark.thorough
def test_a_customer_is_shown_by_an_index(stocked):
    now = stocked.clock.now
    with transaction() as session:
        session.add_all(
            OutboxMail(
                created_at=now,
                due_at=now,
                template="license_keys",
                recipient=f"a{number}@example.com",
                license_id=number,
                channel="portal",
            )
            for number in range(1, 13)
        )
    with reading() as session, watched() as asked:
        customer = records.with_id(session, 1)
        for read in (records.licenses_of, records.mails_of, records.extent):
            read(session, customer)
        computers.live_of_customer(session, customer, most=2)
        whose = data.whose(customer)
        for section in data.SECTIONS:
            for read_piece in section.ways:
                read_piece(session, whose, None)
    assert whole_tables(asked) == []


def test_whether_email_to_a_customer_failed_is_found_by_their_address(stocked, monkeypatch):
    """Else each customer of a walk would be compared with every email that failed: for minutes."""
    monkeypatch.setattr(lists, "MOST", 0)
    now = stocked.clock.now
    with transaction() as session:
        session.add(failed_mail("a1@example.com", now))
    with reading() as session, watched() as asked:
        for order in WALKED:
            wanted = listing.Wanted(view=listing.View.EMAIL_FAILED, order=order)
            assert len(listing.customers(session, wanted, now=now, size=2).rows) == 1
    walks = {one: plan for one, plan in planned(asked).items() if "EXISTS" in one}
    assert len(walks) >= len(WALKED)
    assert all("ix_outbox_mail_recipient" in plan for plan in walks.values())


def test_who_has_no_free_seat_is_found_by_the_licenses_of_each_customer(stocked, monkeypatch):
    monkeypatch.setattr(lists, "MOST", 0)
    with reading() as session, watched() as asked:
        for order in WALKED:
            for beside in (None, Beside(2), Beside(2, back=True)):
                wanted = listing.Wanted(view=listing.View.FULL, order=order)
                listing.customers(session, wanted, now=stocked.clock.now, size=2, beside=beside)
    walks = {one: plan for one, plan in planned(asked).items() if "EXISTS" in one}
    assert len(walks) >= len(WALKED)
    assert all("ix_license_customer" in plan for plan in walks.values())
    assert whole_tables(asked) == []


@pytest.mark.engines("sqlite")
def test_few_emails_that_failed_lead_to_their_customers_wherever_a_page_begins(stocked, monkeypatch):
    """A walk that meets none of them is given up; looking for mail to each customer took seconds then."""
    monkeypatch.setattr(lists, "MOST", 0)
    monkeypatch.setattr(walks, "LOOKED_AT", 1)
    now = stocked.clock.now
    with transaction() as session:
        session.add_all(Customer(email=f"d{number}@example.com", created_at=now) for number in range(30))
        session.add(failed_mail("d29@example.com", now))
    wanted = listing.Wanted(view=listing.View.EMAIL_FAILED, order=listing.Order.ADDED)
    with reading() as session, watched() as asked:
        assert len(listing.customers(session, wanted, now=now, size=1, beside=Beside(2)).rows) == 1
        plans = [
            session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            for statement, values in asked
            if "JOIN outbox_mail" in statement
        ]
    for plan in plans:
        steps = [row[3] for row in plan if row[3].startswith("SEARCH")]
        assert "ix_outbox_mail_kept_until" in steps[0]
    assert len(plans) > 1


def failed_mail(recipient: str, now: datetime) -> OutboxMail:
    return OutboxMail(
        created_at=now,
        due_at=now,
        template="license_keys",
        recipient=recipient,
        channel="portal",
        kept_until=now + timedelta(days=30),
    )


def test_a_watched_scan_is_found(stocked):
    with db.engine.connect() as connection, watched() as asked:
        connection.execute(text("SELECT count(*) FROM license WHERE notes = 'a'")).all()
        connection.execute(text("SELECT id FROM license ORDER BY notes LIMIT 1")).all()
    assert len(whole_tables(asked)) == 2
