"""The start page: figures and what has changed, the chart in every range, and what needs attention."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import attention, products
from keyferry.server.core.licensing.deactivation import Claimed, Forced
from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.models import Activation, Role
from keyferry.server.db import transaction
from tests.conftest import STAFF
from tests.faces.portal_visitor import staff
from tests.faces.visitor import Reader


def words(page: str) -> str:
    return Reader(page).words


def figures(page: str) -> list[str]:
    """What the figures say, a line each."""
    return [words(one) for one in re.findall(r'<a class="card figure".+?</a>', page, re.DOTALL)]


def rows(page: str, title: str) -> list[tuple[str, str]]:
    """The rows of a list, each with where it leads."""
    card = page.split(f">{title}</h2>")[1].split("</section>")[0]
    found = re.findall(r'<li><a class="grow" href="([^"]+)">(.+?)</li>', card, re.DOTALL)
    return [(words(text), href.replace("&amp;", "&")) for href, text in found]


def chart_height(page: str) -> int:
    """On a desk."""
    return int(re.search(r'<svg class="wide-only" viewBox="0 0 640 (\d+)"', page)[1])


def activate(vendor, key, *names: str, channel: str = "phone") -> None:
    for name in names:
        vendor.activate(vendor.machine(key, name))
    with transaction() as session:
        session.query(Activation).order_by(Activation.id.desc()).first().channel = channel


def add_viewer(vendor) -> None:
    with transaction() as session:
        products.add_product(
            session,
            code="viewer",
            name="Demo Viewer",
            key_style="short",
            features=[],
            machine_source="os",
            keyring=vendor.keyring,
            by=STAFF,
            now=vendor.clock.now,
        )


def test_before_the_first_activation_nothing_is_compared(vendor, desk):
    vendor.issue(seats=5)
    page = desk.get("/portal/").text
    assert figures(page) == [
        "Activations 0 none yet",
        "Seats in use 0 of 5 sold",
        "Ends in 30 days 0 none this week",
        "Needs attention 0 none before",
    ]
    assert "No activations yet" in page
    assert "data-chart" not in page
    # With one product there is nothing to choose.
    assert "All products" not in page
    assert "%" not in words(page)


def test_figures_say_what_has_changed_and_lead_to_their_lists(vendor, desk):
    key = vendor.issue(seats=9, expires=vendor.clock.now.date() + timedelta(days=40))
    activate(vendor, key, "A")
    page = desk.get("/portal/").text
    assert figures(page)[:2] == ["Activations 1 none before", "Seats in use 1 ↑ up 1 of 9 sold"]
    vendor.clock.pass_days(30)
    desk = staff(vendor, "grace")
    activate(vendor, key, "B", "C")
    page = desk.get("/portal/").text
    assert figures(page) == [
        "Activations 2 ↑ up 100% from 1",
        "Seats in use 3 ↑ up 2 of 9 sold",
        "Ends in 30 days 1 none this week",
        "Needs attention 0 none before",
    ]
    vendor.clock.pass_days(5)
    desk = staff(vendor, "edith")
    page = desk.get("/portal/").text
    assert "Ends in 30 days 1 1 this week" in figures(page)
    for href in re.findall(r'<a class="card figure" href="([^"#]+)"', page):
        assert desk.get(href.replace("&amp;", "&")).status_code == 200
    assert rows(page, "Ends soon")[0][1] == "/portal/licenses/1"


def test_a_fall_is_told_in_words_and_without_a_base_there_is_no_percentage(vendor, desk):
    key = vendor.issue(seats=9)
    activate(vendor, key, "A", "B", "C", "D")
    vendor.clock.pass_days(30)
    activate(vendor, key, "E")
    page = staff(vendor, "grace").get("/portal/").text
    assert figures(page)[0] == "Activations 1 ↓ down 75% from 4"
    vendor.clock.pass_days(30)
    page = staff(vendor, "edith").get("/portal/").text
    assert figures(page)[0] == "Activations 0 ↓ down 100% from 1"
    vendor.clock.pass_days(60)
    page = staff(vendor, "ida").get("/portal/").text
    assert figures(page)[0] == "Activations 0 none in 60 days"
    assert "No activations in these 30 days" in page
    assert "May 2026" not in page


@pytest.mark.parametrize(
    ("range", "bars", "first", "last"),
    [
        ("", 30, "Mon, Oct 26", "Tue, Nov 24"),
        ("7d", 7, "Wed, Nov 18", "Tue, Nov 24"),
        ("12mo", 12, "December 2025", "November 2026"),
        ("a week", 30, "Mon, Oct 26", "Tue, Nov 24"),
    ],
)
def test_the_chart_shows_a_range_as_bars_and_as_a_table(vendor, desk, range, bars, first, last):
    key = vendor.issue(seats=9)
    activate(vendor, key, "A", "B")
    page = desk.get(f"/portal/?range={range}").text
    for css in ("wide-only", "narrow-only"):
        picture = page.split(f'<svg class="{css}"')[1].split("</svg>")[0]
        names = re.findall(r'data-name="([^"]+)"', picture)
        assert (len(names), names[0], names[-1]) == (bars, first, last)
        assert f"<title>{last}: 2 (Phone 1, Command line 1)</title>" in picture
    table = words(page.split("<table>")[1].split("</table>")[0])
    assert f"{last} 1 1 2" in table
    assert f"{first} 0 0 0" in table
    assert words(page.split('<div class="keys">')[1]).startswith("Phone 1 Command line 1")


def test_the_chart_shows_one_product_and_keeps_the_range(vendor, desk):
    add_viewer(vendor)
    activate(vendor, vendor.issue(seats=9), "A", "B")
    page = desk.get("/portal/?range=7d").text
    [own] = re.findall(r'href="(/portal/\?[^"]*product=viewer[^"]*)"', page.split("All products")[1])
    assert own.replace("&amp;", "&") == "/portal/?range=7d&product=viewer#activations"
    of_viewer = desk.get("/portal/?range=7d&product=viewer").text
    assert "No activations in these 7 days" in of_viewer
    assert "Product: Demo Viewer" in of_viewer
    assert figures(of_viewer) == figures(page)
    assert "No activations in these" not in desk.get("/portal/?range=7d&product=demo-cad").text


def test_products_are_listed_with_what_has_changed(vendor, desk):
    add_viewer(vendor)
    activate(vendor, vendor.issue(seats=9), "A", "B")
    table = words(desk.get("/portal/").text.split('class="card products"')[1])
    assert re.search(r"Demo CAD 1 2 of 9\s+seats 2 activations new Demo Viewer 0 — 0 activations —", table)


def guess(vendor, event: Event) -> None:
    by = By(Channel.SELF_HELP, address="192.0.2.1")
    for _ in range(attention.SEVERAL):
        with transaction() as session:
            audit.record_once(session, event=event, by=by, now=vendor.clock.now, code="unknown_key")
    vendor.clock.now += audit.WINDOW
    with transaction() as session:
        audit.close_windows(session, vendor.clock.now)


def test_what_needs_attention_leads_to_where_something_can_be_done(vendor):
    key = vendor.issue(seats=9)
    machines = [vendor.machine(key, name) for name in ("CNC-1", "CNC-2", "CNC-3")]
    for machine in machines:
        vendor.activate(machine)
    vendor.activate(vendor.machine(key, "CNC-1"))
    vendor.release(machines[1], Forced("died"))
    vendor.release(machines[2], Claimed())
    with transaction() as session:
        mail = mails.license_keys("olga@example.com", held=[])
        outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=vendor.clock.now)
        taken = outbox.take(session, vendor.clock.now)
        outbox.failed(session, taken, "no such address", vendor.clock.now, for_good=True)
    guess(vendor, Event.LOOK_UP_REFUSED)
    desk = staff(vendor)
    page = desk.get("/portal/").text
    assert figures(page)[3] == "Needs attention 5 ↑ up 5 from 0"
    found = dict(rows(page, "Needs attention"))
    assert set(found) == {
        "20 refused look-ups from one address just now",
        "CNC-2 released without a code 1 h ago",
        "CNC-3 released, not verified 1 h ago",
        "CNC-1 replaced without proof 1 h ago",
        "Email to olga@example.com failed 1 h ago",
    }
    for href in found.values():
        assert desk.get(href).status_code == 200
    assert found["CNC-2 released without a code 1 h ago"] == "/portal/computers/2"
    # The chart is as high as the cards beside it.
    assert chart_height(page) == 226
    for _ in range(3):
        vendor.issue(expires=vendor.clock.now.date() + timedelta(days=9))
    assert chart_height(desk.get("/portal/").text) > 226


def test_several_of_a_kind_are_one_row(vendor, desk):
    key = vendor.issue(seats=9)
    machines = [vendor.machine(key, name) for name in "ABC"]
    for machine in machines:
        vendor.activate(machine)
        vendor.release(machine, Forced("died"))
    page = desk.get("/portal/").text
    [(text, href)] = rows(page, "Needs attention")
    assert text == "3 computers released without a code just now"
    assert href == "/portal/audit?event=released_forced&since=2026-10-26"
    [(_, of_viewer)] = rows(staff(vendor, "vera", Role.VIEWER).get("/portal/").text, "Needs attention")
    assert of_viewer == "/portal/computers?state=released"


@pytest.mark.parametrize("role", Role)
def test_who_may_not_act_on_something_is_not_told(vendor, role):
    vendor.issue(customer="ada@example.com")
    with transaction() as session:
        mail = mails.license_keys("ada@example.com", held=[])
        outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=vendor.clock.now)
        taken = outbox.take(session, vendor.clock.now)
        outbox.failed(session, taken, "no such address", vendor.clock.now, for_good=True)
    guess(vendor, Event.SIGN_IN_REFUSED)
    page = words(staff(vendor, "other", role).get("/portal/").text)
    assert ("refused sign-ins from one address" in page) is (role in (Role.ADMINISTRATOR, Role.MANAGER))
    assert ("Email to ada@example.com failed" in page) is (role is not Role.VIEWER)


def test_names_that_hold_markup_or_are_gone_do_no_harm(vendor, desk):
    machine = vendor.machine(
        vendor.issue(expires=date(2026, 12, 1), customer="ada@example.com"), "<b>CNC</b>"
    )
    vendor.activate(machine)
    vendor.release(machine, Forced("died"))
    page = desk.get("/portal/").text
    assert "<b>CNC" not in page
    assert "&lt;b&gt;CNC" in page
