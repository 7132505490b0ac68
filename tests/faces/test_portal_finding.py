"""The search at the top: what it opens, and what its script is told while somebody types."""

from __future__ import annotations

import pytest

from keyferry.protocol.request_token import scan_url
from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import Role
from keyferry.server.db import reading
from tests.faces.portal_visitor import staff


@pytest.fixture
def known(vendor):
    """A license with a computer, of a customer."""
    key = vendor.issue(customer="ada@example.com")
    machine = vendor.machine(key)
    vendor.activate(machine)
    return machine


def page_of(machine) -> str:
    with reading() as session:
        return f"/portal/licenses/{licenses.find(session, machine.activation_key).id}"


def glance(visitor, sought: str, **more):
    return visitor.post("/portal/glance", sought=sought, **more)


def test_what_is_named_as_a_whole_is_opened_and_no_address_holds_its_code(desk, known):
    for sought in (known.activation_key.text, known.computer_id.text, " ADA@example.com "):
        answer = desk.post("/portal/find", sought=sought)
        assert (answer.status_code, "?" in answer.location) == (302, False)
        assert "ada@example.com" in desk.get(answer.location).text
    assert desk.post("/portal/find", sought=known.activation_key.text).location == page_of(known)


def test_a_part_of_something_lists_the_licenses_that_fit(desk, known):
    answer = desk.post("/portal/find", sought="LAB-PC")
    assert answer.location == "/portal/licenses?q=LAB-PC"


def test_a_wizards_link_opens_the_license_with_its_dialog_filled(desk, vendor, known):
    answer = desk.post("/portal/find", sought=scan_url("https://keys.example.com", known.activation_token))
    assert known.computer_id.text in answer.text
    wrong = desk.post("/portal/find", sought="https://keys.example.com/A#nothing", plain="1")
    assert wrong.status_code == 400
    assert 'value="https://keys.example.com/A#nothing"' in wrong.text
    assert "QR code is incomplete" in wrong.text


def test_things_are_told_while_somebody_types(desk, known):
    told = glance(desk, "lab").json
    assert told["licenses"] == told["customers"] == []
    [computer] = told["computers"]
    assert (computer["name"], computer["copies"]) == ("LAB-PC-07", known.computer_id.text)
    assert (computer["whose"], computer["said"]) == ("ada@example.com", "active")
    [license] = glance(desk, known.activation_key.text[:8]).json["licenses"]
    assert (license["copies"], license["href"]) == (known.activation_key.text, page_of(known))
    [customer] = glance(desk, "ada@").json["customers"]
    assert customer["said"] == "1 license"


def test_what_was_opened_last_is_told_in_its_order_as_far_as_it_is_there(desk, known):
    recent = ["customers/1", "licenses/999", "licenses/x", "../x", "computers/1", page_of(known)[8:]]
    told = glance(desk, "", recent=recent[:5]).json["recent"]
    assert [one["href"] for one in told] == ["/portal/customers/1", "/portal/computers/1"]
    assert glance(desk, "").json == {"recent": []}


def test_it_is_told_to_who_is_signed_in_and_kept_nowhere(desk, vendor, known):
    answer = glance(staff(vendor, "victor", Role.VIEWER), "lab")
    assert answer.json["computers"]
    assert answer.headers["Cache-Control"] == "no-store"
    desk.client.delete_cookie("csrf_token")
    assert glance(desk, "lab", csrf_token="another").status_code == 400
    desk.post("/portal/sign-out")
    gone = glance(desk, "lab")
    assert gone.status_code in (400, 401, 403)
    assert "LAB-PC-07" not in gone.text


def test_help_and_scan_are_pages_too(desk):
    assert "A customer calls" in desk.get("/portal/help").text
    page = desk.get("/portal/scan").text
    assert 'action="/portal/link"' in page
    assert "needs JavaScript" in page
