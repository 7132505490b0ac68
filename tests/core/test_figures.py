from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from keyferry.server.core.licensing import figures as counting
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.licensing.figures import DAYS, MONTHS, figures
from keyferry.server.core.models import Activation
from keyferry.server.db import reading, transaction

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def read(vendor):
    with reading() as session:
        return figures(session, now=vendor.clock.now)


def activate(vendor, key, *names: str) -> None:
    for name in names:
        vendor.activate(vendor.machine(key, name))


def test_without_anything_there_is_nothing(vendor):
    found = read(vendor)
    assert found.day == vendor.clock.now.date()
    assert (found.days, found.months, found.sold) == ({}, {}, {})
    assert (found.activated(), found.activated(before=True), found.gained, found.ever()) == (0, 0, 0, False)
    assert (found.total.licenses, found.total.seats, found.total.seats_used) == (0, 0, 0)


def test_activations_are_counted_by_day_product_and_channel(vendor):
    key = vendor.issue(seats=9)
    activate(vendor, key, "A")
    vendor.clock.pass_days(2)
    activate(vendor, key, "B", "C")
    with transaction() as session:
        session.get(Activation, 3).channel = "phone"
    found = read(vendor)
    [by_channel] = found.days.values()
    assert {channel: counts[-3:] for channel, counts in by_channel.items()} == {
        "command_line": [1, 0, 1],
        "phone": [0, 0, 1],
    }
    assert {len(counts) for counts in by_channel.values()} == {2 * DAYS}
    assert (found.activated(), found.activated(1), found.activated(2)) == (3, 3, 0)


def test_a_period_is_followed_by_the_next_and_a_month_too(vendor):
    key = vendor.issue(seats=9)
    activate(vendor, key, "A")
    vendor.clock.pass_days(DAYS - 1)
    assert (read(vendor).activated(), read(vendor).activated(before=True)) == (1, 0)
    vendor.clock.pass_days(1)
    assert (read(vendor).activated(), read(vendor).activated(before=True)) == (0, 1)
    vendor.clock.pass_days(DAYS)
    assert (read(vendor).activated(), read(vendor).activated(before=True)) == (0, 0)
    # It began in November and is in January now.
    assert read(vendor).months == {1: {"command_line": [0] * (MONTHS - 3) + [1, 0, 0]}}
    vendor.clock.now = vendor.clock.now.replace(year=vendor.clock.now.year, month=10, day=31)
    assert read(vendor).months == {1: {"command_line": [1] + [0] * (MONTHS - 1)}}
    vendor.clock.pass_days(1)
    assert not read(vendor).ever()


def test_the_first_and_the_last_moment_of_a_day_belong_to_it(vendor):
    key = vendor.issue(seats=2)
    vendor.clock.now = vendor.clock.now.replace(hour=0, minute=0)
    activate(vendor, key, "A")
    vendor.clock.now += timedelta(hours=23, minutes=59, seconds=59)
    activate(vendor, key, "B")
    assert read(vendor).days[1]["command_line"][-1] == 2


def test_seats_are_compared_with_those_of_a_period_ago(vendor):
    key = vendor.issue(seats=9)
    early = [vendor.machine(key, name) for name in "ABC"]
    for machine in early:
        vendor.activate(machine)
    vendor.clock.pass_days(DAYS)
    activate(vendor, key, "D", "E")
    assert read(vendor).gained == 2
    # The same computer on the same seat is no further one.
    activate(vendor, key, "D")
    assert read(vendor).gained == 2
    for machine in early:
        vendor.release(machine, Forced("died"))
    found = read(vendor)
    assert (found.gained, found.total.seats_used) == (-1, 2)


def test_products_and_what_ends_are_counted(vendor):
    today = vendor.clock.now.date()
    for days in (7, 8, 20, 30, 31):
        vendor.issue(seats=2, expires=today + timedelta(days=days))
    vendor.issue(days=10)
    found = read(vendor)
    assert (found.ending_this_week, found.ending_soon) == (1, 4)
    assert [(one.licenses, one.seats, one.seats_used) for one in found.sold.values()] == [(6, 11, 0)]
    with reading() as session:
        ending = counting.ending_next(session, vendor.clock.now, most=3)
        assert [one.last_day for one in ending] == [today + timedelta(days=days) for days in (7, 8, 20)]


def test_figures_that_were_kept_are_the_same(vendor):
    key = vendor.issue(seats=9, expires=date(2026, 12, 1))
    machines = [vendor.machine(key, name) for name in "AB"]
    for machine in machines:
        vendor.activate(machine)
    vendor.release(machines[0], Forced("died"))
    found = read(vendor)
    assert counting.of_values(json.loads(json.dumps(counting.as_values(found)))) == found
    assert replace(found, ended=7) != found
