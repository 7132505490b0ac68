"""An activation that was judged before it writes: that holds while nothing that decides has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activated, activation, judging, license_changes, licenses
from keyferry.server.core.models import Activation, AuditEvent, Base
from keyferry.server.db import db, looking, reading, transaction
from keyferry.server.services import operations
from tests.refusals import refused
from tests.server.watching import watched_statements

pytestmark = pytest.mark.engines("sqlite", "postgresql")

PHONE = By(Channel.PHONE, address="192.0.2.7")


def judge(vendor, machine) -> judging.Judged:
    with reading() as session:
        return judging.judge(session, machine.scanned, keyring=vendor.keyring, now=vendor.clock.now)


def activate(vendor, machine, seen) -> activated.Activated:
    with transaction() as session:
        known = {"keyring": vendor.keyring, "by": PHONE, "now": vendor.clock.now, "seen": seen}
        return activation.activate(session, machine.scanned, **known)


def activate_at_once(vendor, machine, seen) -> activated.Activated:
    """As a customer's request does it: in one statement if that goes, which it does on PostgreSQL alone."""
    known = {"keyring": vendor.keyring, "by": PHONE, "now": vendor.clock.now}
    with looking() as session:
        done = seen and activation.activate_at_once(session, seen, machine.scanned, **known)
    return done or activate(vendor, machine, seen)


@pytest.fixture(params=[activate, activate_at_once])
def activates(request, vendor) -> Callable[..., activated.Activated]:
    return partial(request.param, vendor)


def suspend(vendor, key) -> None:
    vendor.change(key, licenses.suspend)


def retire(vendor, key) -> None:
    vendor.rotate(retire_old=True)


def take_the_seat(vendor, key) -> None:
    vendor.activate(vendor.machine(key, "LAB-PC-08"))


def replace_the_key(vendor, key) -> None:
    vendor.change(key, license_changes.replace_key)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (suspend, "license_suspended"),
        (retire, "retired_epoch"),
        (take_the_seat, "no_seat_left"),
        (replace_the_key, "activation_key_replaced"),
    ],
)
def test_what_has_changed_since_is_judged_again(vendor, change, code, activates):
    key = vendor.issue(seats=1)
    machine = vendor.machine(key)
    seen = judge(vendor, machine)
    change(vendor, key)
    with refused(code):
        activates(machine, seen)


def test_the_key_carries_what_the_license_grants_now(vendor, activates):
    key = vendor.issue()
    machine = vendor.machine(key)
    seen = judge(vendor, machine)
    vendor.change(key, licenses.renew, expires=date(2027, 1, 31))
    assert activates(machine, seen).activation.expires_on == date(2027, 1, 31)
    assert vendor.seats_used(key) == 1


def test_the_same_machine_that_was_quicker_leaves_no_second_seat(vendor, activates):
    key = vendor.issue(seats=2)
    machine = vendor.machine(key)
    seen = judge(vendor, machine)
    first = activates(machine, seen)
    with pytest.raises(IntegrityError):
        activates(machine, judged_before(seen))
    assert vendor.seats_used(key) == 1
    assert activates(machine, None).computer_key == first.computer_key


def test_days_that_begin_with_the_first_activation_begin_today(vendor, activates):
    key = vendor.issue(seats=2, days=30)
    first, second = vendor.machine(key, "LAB-PC-07"), vendor.machine(key, "LAB-PC-08")
    ends = vendor.clock.now.date() + timedelta(30)
    assert activates(first, judge(vendor, first)).activation.expires_on == ends
    vendor.clock.pass_days(10)
    assert activates(second, judge(vendor, second)).activation.expires_on == ends


def test_an_activation_is_the_same_however_it_is_written(vendor):
    """Its row, its event, and what the customer gets, but for the numbers."""
    key = vendor.issue(seats=2, lease_days=60)
    machines = [vendor.machine(key, name) for name in ("LAB-PC-07", "LAB-PC-08")]
    ways = (activate, activate_at_once)
    done = [way(vendor, machine, judge(vendor, machine)) for way, machine in zip(ways, machines, strict=True)]
    with reading() as session:
        rows = [columns(one) for one in session.scalars(select(Activation).order_by(Activation.id))]
        wanted = select(AuditEvent).where(AuditEvent.event == "activated_new_seat").order_by(AuditEvent.id)
        events = [columns(one) for one in session.scalars(wanted)]
    assert [one.activation.id for one in done] == [one["id"] for one in rows]
    assert [one["activation_id"] for one in events] == [one["id"] for one in rows]
    names = {"computer_name", "folded_computer_name"}
    own = {"id", "activation_id", "computer_id", "fingerprint", "commitment"} | names
    for first, second in (rows, events):
        assert {name for name in first if first[name] != second[name]} <= own
    assert [one.license.seats_used for one in done] == [1, 2]


def columns(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in inspect(row).mapper.column_attrs}


@pytest.mark.engines("postgresql")
def test_a_customers_activation_asks_postgresql_twice(vendor):
    machine = vendor.machine(vendor.issue())
    operations.activate(machine.scanned, by=PHONE)
    other, asked = vendor.machine(vendor.issue()), []
    # Only what is opened from now on is watched.
    db.engine.dispose()
    with watched_statements(db.engine, lambda _, text: asked.append(text)):
        operations.activate(other.scanned, by=PHONE)
    assert [text.split()[0] for text in asked] == ["SELECT", "WITH"]


def judged_before(seen: judging.Judged) -> judging.Judged:
    """Return what was seen as if the license had been activated long ago: nothing about it has changed."""
    with reading() as session:
        seen.license.first_activated_on = session.scalars(select(Activation.issued_on)).one()
    return seen


def test_a_customer_gets_the_key_although_another_request_of_the_machine_was_quicker(vendor, monkeypatch):
    key = vendor.issue(seats=2)
    vendor.activate(vendor.machine(key, "LAB-PC-08"))
    machine, judged = vendor.machine(key), judging.judge

    def overtaken(session, request, **known):
        found = judged(session, request, **known)
        if not known.get("lock"):
            quicker.append(activate(vendor, machine, None))
        return found

    quicker: list[activated.Activated] = []
    monkeypatch.setattr(judging, "judge", overtaken)
    given = operations.activate(machine.scanned, by=PHONE)
    assert [given.done.computer_key] == [one.computer_key for one in quicker]
    assert vendor.seats_used(key) == 2
