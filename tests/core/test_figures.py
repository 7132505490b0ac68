from __future__ import annotations

from datetime import timedelta

import pytest

from keyferry.server.core.licensing.deactivation import Claimed, Forced
from keyferry.server.core.licensing.figures import DAYS, figures
from keyferry.server.core.models import Activation
from keyferry.server.db import reading, transaction

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def read(vendor):
    with reading() as session:
        return figures(session, now=vendor.clock.now)


def test_without_anything_every_day_is_there_and_empty(vendor):
    found = read(vendor)
    assert len(found.days) == DAYS
    assert found.days[-1].day == vendor.clock.now.date()
    assert {day.total for day in found.days} == {0}
    assert (found.licenses, found.seats, found.seats_used) == (0, 0, 0)


def test_activations_are_counted_by_day_and_channel(vendor):
    key = vendor.issue(seats=9)
    vendor.activate(vendor.machine(key, "A"))
    vendor.clock.pass_days(2)
    vendor.activate(vendor.machine(key, "B"))
    vendor.activate(vendor.machine(key, "C"))
    with transaction() as session:
        session.get(Activation, 3).channel = "phone"
    days = read(vendor).days
    assert [day.by_channel for day in days[-3:]] == [{"command_line": 1}, {}, {"command_line": 1, "phone": 1}]
    vendor.clock.pass_days(DAYS)
    assert {day.total for day in read(vendor).days} == {0}


def test_the_first_and_the_last_moment_of_a_day_belong_to_it(vendor):
    key = vendor.issue(seats=2)
    vendor.clock.now = vendor.clock.now.replace(hour=0, minute=0)
    vendor.activate(vendor.machine(key, "A"))
    vendor.clock.now += timedelta(hours=23, minutes=59, seconds=59)
    vendor.activate(vendor.machine(key, "B"))
    assert read(vendor).days[-1].total == 2


def test_what_is_worth_a_look_is_counted(vendor):
    key = vendor.issue(seats=9, expires=vendor.clock.now.date() + timedelta(days=20))
    vendor.issue(expires=vendor.clock.now.date() + timedelta(days=31))
    vendor.issue(days=10)
    machines = [vendor.machine(key, name) for name in "ABC"]
    for machine in machines:
        vendor.activate(machine)
    vendor.activate(vendor.machine(key, "A"))
    vendor.release(machines[1], Forced("died"))
    vendor.release(machines[2], Claimed())
    found = read(vendor)
    assert (found.licenses, found.seats, found.seats_used) == (3, 11, 1)
    assert found.ending_soon == 1
    assert (found.unproven_replacements, found.forced_releases, found.claimed_releases) == (1, 1, 1)
