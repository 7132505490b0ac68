"""What holds on every page of the portal: of what is not there, of empty lists, and of names and notes."""

from __future__ import annotations

import pytest
from flask import url_for

from keyferry.server.db import db
from tests.faces.portal_visitor import staff
from tests.listening import listen
from tests.long.portal.test_access_of_the_portal import ADDRESSES, ELSEWHERE

EMAIL = "ada@example.com"
# The sentence, pages, and addresses of forms.
MISSING = {
    "There’s no such license.": (["licenses/77"], ["licenses/77/activate", "licenses/77/renew"]),
    "There’s no such computer.": (["computers/77"], ["computers/77/key"]),
    "There’s no such customer.": (["customers/77"], ["customers/77/edit"]),
    "There’s no such operator.": (["operators/77"], ["operators/77/disable"]),
    "There’s no product with this code.": (
        ["products/none", "products/a%20b", "products/%00"],
        ["products/none/rotate"],
    ),
    "This email doesn’t exist.": (
        ["mails/nothing/en", "mails/computer_key/fr"],
        ["mails/computer_key/fr", "mails/nothing/en/test"],
    ),
}


# What is asked for by a page, and is none itself: files, figures, and what stands in a frame.
PARTS = {
    *("/portal/first-day/state", "/portal/branding/readable", "/portal/branding/example"),
    *("/portal/mails/<name>/<language>/letter", "/portal/mails/<name>/<language>/plain"),
}


def test_somebody_looks_at_every_page_with_axe(app):
    """Where a page is new, its address belongs into the list of those that everybody must be able to use."""
    asked = app.url_map.bind("localhost")
    known = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/portal/")
        and "GET" in rule.methods
        and "." not in rule.rule.rpartition("/")[2]
    }
    paths = (f"/portal/{address.partition('?')[0]}" for address in ADDRESSES)
    swept = {asked.match(path, return_rule=True)[0].rule for path in paths}
    assert swept & ELSEWHERE.keys() == set()
    assert known - PARTS == swept | ELSEWHERE.keys()


@pytest.mark.parametrize("sentence", MISSING)
def test_what_is_not_there_is_named_whatever_else_is_wrong(desk, sentence):
    pages, forms = MISSING[sentence]
    for answer in (
        *(desk.get(f"/portal/{path}") for path in pages),
        *(desk.post(f"/portal/{path}", text="x") for path in forms),
        *(desk.post(f"/portal/{path}", csrf_token="stale") for path in forms),
    ):
        assert answer.status_code == 404
        assert sentence in answer.text


@pytest.mark.parametrize(
    ("room", "sentence"),
    [
        ("licenses", "No licenses yet"),
        ("computers", "No computers yet"),
        ("possible-copies", "No possible copies"),
        ("customers", "No customers yet"),
        ("outbox", "Everything has been sent."),
    ],
)
def test_a_list_that_is_empty_says_so(desk, room, sentence):
    assert sentence in desk.get(f"/portal/{room}").text


def test_names_and_notes_bring_no_markup(vendor, desk):
    vendor.activate(vendor.machine(vendor.issue(customer=EMAIL), "<script>alert(1)</script>"))
    desk.post("/portal/customers/1/edit", email=EMAIL, name="<b>Ada</b>", notes="<script>alert(2)</script>")
    for path in ("licenses/1", "computers", "computers/1", "customers", "customers/1"):
        page = desk.get(f"/portal/{path}").text
        assert "<script>alert" not in page
        assert "<b>Ada" not in page
        assert "&lt;script&gt;alert(1)" in page or path == "customers"


@pytest.mark.parametrize(
    ("page", "operation"), [("licenses/1", "activate"), ("computers/1", "key"), ("operators/1", "disable")]
)
def test_an_operation_in_a_session_that_has_ended_leads_back_to_its_page(vendor, desk, page, operation):
    vendor.activate(vendor.machine(vendor.issue()))
    vendor.clock.pass_days(1)
    answer = desk.post(f"/portal/{page}/{operation}")
    assert answer.status_code == 403
    assert f'name="next" value="/portal/{page}"' in answer.text


@pytest.mark.engines("sqlite")
def test_no_page_holds_two_connections_at_once(vendor, app):
    """Enough requests at once would each hold one, and wait for each other's."""
    vendor.activate(vendor.machine(vendor.issue(customer="ada@example.com")))
    visitor = staff(vendor, first_day=True)
    held = most = 0

    def taken(*_):
        nonlocal held, most
        held, most = held + 1, max(most, held + 1)

    def given_back(*_):
        nonlocal held
        held -= 1

    listen(db.engine, "checkout", taken)
    listen(db.engine, "checkin", given_back)
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/portal")]
    for rule in (rule for rule in rules if "GET" in rule.methods):
        known = {"code": "demo-cad", "name": "computer_key", "language": "en", **(rule.defaults or {})}
        with app.test_request_context():
            path = url_for(rule.endpoint, **{name: known.get(name, 1) for name in rule.arguments})
        visitor.get(path)
        assert (path, most) == (path, 1)
    assert len(rules) > 40
