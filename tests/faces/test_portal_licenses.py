from __future__ import annotations

import re
from datetime import date, timedelta

from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.models import Role
from tests.audit_log import events
from tests.faces.portal_visitor import dialogs, form_in, staff
from tests.workbooks import table_of


def test_licenses_are_found_by_any_part(vendor, desk):
    key, other = vendor.issue(customer="ada@example.com"), vendor.issue(customer="grace@example.com")
    vendor.activate(vendor.machine(key, "LAB-PC-07"))
    for search in (key.text[6:17], "ADA@", "pc-0"):
        page = desk.get(f"/portal/licenses?q={search}").text
        assert key.text in page
        assert other.text not in page
    assert "Nothing found" in desk.get("/portal/licenses?q=nobody").text


def test_licenses_are_filtered_sorted_and_paged(vendor, desk):
    suspended = vendor.issue(seats=3)
    vendor.change(suspended, licenses.suspend)
    keys = [vendor.issue(expires=date(2027, 1, 1) + timedelta(number)).text for number in range(50)]
    first, second = desk.get("/portal/licenses").text, desk.get("/portal/licenses?page=2").text
    assert "1–50 of 51" in first
    assert "51–51 of 51" in second
    assert keys[-1] in first
    assert suspended.text in second
    assert suspended.text not in first
    only = desk.get("/portal/licenses?standing=suspended").text
    assert suspended.text in only
    assert "1 license found" in only
    by_expiry = desk.get("/portal/licenses?sort=expiry&dir=asc").text
    assert by_expiry.index(keys[0]) < by_expiry.index(keys[1])
    assert 'aria-sort="ascending"' in by_expiry
    assert "Nothing found" in desk.get("/portal/licenses?product=other").text


def shown(page: str) -> list[str]:
    """The keys of a page of the list, from the top."""
    return re.findall(r'row-link"[^>]* title="([^"]+)"', page)


def test_a_row_says_how_a_license_stands_and_what_happened_last(vendor, desk):
    def day(number: int) -> date:
        return vendor.clock.now.date() + timedelta(days=number)

    full, soon = vendor.issue(customer="ada@example.com"), vendor.issue(expires=day(40), seats=2)
    unused, over = vendor.issue(days=365), vendor.issue(expires=day(10))
    vendor.activate(vendor.machine(full, "LAB-PC-07"))
    vendor.activate(vendor.machine(soon, "LAB-PC-08"))
    vendor.clock.pass_days(20)
    page = staff(vendor, "grace").get("/portal/licenses").text
    rows = {
        key: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))
        for row in page.split("<tr")[2:]
        for key in shown(row)
    }
    for key, words in (
        (full, ("1 of 1", "ada@example.com", "Full")),
        (soon, ("1 of 2", "Ends soon")),
        (unused, ("0 of 1", "365 days each", "Not used")),
        (over, ("Expired",)),
    ):
        assert facts(rows[key.text], *words) == set(words)


def facts(row: str, *words: str) -> set[str]:
    return {one for one in words if one in row}


def test_the_views_above_the_list_count_what_they_lead_to(vendor, desk):
    full, ends, held = vendor.issue(), vendor.issue(seats=2), vendor.issue(seats=2)
    vendor.activate(vendor.machine(full))
    for key in (ends, held):
        vendor.activate(vendor.machine(key))
    today = vendor.clock.now.date()
    vendor.change(ends, licenses.renew, expires=today + timedelta(days=30))
    vendor.change(held, licenses.suspend)
    unused = vendor.issue(expires=today + timedelta(days=31))
    page = desk.get("/portal/licenses").text
    tabs = re.findall(r'<a href="([^"]+)"[^>]*><bdi>([^<]+)</bdi> <span>([\d,]+)</span>', page)
    assert [(name, count) for _, name, count in tabs] == [
        ("All", "4"),
        ("Ends in 30 days", "1"),
        ("Full", "1"),
        ("On hold", "1"),
        ("Not used yet", "1"),
    ]
    led = {name: shown(desk.get(address.replace("&amp;", "&")).text) for address, name, _ in tabs}
    assert led == {
        "All": [one.text for one in (unused, held, ends, full)],
        "Ends in 30 days": [ends.text],
        "Full": [full.text],
        "On hold": [held.text],
        "Not used yet": [unused.text],
    }
    assert shown(desk.get("/portal/licenses?seats=free").text) == [one.text for one in (unused, held, ends)]


def test_what_a_list_filters_by_is_shown_and_taken_back_alone(vendor, desk):
    vendor.issue(customer="ada@example.com")
    page = desk.get("/portal/licenses?q=ada&seats=unused&standing=active&sort=key&dir=asc").text
    chips = dict(re.findall(r'<a class="chip on" href="([^"]+)">.*?<bdi>([^<]+)</bdi>', page))
    assert [*chips.values()] == ["“ada”", "Active", "Not used yet"]
    [without_search] = [address for address, name in chips.items() if name == "“ada”"]
    assert set(without_search.partition("?")[2].split("&amp;")) == {
        "standing=active",
        "seats=unused",
        "sort=key",
        "dir=asc",
    }
    assert desk.get("/portal/licenses?seats=x&ends=x&ends_by=x&sort=x&standing=x").status_code == 200


def test_a_list_is_downloaded_as_it_is_filtered(vendor, desk):
    keys = [vendor.issue(customer=f"{name}@example.com").text for name in ("ada", "ada", "grace")]
    sent = {"everything": "1", "list": "q=ada&sort=issued&dir=asc"}
    text = desk.post("/portal/licenses/export", format="csv", **sent).text
    assert [line.split(",")[0] for line in text.removeprefix("\ufeff").split()] == [
        "activation_key",
        *keys[:2],
    ]
    rows = table_of(desk.post("/portal/licenses/export", format="xlsx", **sent).get_data())
    assert [row["activation_key"] for row in rows] == keys[:2]
    one = desk.post("/portal/licenses/export", format="csv", chosen="3").text
    assert keys[2] in one
    assert keys[0] not in one
    assert [event.detail for event in events("licenses_exported")] == [
        {"licenses": 2},
        {"licenses": 2},
        {"licenses": 1},
    ]


def test_an_empty_list_leads_to_the_first_license(vendor):
    # On the first day by one press, later by the form.
    first = staff(vendor, "mo", Role.MANAGER, first_day=True).get("/portal/licenses")
    assert form_in(first, "/portal/first-day/test-license").values
    manager = staff(vendor, "mary", Role.MANAGER).get("/portal/licenses").text
    assert "No licenses yet" in manager
    assert manager.partition("No licenses yet")[2].partition("</main>")[0].count("Issue licenses") == 1
    viewer = staff(vendor, "vera", Role.VIEWER).get("/portal/licenses").text
    assert "A manager can issue the first one." in viewer
    assert "Issue licenses" not in viewer.partition("No licenses yet")[2].partition("</main>")[0]


def test_the_page_of_a_license_shows_seats_computers_and_history(vendor, desk):
    key = vendor.issue(seats=5, customer="ada@example.com", features=("cam",), lease_days=90)
    vendor.activate(vendor.machine(key, "LAB-PC-07"))
    dead = vendor.machine(key, "DEAD-PC")
    vendor.activate(dead)
    vendor.release(dead, Forced("the disk died"))
    page = desk.get("/portal/licenses/1").text
    for words in (
        key.text,
        "1 of 5",
        "ada@example.com",
        "90 days per key",
        "LAB-PC-07",
        dead.computer_id.text,
        "Released without a code",
        "the disk died",
        "License issued",
    ):
        assert words in page


def test_who_may_only_look_is_offered_nothing_else(vendor):
    vendor.issue()
    viewer = staff(vendor, "vera", Role.VIEWER).get("/portal/licenses").text
    assert "/portal/audit" not in viewer
    assert "Issue licenses" not in viewer
    assert dialogs(viewer) == set()
