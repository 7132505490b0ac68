"""Many licenses are issued in chunks: none is lost, and none issued twice, whatever comes between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import chain

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.audit import By
from keyferry.server.core.customers import records
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import Batch, Customer, License, Role
from keyferry.server.db import reading, transaction
from keyferry.server.services import issuing
from keyferry.server.services.issuing import CHUNK, Progress
from tests.audit_log import events
from tests.conftest import Vendor
from tests.refusals import refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")

ADA, GRACE = "ada@example.com", "grace@example.com"
MARK = "0123456789abcdefghij_-"
MANAGER = By(Channel.PORTAL, "ada", "192.0.2.7", Role.MANAGER)
GRANTS = Terms(expires=date(2030, 12, 31), lease_days=90)
WANTED = Wanted("demo-cad", 2, GRANTS, ("cam",), ADA, "by fax", CHUNK + 200)


def begin(wanted: Wanted = WANTED, mark: str = MARK) -> Progress:
    return issuing.begin(wanted, mark, by=MANAGER)


def one_chunk(number: int) -> Progress:
    return issuing.go_on(number, by=MANAGER, seconds=0)


def to_the_end(batch: Progress) -> Progress:
    while not batch.is_done:
        batch = one_chunk(batch.number)
    return batch


def chunk_until(until: Callable[[], bool], vendor: Vendor, batch: Progress) -> int:
    keys = batches.fresh_keys(CHUNK)
    with transaction() as session:
        held = batches.locked(session, batch.number)
        batches.go_on(session, held, keys, by=MANAGER, now=vendor.clock.now, until=until)
        return held.done


def licenses() -> list[License]:
    with reading() as session:
        return list(session.scalars(select(License).order_by(License.id)))


def customer(email: str) -> Customer | None:
    with reading() as session:
        return session.scalar(select(Customer).where(Customer.email == email))


@pytest.mark.thorough
def test_each_license_of_a_batch_is_as_it_was_asked_for_and_in_the_audit(vendor):
    batch = begin()
    assert (batch.wanted, batch.is_new, batch.is_done) == (WANTED.count, True, False)
    assert 0 < batch.done <= CHUNK
    assert to_the_end(batch).done == WANTED.count
    found, ada = licenses(), customer(ADA)
    assert len({ActivationKey.from_text(one.activation_key).text for one in found}) == WANTED.count
    assert {
        (one.seats, one.seats_used, one.expires_on, one.lease_days, one.features, one.notes, one.status)
        for one in found
    } == {(2, 0, date(2030, 12, 31), 90, 0b10, "by fax", "active")}
    assert {(one.batch_id, one.customer_id, one.product_number) for one in found} == {
        (batch.number, ada.id, 1)
    }
    [begun] = events("issue_begun")
    assert (begun.who, begun.detail) == ("ada", {"batch": batch.number, "licenses": WANTED.count})
    told = [(one.license_id, one.activation_key_ending, one.address) for one in events("license_issued")]
    assert told == [(one.id, one.activation_key[-5:], "192.0.2.7") for one in found]


def test_a_chunk_ends_after_a_few_where_the_time_is_up(vendor):
    batch = begin(replace(WANTED, count=10_000))
    done = chunk_until(lambda: True, vendor, batch)
    assert batch.done < done == len(licenses()) < batch.done + 100


@pytest.mark.parametrize("count", [1, 30])
def test_a_few_are_one_transaction(vendor, count):
    batch = begin(replace(WANTED, count=count))
    assert (batch.done, len(licenses()), len(events("issue_begun"))) == (count, count, count > 1)


def test_the_same_form_goes_on_where_a_crash_ended_it_and_issues_no_more(vendor):
    first = begin()
    again = begin()
    assert (again.number, again.done, again.is_new) == (first.number, first.done, False)
    assert to_the_end(again).done == WANTED.count
    assert (begin().is_done, one_chunk(first.number).done) == (True, WANTED.count)
    assert (len(licenses()), len(events("issue_begun"))) == (WANTED.count, 1)


def test_a_chunk_that_fails_leaves_the_batch_as_it_was(vendor):
    batch = begin()

    def fail() -> bool:
        raise RuntimeError("the server was stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        chunk_until(fail, vendor, batch)
    assert (len(licenses()), len(events("license_issued"))) == (batch.done, batch.done)
    assert to_the_end(begin()).done == len(licenses()) == WANTED.count


def test_several_who_go_on_at_once_issue_together_what_was_wanted(vendor):
    def work(_: int) -> int:
        with vendor.app.app_context():
            return to_the_end(begin()).done

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(work, range(3))) == {WANTED.count}
    assert (len(licenses()), len(events("license_issued"))) == (WANTED.count, WANTED.count)
    assert len(events("issue_begun")) == 1


def test_the_database_itself_refuses_more_than_were_wanted(vendor):
    batch = begin(replace(WANTED, count=3))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Batch).where(Batch.id == batch.number).values(done=4))


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 4},
        {"seats": 3},
        {"terms": Terms(days=30)},
        {"features": ()},
        {"customer": None},
        {"customer": GRACE},
        {"notes": None},
    ],
)
def test_one_mark_stands_for_one_wish(vendor, changes):
    wanted = replace(WANTED, count=3)
    begin(wanted)
    with refused("batch_differs"):
        begin(replace(wanted, **changes))
    assert begin(replace(wanted, customer="ADA@example.com", features=("CAM",))).is_done
    assert len(licenses()) == 3


def test_a_name_is_no_mark_of_a_form(vendor):
    name = batches.mark_of_name(MARK)
    assert begin(mark=name).number != begin().number
    for wrong in ("", "two words", "n" * 41, "é"):
        with refused("malformed_batch_name"):
            batches.mark_of_name(wrong)


def change(vendor, email: str, operation: Callable[..., object]) -> None:
    with transaction() as session:
        found = session.scalars(select(Customer).where(Customer.email == email)).one()
        operation(session, found, by=MANAGER, now=vendor.clock.now)


def test_what_is_left_of_a_batch_follows_its_customer_into_another_one(vendor):
    batch = begin()
    begin(Wanted("demo-cad", 1, Terms(), customer=GRACE), batches.new_form())
    with transaction() as session:
        pair = records.lock_pair(session, customer(ADA).id, GRACE)
        records.merge(session, *pair, by=MANAGER, now=vendor.clock.now)
    to_the_end(batch)
    assert {one.customer_id for one in licenses()} == {customer(GRACE).id}


def test_what_is_left_of_a_batch_forgets_a_customer_who_was_deleted(vendor):
    batch = begin()
    change(vendor, ADA, records.delete)
    to_the_end(batch)
    assert {(one.customer_id, one.notes) for one in licenses()} == {(None, None)}


def test_a_batch_can_be_stopped_and_stays_so(vendor):
    batch = begin()
    assert issuing.stop(batch.number, by=MANAGER)
    assert not issuing.stop(batch.number, by=MANAGER)
    assert (one_chunk(batch.number).done, len(licenses())) == (batch.done, batch.done)
    [stopped] = events("issue_stopped")
    assert stopped.detail == {"batch": batch.number, "licenses": batch.done}


def test_a_batch_whose_day_has_passed_meanwhile_goes_on_no_more(vendor):
    batch = begin()
    vendor.clock.pass_days(2000)
    with refused("expiry_in_the_past"):
        one_chunk(batch.number)
    assert len(licenses()) == batch.done


def test_only_what_somebody_has_to_go_on_with_is_unfinished(vendor):
    batch = begin()
    begin(replace(WANTED, count=3), batches.new_form())
    with reading() as session:
        [found] = batches.unfinished(session)
        assert (found.id, found.customer.email, found.product.name) == (batch.number, ADA, "Demo CAD")
    to_the_end(batch)
    with reading() as session:
        assert batches.unfinished(session) == []


def test_the_table_of_a_batch_comes_in_pieces_and_is_written_down_once(vendor):
    batch = to_the_end(begin(replace(WANTED, count=1001, customer=None)))
    begin(replace(WANTED, count=3), batches.new_form())
    pieces = list(issuing.export(batch.number, by=MANAGER, show=lambda license: license.id))
    assert [len(piece) for piece in pieces] == [1000, 1]
    with reading() as session:
        own = select(License.id).where(License.batch_id == batch.number)
        assert sorted(chain(*pieces)) == sorted(session.scalars(own))
        together = session.scalars(select(func.count()).select_from(License)).one()
    assert together == 1004
    [told] = events("licenses_exported")
    assert told.detail == {"batch": batch.number, "licenses": 1001}


@pytest.mark.parametrize("operation", [one_chunk, lambda number: issuing.stop(number, by=MANAGER)])
def test_a_batch_that_does_not_exist_is_not_gone_on_with(vendor, operation):
    with refused("unknown_batch"):
        operation(7)
