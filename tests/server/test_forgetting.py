"""Network addresses are forgotten after a while, and nothing else of the audit ever changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Integer, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from keyferry.server.core import forgetting, properties
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.models import AddressesForgotten, AuditEvent, OperatorSession, Role
from keyferry.server.core.staff import operators, sessions
from keyferry.server.db import db, reading, transaction
from keyferry.server.mail import worker
from keyferry.server.parts import parts
from tests.audit_log import events
from tests.conftest import STAFF

pytestmark = pytest.mark.engines("sqlite", "postgresql")

PHONE = "192.0.2.7"


def write(clock, count: int = 1, *, days_ago: int = 0, address: str | None = PHONE) -> None:
    row = {
        "at": clock.now - timedelta(days=days_ago),
        "event": "activated_new_seat",
        "channel": "phone",
        "address": address,
    }
    with transaction() as session:
        session.execute(insert(AuditEvent), [row] * count)


def keep_for(days: int, clock) -> None:
    with transaction() as session:
        properties.put(session, properties.FORGET_ADDRESSES, str(days), by=STAFF, now=clock.now)


def work() -> None:
    worker.work(parts(), once=True, say=pytest.fail, sends=False)


def addresses() -> list[str | None]:
    return [event.address for event in events("activated_new_seat")]


def up_to(place: str = "audit_event") -> int:
    with reading() as session:
        return session.get_one(AddressesForgotten, place).up_to


def is_late(clock) -> bool:
    with reading() as session:
        return forgetting.is_late(session, clock.now)


def test_addresses_go_after_ninety_days_and_younger_ones_stay(app, clock):
    for days in (200, 91, 89, 0):
        write(clock, days_ago=days)
    before = [(event.id, event.at, event.event, event.channel) for event in events()]
    work()
    assert addresses() == [None, None, PHONE, PHONE]
    assert [(event.id, event.at, event.event, event.channel) for event in events()] == before
    clock.pass_days(2)
    work()
    assert addresses() == [None, None, None, PHONE]


def test_the_vendor_sets_for_how_long_addresses_are_kept(app, clock):
    write(clock, days_ago=800)
    write(clock, days_ago=8)
    keep_for(0, clock)
    work()
    assert (addresses(), up_to(), is_late(clock)) == ([PHONE, PHONE], 0, False)
    keep_for(1000, clock)
    work()
    assert addresses() == [PHONE, PHONE]
    keep_for(7, clock)
    work()
    assert addresses() == [None, None]


def test_they_are_forgotten_in_chunks_each_of_which_is_a_transaction(app, clock):
    size = forgetting.AT_ONCE
    write(clock, size + 3, days_ago=100)
    write(clock, days_ago=80)
    for forgotten, goes_on in ((size, True), (size + 3, False), (size + 3, False)):
        with transaction() as session:
            assert forgetting.forget(session, clock.now) is goes_on
        assert addresses() == [None] * forgotten + [PHONE] * (size + 4 - forgotten)
        assert up_to() == forgotten


def test_a_clock_that_was_ahead_for_a_while_keeps_no_address_for_years(app, clock):
    for days in (100, -2000, 99, 0):
        write(clock, days_ago=days)
    work()
    assert addresses() == [None, None, None, PHONE]


def test_addresses_of_who_signed_in_go_too_and_the_session_stays(app, clock):
    ada = By(Channel.PORTAL, "ada", PHONE)
    with transaction() as session:
        operator = operators.add(session, "ada", Role.VIEWER, "a long password 4711", by=STAFF, now=clock.now)
        sessions.begin(session, operator, by=ada, device="Firefox", now=clock.now - timedelta(days=100))
        sessions.begin(session, operator, by=ada, device="Firefox", now=clock.now)
    work()
    with reading() as session:
        kept = select(OperatorSession.address, OperatorSession.device).order_by(OperatorSession.created_at)
        assert session.execute(kept).all() == [(None, None), (PHONE, "Firefox")]
    assert up_to("operator_session") == 1


def test_it_is_late_once_they_are_kept_for_a_day_too_long(app, clock):
    write(clock, days_ago=90)
    assert not is_late(clock)
    clock.pass_days(2)
    assert is_late(clock)
    work()
    assert not is_late(clock)


def test_an_empty_audit_has_nothing_to_forget(app, clock):
    work()
    assert (up_to(), is_late(clock)) == (0, False)


def test_nothing_but_an_address_can_be_forgotten(app, clock):
    write(clock)
    whole = select(AuditEvent.__table__)
    with reading() as session:
        before = session.execute(whole).one()
    others = {"id": 7, "at": clock.now - timedelta(days=1), "detail": {"a": 1}, "address": "192.0.2.8"}
    for column in AuditEvent.__table__.c:
        other = others.get(column.name, 1 if isinstance(column.type, Integer) else "x")
        # With the address, too: what may be forgotten must take nothing along.
        for more in ({}, {"address": None}):
            changed = update(AuditEvent).values(more | {column.name: other})
            with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
                session.execute(changed)
    with reading() as session:
        assert session.execute(whole).one() == before


def test_what_is_forgotten_does_not_come_back(app, clock):
    write(clock, days_ago=100)
    work()
    with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
        session.execute(update(AuditEvent).values(address=PHONE))
    with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
        session.execute(delete(AuditEvent))
    assert addresses() == [None]


def test_a_row_cannot_be_moved_to_another_number(app, clock):
    write(clock, 2)
    number = {"sqlite": "rowid", "postgresql": "id"}[db.engine.dialect.name]
    with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
        session.execute(text(f"UPDATE audit_event SET {number} = {number} + 100, address = NULL"))


def test_several_workers_forget_each_address_once_and_all_of_them(app, clock):
    write(clock, 3 * forgetting.AT_ONCE, days_ago=100)

    def forget(_: int) -> None:
        with app.app_context():
            goes_on = True
            while goes_on:
                with transaction() as session:
                    goes_on = forgetting.forget(session, clock.now)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(forget, range(2)))
    assert set(addresses()) == {None}
    assert up_to() == 3 * forgetting.AT_ONCE
