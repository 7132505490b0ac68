"""What the page of a license tells, and what it offers to whom."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from keyferry.server.core.licensing import story
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.models import OutboxMail, Role
from keyferry.server.db import transaction
from tests.conftest import STAFF
from tests.faces.portal_visitor import dialog_in, dialogs, is_open, staff
from tests.faces.visitor import Reader

PAGE = "/portal/licenses/1"


@pytest.fixture
def key(vendor):
    """A license with a computer that runs and one that died."""
    ends = vendor.clock.now.date() + timedelta(days=400)
    key = vendor.issue(seats=3, customer="ada@example.com", expires=ends, features=("export",))
    for name in ("LAB-PC-07", "DEAD-PC"):
        vendor.activate(vendor.machine(key, name))
    return key


@pytest.fixture
def dead(vendor, key):
    machine = vendor.machine(key, "LOST-PC")
    vendor.activate(machine)
    vendor.release(machine, Forced("the mainboard died"))
    return machine


def test_it_tells_of_its_seats_computers_and_end(desk, key, dead):
    said = Reader(desk.get(PAGE).text).words
    for words in (
        "Demo CAD for ada@example.com",
        "2 of 3 seats in use",
        "1 seat free",
        "Show released (1)",
        "Released without a code, Nov 24",
        "“the mainboard died”",
        "in 13 months",
        f"by {STAFF.who}",
    ):
        assert words in said


def test_its_time_line_says_what_happened_to_which_computer(desk, key, dead):
    page = desk.get(PAGE).text
    line = page.split('<ol class="time">')[1].split("</ol>")[0]
    events = [Reader(one).words for one in line.split("<li>")[1:]]
    assert events[0].startswith("LOST-PC released without a code “the mainboard died” · ")
    assert events[1].startswith("LOST-PC activated ")
    assert events[-1].startswith("License issued ")
    # How long ago it was, and on hover, when.
    assert 'title="Nov 24, 2026, 12:00 UTC">just now</time>' in line


def test_each_computer_has_a_menu_and_its_dialogs_open_filled_in_without_scripts(vendor, desk, key):
    page = desk.get(PAGE).text
    assert page.count('aria-label="More for LAB-PC-07"') == 1
    assert 'value="release-1"' in page
    opened = desk.get(f"{PAGE}?dialog=force-1").text
    assert is_open(opened, "force")
    assert "<bdi>LAB-PC-07</bdi>" in dialog_in(opened, "force")
    [computer_id] = re.findall(r'name="computer_id" type="text" value="([^"]+)"', dialog_in(opened, "force"))
    assert computer_id in page
    vendor.issue()
    for odd in ("force-1", "force-99", "force-x", "force-99999999999", "nothing-1"):
        assert desk.get(f"/portal/licenses/2?dialog={odd}").status_code == 200
        assert computer_id not in desk.get(f"/portal/licenses/2?dialog={odd}").text


def test_it_says_when_a_key_was_sent_last(vendor, desk, key):
    assert "Keys sent" not in desk.get(PAGE).text
    mail = {"created_at": vendor.clock.now, "due_at": vendor.clock.now, "channel": "portal", "license_id": 1}
    sent = {"delivered_at": vendor.clock.now - timedelta(days=20)}
    waits = {"next_try_at": vendor.clock.now}
    for state, words in ((sent, "Nov 4, by email"), (waits, "Email on its way"), ({}, "Email failed")):
        with transaction() as session:
            session.add(OutboxMail(template="license_keys", recipient="ada@example.com", **mail, **state))
        assert words in Reader(desk.get(PAGE).text).words


def test_of_many_computers_it_shows_the_latest_and_leads_to_all(vendor, desk, monkeypatch):
    monkeypatch.setattr(story, "MOST_COMPUTERS", 2)
    key = vendor.issue(seats=5)
    for number in range(3):
        vendor.activate(vendor.machine(key, f"PC-{number}"))
    page = desk.get(PAGE).text
    assert page.count('<li class="comp">') == 2
    assert "All 3 computers" in page
    listed = desk.get("/portal/computers?license=1&state=active").text
    assert all(f"PC-{number}" in listed for number in range(3))


def test_a_license_that_is_over_or_full_says_so(vendor, desk):
    vendor.activate(vendor.machine(vendor.issue(expires=date(2026, 12, 1))))
    assert "in 7 days" in desk.get(PAGE).text
    assert "all seats in use" in dialog_in(desk.get(PAGE).text, "activate")
    vendor.clock.now += timedelta(days=30)
    assert "Expired" in staff(vendor, "grace").get(PAGE).text


def test_who_may_only_look_is_offered_nothing_else(vendor, key):
    viewer = staff(vendor, "vera", Role.VIEWER).get(PAGE).text
    assert dialogs(viewer) == set()
    assert "data-opens=" not in viewer.split('<main id="main"')[1].split("</main>")[0]
    support = staff(vendor, "sam", Role.SUPPORT).get(PAGE).text
    assert dialogs(support) == {"activate", "release"}


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, 'warn-t">today'),
        (23, 'warn-t">yesterday'),
        (24, 'bad-t">yesterday'),
        (240, 'bad-t">10 days ago'),
        (90 * 24, 'bad-t">3 months ago'),
    ],
)
def test_a_last_day_is_red_only_once_it_has_ended_everywhere(vendor, hours, said):
    vendor.issue(expires=vendor.clock.now.date())
    vendor.clock.now += timedelta(hours=hours)
    page = staff(vendor).get(PAGE).text
    assert re.search(r"<dt>Ends</dt><dd>.*?<span class=\"(.*?)</span>", page, re.S)[1] == said
