from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from keyferry.server.core import lists
from keyferry.server.core.customers import listing, records
from keyferry.server.core.customers.contacts import find_or_add_customer
from keyferry.server.core.customers.listing import Held
from keyferry.server.core.errors import Conflict, Malformed, NotFound
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.models import Activation, AuditEvent, Customer, License, OutboxMail
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.conftest import STAFF
from tests.refusals import refused

EMAIL = "ada@example.com"


@pytest.fixture
def ada(vendor) -> int:
    """A customer with a license of two seats, one of them in use, and a mail about it."""
    key = vendor.issue(seats=2, customer=EMAIL)
    done = vendor.activate(vendor.machine(key, "ADAS-LAPTOP"))
    with transaction() as session:
        license = licenses.find(session, key)
        license.notes = "Ada called"
        session.get(Activation, done.activation.id).notes = "Ada's"
        license.customer.name, license.customer.notes = "Ada Lovelace", "likes mathematics"
        return license.customer.id


def post_mail(vendor, recipient: str, *, license_id: int | None = None) -> int:
    with transaction() as session:
        mail = mails.license_keys(recipient, held=[])
        license = session.get(License, license_id) if license_id else None
        now = vendor.clock.now
        return outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=now, license=license).id


def edit(vendor, number: int, **changes: str) -> None:
    with transaction() as session:
        customer = records.with_id(session, number, lock=True)
        wanted = {"email": customer.email, "name": customer.name or "", "notes": customer.notes or ""}
        records.edit(session, customer, **(wanted | changes), by=STAFF, now=vendor.clock.now)


def merge(vendor, number: int, email: str) -> int:
    with transaction() as session:
        pair = records.lock_pair(session, number, email)
        return records.merge(session, *pair, by=STAFF, now=vendor.clock.now)


def hand_over(vendor, to: str | None) -> None:
    """Give Ada's license to another customer."""
    with transaction() as session:
        license = licenses.with_id(session, 1)
        content = replace(license_changes.content_of(license), customer=to)
        license_changes.edit(session, license, content, by=STAFF, now=vendor.clock.now)


def delete(vendor, number: int) -> None:
    with transaction() as session:
        customer = records.with_id(session, number, lock=True)
        records.delete(session, customer, by=STAFF, now=vendor.clock.now)


def customer(number: int) -> Customer | None:
    with reading() as session:
        return session.get(Customer, number)


def everything() -> str:
    """All that the database says in clear."""
    with reading() as session:
        tables = (Activation, AuditEvent, Customer, License, OutboxMail)
        rows = [row for table in tables for row in session.execute(select(table.__table__)).all()]
    return repr(rows)


def test_customers_are_found_by_any_part_and_listed_with_what_they_hold(vendor, ada):
    vendor.issue(seats=3, customer=EMAIL)
    vendor.issue(customer="grace@example.com")
    with transaction() as session:
        find_or_add_customer(session, "nobody@example.com", now=vendor.clock.now)
    now = vendor.clock.now
    with reading() as session:

        def found(search: str) -> list[tuple[str, Held]]:
            page = listing.customers(session, listing.Wanted(search), now=vendor.clock.now)
            assert page.total == len(page.rows)
            return [(one.customer.email, one.held) for one in page.rows]

        assert found("") == [
            (EMAIL, Held(2, 5, 1, last_event=now)),
            ("grace@example.com", Held(1, 1, 0, last_event=now)),
            ("nobody@example.com", Held()),
        ]
        assert found("LOVELACE") == found("ada@") == [(EMAIL, Held(2, 5, 1, last_event=now))]
        assert found("%") == found("_") == []
        page = listing.customers(session, listing.Wanted(), now=vendor.clock.now, number=9, size=2)
        assert ([one.customer.email for one in page.rows], page.number) == (["nobody@example.com"], 2)


def test_what_one_customer_holds_is_counted_only_so_far(vendor, ada, monkeypatch):
    for _ in range(2):
        vendor.issue(seats=3, customer=EMAIL)
    monkeypatch.setattr(lists, "MOST", 2)
    with reading() as session:
        [one] = listing.customers(session, listing.Wanted("ada"), now=vendor.clock.now).rows
    # What some of them add up to is not what all do.
    assert one.held == Held(2, more=True)


def test_the_next_end_of_a_customer_is_the_first_that_is_still_to_come(vendor):
    today = vendor.clock.now.date()

    def next_end(*days: int | None) -> date | None:
        email = f"{'-'.join(map(str, days))}@example.com"
        for one in days:
            vendor.issue(customer=email, expires=None if one is None else today + timedelta(days=one))
        with reading() as session:
            wanted, now = listing.Wanted(email), vendor.clock.now + timedelta(days=10)
            [found] = listing.customers(session, wanted, now=now).rows
        return found.held.next_end

    assert next_end(5, 30, 20, None) == today + timedelta(days=20)
    # All of them are over: the latest says since when.
    assert next_end(3, 7) == today + timedelta(days=7)
    assert next_end(3, None) is None


def test_the_mails_of_a_customer_are_those_to_it_and_those_about_its_licenses(vendor, ada):
    numbers = [
        post_mail(vendor, EMAIL),
        post_mail(vendor, "office@example.com", license_id=1),
        post_mail(vendor, "stranger@example.com"),
    ]
    with reading() as session:
        found = records.with_id(session, ada)
        assert [mail.id for mail in records.mails_of(session, found).rows] == numbers[1::-1]
        extent = records.extent(session, found)
    assert (extent.held, extent.mails, extent.waiting) == (Held(1, 2, 1), 2, 2)


def test_address_name_and_notes_can_be_changed_and_the_audit_learns_none_of_them(vendor, ada):
    edit(vendor, ada, email=" Countess@Example.com ", name=" Ada King ", notes=" \n new ")
    changed = customer(ada)
    assert (changed.email, changed.name, changed.notes) == ("countess@example.com", "Ada King", "new")
    event = events()[-1]
    assert event.event == "customer_edited"
    assert event.detail == {"customer": ada, "changed": ["email", "name", "notes"]}
    edit(vendor, ada)
    assert events()[-1].id == event.id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "nobody"}, "malformed_email"),
        ({"name": "n" * 101}, "malformed_customer_name"),
        ({"name": "a\nb"}, "malformed_customer_name"),
        ({"notes": "n" * 2001}, "malformed_notes"),
        ({"email": "GRACE@example.com"}, "customer_exists"),
    ],
)
def test_what_a_customer_cannot_be_is_refused(vendor, ada, changes, code):
    vendor.issue(customer="grace@example.com")
    with refused(code):
        edit(vendor, ada, **changes)
    assert customer(ada).email == EMAIL


def test_an_address_that_was_changed_stays_only_where_a_license_leads_to_it(vendor, ada):
    post_mail(vendor, EMAIL)
    about = post_mail(vendor, EMAIL, license_id=1)
    edit(vendor, ada, email="countess@example.com")
    with reading() as session:
        kept = [mail.id for mail in session.scalars(select(OutboxMail)) if mail.recipient == EMAIL]
    assert kept == [about]
    delete(vendor, ada)
    assert EMAIL not in everything()


@pytest.mark.parametrize("to", ["grace@example.com", None])
def test_no_earlier_address_stays_with_a_license_that_was_handed_over(vendor, ada, to):
    post_mail(vendor, EMAIL, license_id=1)
    edit(vendor, ada, email="countess@example.com")
    post_mail(vendor, "countess@example.com", license_id=1)
    hand_over(vendor, to)
    assert EMAIL not in everything()
    assert "countess@example.com" in everything()
    edit(vendor, ada, email="ada.king@example.com")
    assert "countess@example.com" not in everything()


def test_what_comes_after_a_license_was_handed_over_is_its_new_holders(vendor, ada):
    post_mail(vendor, EMAIL, license_id=1)
    hand_over(vendor, "grace@example.com")
    delete(vendor, ada)
    assert EMAIL not in everything()
    with reading() as session:
        license = licenses.with_id(session, 1)
        assert (license.customer.email, license.notes) == ("grace@example.com", "Ada called")
        # It names the computer that holds the license, whose it is now.
        assert license.activations[0].computer_name == "ADAS-LAPTOP"


def test_a_merge_moves_licenses_name_and_notes_and_forgets_the_address(vendor, ada):
    vendor.issue(customer="countess@example.com")
    post_mail(vendor, EMAIL)
    assert merge(vendor, ada, "Countess@example.com") == 1
    with reading() as session:
        [into] = session.scalars(select(Customer))
        held = [license.customer_id for license in session.scalars(select(License))]
    assert held == [into.id] * 2
    assert (into.email, into.name, into.notes) == (
        "countess@example.com",
        "Ada Lovelace",
        "likes mathematics",
    )
    assert EMAIL not in everything()
    assert events()[-1].detail == {"customer": ada, "into": into.id, "licenses": 1}


def test_a_merge_keeps_the_notes_and_the_name_of_both(vendor, ada):
    vendor.issue(customer="countess@example.com")
    edit(vendor, ada + 1, name="Countess", notes="pays late")
    merge(vendor, ada, "countess@example.com")
    into = customer(ada + 1)
    assert (into.name, into.notes) == ("Countess", "pays late\nlikes mathematics")


@pytest.mark.parametrize(
    ("email", "code"),
    [(EMAIL, "same_customer"), ("x@example.com", "unknown_customer"), ("x", "malformed_email")],
)
def test_a_merge_wants_another_customer_that_is_there(vendor, ada, email, code):
    with refused(code):
        merge(vendor, ada, email)


def test_notes_that_are_too_long_together_stop_a_merge(vendor, ada):
    vendor.issue(customer="countess@example.com")
    edit(vendor, ada, notes="n" * 1500)
    edit(vendor, ada + 1, notes="m" * 1500)
    with refused("malformed_notes", Malformed):
        merge(vendor, ada, "countess@example.com")
    assert customer(ada) is not None


def test_a_deletion_leaves_nothing_that_names_the_person(vendor, ada):
    post_mail(vendor, EMAIL)
    post_mail(vendor, "office@lovelace.example", license_id=1)
    assert EMAIL in everything()
    delete(vendor, ada)
    left = everything()
    for gone in (EMAIL, "Lovelace", "mathematics", "ADAS-LAPTOP", "Ada called", "Ada's", "lovelace.example"):
        assert gone not in left
    assert customer(ada) is None


def test_licenses_go_on_after_a_deletion_and_a_name_comes_back_with_the_next_scan(vendor, ada):
    with reading() as session:
        key = session.scalars(select(License.activation_key)).one()
    machine = vendor.machine(vendor.issue(), "OTHER")
    machine = vendor.machine(type(machine.activation_key).from_text(key), "ADAS-LAPTOP")
    delete(vendor, ada)
    with reading() as session:
        license = licenses.find(session, machine.activation_key)
        assert (license.customer_id, license.notes, license.seats_used) == (None, None, 1)
    # The machine comes with a newer computer ID, and keeps its seat.
    assert vendor.activate(machine).activation.computer_name == "ADAS-LAPTOP"
    assert vendor.seats_used(machine.activation_key) == 1


def test_the_audit_keeps_who_deleted_whom_by_number_only(vendor, ada):
    before = events()[-1].id
    delete(vendor, ada)
    event = events()[-1]
    assert event.id == before + 1
    assert (event.event, event.who, event.channel) == ("customer_deleted", "ada", "command_line")
    assert event.detail == {"customer": ada, "licenses": 1, "mails": 0}


def test_a_mail_that_waits_for_somebody_deleted_is_never_sent(vendor, ada):
    number = post_mail(vendor, EMAIL)
    with transaction() as session:
        taken = outbox.take(session, vendor.clock.now)
    delete(vendor, ada)
    with transaction() as session:
        # A worker that holds it comes too late to write the address down again.
        assert not outbox.delivered(session, taken, vendor.clock.now)
        vendor.clock.pass_days(1)
        assert not outbox.is_due(session, vendor.clock.now)
        row = session.get(OutboxMail, number)
        assert (row.recipient, row.sealed_text, row.delivered_at) == ("", None, None)
        assert "Withdrawn" in row.trouble


def test_a_mail_that_is_kept_for_somebody_deleted_is_wiped_and_never_sent_again(vendor, ada):
    number, now = post_mail(vendor, EMAIL), vendor.clock.now
    with transaction() as session:
        outbox.failed(session, outbox.take(session, now), "refused", now, for_good=True)
    with reading() as session:
        assert records.extent(session, records.with_id(session, ada)).waiting == 1
    delete(vendor, ada)
    with transaction() as session:
        row = session.get(OutboxMail, number)
        assert (row.recipient, row.sealed_text, row.kept_until) == ("", None, None)
        assert outbox.send_all_again(session, by=STAFF, now=now) == 0
        with pytest.raises(Conflict):
            outbox.send_again(session, number, by=STAFF, now=now)


def test_a_customer_that_is_not_there_is_refused(app):
    with reading() as session, refused("unknown_customer", NotFound):
        records.with_id(session, 7)
