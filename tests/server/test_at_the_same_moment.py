"""What two people do to the same customers and licenses at the same moment, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import select, text

from keyferry.server.core import properties
from keyferry.server.core.audit import By
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.customers import records
from keyferry.server.core.customers.contacts import find_or_add_customer
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activation, batches, products
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import Customer, Role, ServerProperty
from keyferry.server.db import db, one_at_a_time, reading, transaction
from keyferry.server.services import settings as changes_of_settings
from tests.audit_log import events
from tests.conftest import STAFF
from tests.faces.test_portal_branding import LOGO
from tests.refusals import refused

pytestmark = pytest.mark.engines("postgresql")


ADMINISTRATOR = By(Channel.PORTAL, "ada", role=Role.ADMINISTRATOR)
FORM = "0123456789abcdefghij_-"
WANTED = batches.Wanted("demo-cad", 1, Terms(), count=3)
ADA, GRACE = "ada@example.com", "grace@example.com"


@pytest.fixture
def customers(app, clock) -> dict[str, int]:
    with transaction() as session:
        found = [find_or_add_customer(session, email, now=clock.now) for email in (ADA, GRACE)]
        for customer in found:
            customer.notes = f"about {customer.email.partition('@')[0]}"
        session.flush()
        return {customer.email: customer.id for customer in found}


def waits_for_a_lock(count: int = 1) -> None:
    """Return once so many connections wait for a lock that another one holds."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert any(connection.scalar(waiting) == count for _ in range(10_000)), "nobody waits"


def while_held(app, first, second):
    """Have `second` begin while `first` holds what it locked; returns what `second` returned."""
    holds, may_end = Event(), Event()

    def hold() -> None:
        with app.app_context(), transaction() as session:
            first(session)
            session.flush()
            holds.set()
            assert may_end.wait(30)

    def come() -> object:
        with app.app_context(), transaction() as session:
            return second(session)

    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(hold)
        assert holds.wait(30)
        coming = pool.submit(come)
        waits_for_a_lock()
        may_end.set()
        holding.result(30)
        return coming.result(30)


def merge(customers: dict[str, int], gone: str, into: str, clock):
    def operation(session) -> None:
        pair = records.lock_pair(session, customers[gone], into)
        records.merge(session, *pair, by=STAFF, now=clock.now)

    return operation


def test_of_two_opposite_merges_the_later_finds_its_customer_gone(app, clock, customers):
    with refused("unknown_customer"):
        while_held(app, merge(customers, ADA, GRACE, clock), merge(customers, GRACE, ADA, clock))
    with reading() as session:
        assert session.scalars(select(Customer.email)).all() == [GRACE]


def test_a_merge_waits_for_an_edit_and_loses_none_of_it(app, clock, customers):
    def edit(session) -> None:
        grace = records.with_id(session, customers[GRACE], lock=True)
        new = {"email": GRACE, "name": "Grace", "notes": "new"}
        records.edit(session, grace, **new, by=STAFF, now=clock.now)

    while_held(app, edit, merge(customers, ADA, GRACE, clock))
    with reading() as session:
        [left] = session.scalars(select(Customer))
        assert (left.name, left.notes) == ("Grace", "new\nabout ada")


def test_who_is_deleted_while_a_license_is_given_to_them_is_added_anew(app, clock, customers):
    def delete(session) -> None:
        ada = records.with_id(session, customers[ADA], lock=True)
        records.delete(session, ada, by=STAFF, now=clock.now)

    def give(session) -> int:
        holder = find_or_add_customer(session, ADA, now=clock.now)
        session.flush()
        return holder.id

    assert while_held(app, delete, give) not in customers.values()


def test_a_form_that_comes_twice_at_once_is_one_batch(app, clock, vendor):
    def begin(session) -> tuple[int, bool]:
        product = products.find_product(session, "demo-cad")
        batch, is_new = batches.ask(session, FORM, product, WANTED, by=STAFF, now=clock.now)
        return batch.id, is_new

    first: list[tuple[int, bool]] = []
    number, is_new = while_held(app, lambda session: first.append(begin(session)), begin)
    assert first == [(number, True)]
    assert not is_new


def test_a_request_that_waited_for_the_license_sees_the_seat_that_was_taken_meanwhile(app, vendor):
    key = vendor.issue(seats=2)
    machine = vendor.machine(key)

    def activate(session) -> activation.Outcome:
        known = {"keyring": vendor.keyring, "by": STAFF, "now": vendor.clock.now}
        return activation.activate(session, machine.scanned, **known).outcome

    assert while_held(app, activate, activate) is activation.Outcome.SAME_SEAT
    assert vendor.seats_used(key) == 1


def test_two_who_set_the_same_for_the_first_time_are_both_answered_and_the_later_counts(app):
    holds, may_end = Event(), Event()

    def hold(_row: ServerProperty) -> None:
        holds.set()
        assert may_end.wait(30)

    def put(value: str, show: Callable[[ServerProperty], None]) -> None:
        with app.app_context():
            changes_of_settings.set_property(
                "options/maxActivationsPerSystem", value, by=ADMINISTRATOR, show=show
            )

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(put, "3", hold)
        assert holds.wait(30)
        second = pool.submit(put, "4", lambda _row: None)
        waits_for_a_lock()
        may_end.set()
        first.result(30)
        second.result(30)
    with reading() as session:
        assert properties.read(session)["options/maxActivationsPerSystem"] == 4


SETTINGS = {
    "a property": lambda: changes_of_settings.set_property(
        "branding/supportPhone", "+1 555 0100", by=ADMINISTRATOR, show=lambda _row: True
    ),
    "a group": lambda: changes_of_settings.set_properties(
        {"branding/supportPhone": "+1 555 0100"}, version="", by=ADMINISTRATOR
    ),
    "the brand": lambda: changes_of_settings.set_branding(
        {"name": "Example"}, {}, Brand(), version="", by=ADMINISTRATOR
    ),
    "the logo": lambda: changes_of_settings.set_branding(
        {}, {}, Brand(), version="", by=ADMINISTRATOR, logo=LOGO
    ),
    "an email": lambda: changes_of_settings.set_mail(
        "release_link", "en", "Your link", "{link}", version="", by=ADMINISTRATOR
    ),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_two_who_save_the_same_settings_at_once_are_both_answered_and_one_changes_them(app, what):
    def save() -> object:
        with app.app_context():
            return SETTINGS[what]()

    with ThreadPoolExecutor(2) as pool:
        with transaction() as session:
            one_at_a_time(session, "settings")
            saved = [pool.submit(save) for _ in range(2)]
            waits_for_a_lock(2)
        changed = [one.result(30) for one in saved]
    if what != "a property":
        assert sorted(map(int, changed)) == [0, 1]
    assert len(events("property_set", "branding_set", "mail_template_set")) == 1
