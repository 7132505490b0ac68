from __future__ import annotations

from datetime import date, timedelta

from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.models import Role
from tests.faces.portal_visitor import Visitor, staff


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
    assert "Page 1 of 2" in first
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
    vendor.activate(vendor.machine(vendor.issue()))
    viewer = staff(vendor, "vera", Role.VIEWER).get("/portal/licenses/1").text
    support = staff(vendor, "sam", Role.SUPPORT).get("/portal/licenses/1").text
    assert "data-opens=" not in viewer
    assert viewer.count("<dialog") == viewer.count('<dialog id="palette"') == 1
    assert "/portal/audit" not in viewer
    assert "Issue licenses" not in staff(vendor, "val", Role.VIEWER).get("/portal/licenses").text
    assert 'data-opens="release"' in support
    assert 'data-opens="force"' not in support


def test_the_audit_is_filtered(vendor, desk):
    key = vendor.issue()
    vendor.activate(vendor.machine(key))
    Visitor(vendor.app.test_client()).sign_in("ada", "wrong")
    everything = desk.get("/portal/audit").text
    assert "Activated on a new seat" in everything
    refused = desk.get("/portal/audit?refused=1").text.split("<section")[1]
    assert "Sign-in refused" in refused
    assert "Activated on" not in refused
    assert "from 127.0.0.1" in refused
    of_one = desk.get("/portal/audit?license=1").text.split("<section")[1]
    assert "Activated on a new seat" in of_one
    assert "Signed in" not in of_one
    assert "No events found." in desk.get("/portal/audit?who=nobody&channel=portal").text
    assert desk.get("/portal/audit?license=x&channel=x&page=x").status_code == 200
