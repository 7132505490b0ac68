"""An activation that was judged before it writes: that holds while nothing that decides has changed."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activation, license_changes, licenses
from keyferry.server.core.models import Activation
from keyferry.server.db import reading, transaction
from keyferry.server.services import operations
from tests.refusals import refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")

PHONE = By(Channel.PHONE, address="192.0.2.7")


def judge(vendor, machine) -> activation.Judged:
    with reading() as session:
        return activation.judge(session, machine.scanned, keyring=vendor.keyring, now=vendor.clock.now)


def activate(vendor, machine, seen) -> activation.Activated:
    with transaction() as session:
        known = {"keyring": vendor.keyring, "by": PHONE, "now": vendor.clock.now, "seen": seen}
        return activation.activate(session, machine.scanned, **known)


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
def test_what_has_changed_since_is_judged_again(vendor, change, code):
    key = vendor.issue(seats=1)
    machine = vendor.machine(key)
    seen = judge(vendor, machine)
    change(vendor, key)
    with refused(code):
        activate(vendor, machine, seen)


def test_the_key_carries_what_the_license_grants_now(vendor):
    key = vendor.issue()
    machine = vendor.machine(key)
    seen = judge(vendor, machine)
    vendor.change(key, licenses.renew, expires=date(2027, 1, 31))
    assert activate(vendor, machine, seen).activation.expires_on == date(2027, 1, 31)
    assert vendor.seats_used(key) == 1


def test_the_same_machine_that_was_quicker_leaves_no_second_seat(vendor):
    key = vendor.issue(seats=2)
    machine = vendor.machine(key)
    seen = judge(vendor, machine)
    first = activate(vendor, machine, seen)
    with pytest.raises(IntegrityError):
        activate(vendor, machine, judged_before(seen))
    assert vendor.seats_used(key) == 1
    assert activate(vendor, machine, None).computer_key == first.computer_key


def judged_before(seen: activation.Judged) -> activation.Judged:
    """Return what was seen as if the license had been activated long ago: nothing about it has changed."""
    with reading() as session:
        seen.license.first_activated_on = session.scalars(select(Activation.issued_on)).one()
    return seen


def test_a_customer_gets_the_key_although_another_request_of_the_machine_was_quicker(vendor, monkeypatch):
    key = vendor.issue(seats=2)
    vendor.activate(vendor.machine(key, "LAB-PC-08"))
    machine, judged = vendor.machine(key), activation.judge

    def overtaken(session, request, **known):
        found = judged(session, request, **known)
        if not known.get("lock"):
            quicker.append(activate(vendor, machine, None))
        return found

    quicker: list[activation.Activated] = []
    monkeypatch.setattr(activation, "judge", overtaken)
    given = operations.activate(machine.scanned, by=PHONE)
    assert [given.done.computer_key] == [one.computer_key for one in quicker]
    assert vendor.seats_used(key) == 2
