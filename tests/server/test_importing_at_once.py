"""Two files that are imported at the same moment, with the same customers and keys in them."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import event, select

from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.server.core.audit import By
from keyferry.server.core.customers import records
from keyferry.server.core.customers.contacts import find_or_add_customer
from keyferry.server.core.events import Channel
from keyferry.server.core.models import CsvImport, Customer, License, Role
from keyferry.server.db import db, reading, transaction
from keyferry.server.services import importing
from tests.audit_log import events
from tests.server.test_at_the_same_moment import waits_for_a_lock

pytestmark = pytest.mark.engines("sqlite", "postgresql")

MANAGER = By(Channel.PORTAL, "grace", role=Role.MANAGER)
ROWS, SHARED = 240, 160
HEAD = "email,name,product,activation_key"


def files() -> tuple[str, str]:
    """Two files with many customers and keys in common, one of them from its end."""
    keys = [ActivationKey.generate(os.urandom(ENTROPY_BYTES)).text for _ in range(2 * ROWS - SHARED)]
    rows = [f"c{place:03}@example.com,Customer {place},demo-cad,{key}" for place, key in enumerate(keys)]
    return "\n".join([HEAD, *rows[:ROWS]]), "\n".join([HEAD, *rows[: -ROWS - 1 : -1]])


@pytest.fixture(autouse=True)
def long_chunks(monkeypatch):
    """Have each transaction import many rows: then two of them could wait for each other."""
    monkeypatch.setattr(importing, "CHUNK_SECONDS", 0.4)


def at_once(vendor, numbers: list[int]) -> None:
    """Go on with imports until each is done, all of them at the same moment."""
    begin = Barrier(len(numbers))

    def work(number: int) -> None:
        with vendor.app.app_context():
            begin.wait(30)
            while not importing.go_on(number, by=MANAGER).is_done:
                pass

    with ThreadPoolExecutor(len(numbers)) as pool:
        for done in [pool.submit(work, number) for number in numbers]:
            done.result(60)


def look(content: str) -> int:
    return importing.look(content.encode(), "old.csv", "", by=MANAGER)


def test_of_what_two_files_have_in_common_nothing_comes_twice_and_nothing_is_lost(vendor):
    numbers = [look(content) for content in files()]
    at_once(vendor, numbers)
    every = 2 * ROWS - SHARED
    with reading() as session:
        licenses, customers = session.scalars(select(License)).all(), session.scalars(select(Customer)).all()
        first, second = (session.get_one(CsvImport, number) for number in numbers)
        assert {one.customer.email for one in licenses} == {one.email for one in customers}
    assert len(licenses) == len({one.activation_key for one in licenses}) == every
    assert Counter(one.name for one in customers) == {f"Customer {place}": 1 for place in range(every)}
    # Each says what it made itself, and of what the other had made that it is there already.
    assert first.licenses + second.licenses == first.customers + second.customers == every
    assert first.refused + second.refused == SHARED
    assert (first.done, second.done) == (ROWS, ROWS)
    assert len(events("license_issued")) == every
    assert events("customer_edited") == events("import_refused") == []


def test_customers_whom_two_files_have_in_common_are_added_and_counted_once(vendor):
    numbers = [look("\n".join(line.rpartition(",")[0] for line in one.splitlines())) for one in files()]
    at_once(vendor, numbers)
    with reading() as session:
        held = Counter(one.customer.email for one in session.scalars(select(License)))
        emails = session.scalars(select(Customer.email)).all()
        first, second = (session.get_one(CsvImport, number) for number in numbers)
    every = 2 * ROWS - SHARED
    assert len(emails) == len(set(emails)) == first.customers + second.customers == every
    assert sorted(held.values()) == [1] * (every - SHARED) + [2] * SHARED
    assert (first.licenses, second.licenses, first.refused, second.refused) == (ROWS, ROWS, 0, 0)
    assert events("import_refused") == []


def test_one_file_that_two_go_on_with_is_imported_once(vendor):
    content, _ = files()
    number = look(content)
    at_once(vendor, [number, number, number])
    with reading() as session:
        found = session.get_one(CsvImport, number)
        licenses = session.scalars(select(License)).all()
    assert len(licenses) == found.licenses == found.customers == found.done == ROWS
    assert found.refused == 0
    assert [len(events(name)) for name in ("import_begun", "import_ended", "license_issued")] == [1, 1, ROWS]


@pytest.mark.engines("postgresql")
def test_who_gets_a_license_while_they_are_imported_is_not_counted_as_new(vendor):
    number = look(f"{HEAD}\nada@example.com,Ada,demo-cad,\n")
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            find_or_add_customer(session, "ada@example.com", now=vendor.clock.now)
            session.flush()
            coming = pool.submit(at_once, vendor, [number])
            waits_for_a_lock()
        coming.result(60)
    with reading() as session:
        found, [ada] = session.get_one(CsvImport, number), session.scalars(select(Customer))
    assert (found.licenses, found.customers, ada.name) == (1, 0, "Ada")
    # What was not known of a customer who was there is written down.
    assert [one.detail for one in events("customer_edited")] == [{"customer": ada.id, "changed": ["name"]}]


@pytest.mark.engines("postgresql")
def test_customers_who_are_merged_while_they_are_imported_stop_neither(vendor):
    app, now = vendor.app, vendor.clock.now
    with transaction() as session:
        # The one whose address comes last has the lower number.
        for email in ("zoe@example.com", "ada@example.com"):
            find_or_add_customer(session, email, now=now)
            session.flush()
        zoe = session.scalars(select(Customer.id).where(Customer.email == "zoe@example.com")).one()
    number = look(f"{HEAD}\nada@example.com,Ada,demo-cad,\nzoe@example.com,Zoe,demo-cad,\n")
    merging: list[Future[None]] = []

    def merge() -> None:
        with app.app_context(), transaction() as session:
            pair = records.lock_pair(session, zoe, "ada@example.com")
            records.merge(session, *pair, by=MANAGER, now=now)

    def begin_merging(_connection, _cursor, statement: str, *_) -> None:
        if "FOR KEY SHARE" in statement and not merging:
            merging.append(pool.submit(merge))
            waits_for_a_lock()

    event.listen(db.engine, "after_cursor_execute", begin_merging)
    try:
        with ThreadPoolExecutor(1) as pool:
            at_once(vendor, [number])
            merging[0].result(60)
    finally:
        event.remove(db.engine, "after_cursor_execute", begin_merging)
    with reading() as session:
        [left] = session.scalars(select(Customer))
        held = session.scalars(select(License.customer_id)).all()
    assert (left.email, held) == ("ada@example.com", [left.id, left.id])
    assert events("import_refused") == []
