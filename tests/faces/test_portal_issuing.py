from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from keyferry.server.core.models import License, Role
from keyferry.server.db import reading
from keyferry.server.parts import EXTENSION
from tests.conftest import Vendor
from tests.faces.portal_visitor import Visitor, form_in, staff

ASKED = {"product": "demo-cad", "count": "3", "seats": "2", "term": "never", "email": "", "notes": ""}


@pytest.fixture
def desk(vendor) -> Visitor:
    return staff(vendor, role=Role.MANAGER)


def issued() -> list[License]:
    with reading() as session:
        return list(session.scalars(select(License)))


def test_the_form_offers_products_with_their_features(desk):
    page = desk.get("/portal/licenses/new").text
    assert '<option value="demo-cad" selected>Demo CAD</option>' in page
    assert 'name="feature" value="cam"' in page


def test_a_preview_says_what_would_be_issued_and_issues_nothing(desk):
    values = ASKED | {"term": "date", "expires": "2027-12-31", "feature": ["cam"], "email": "Ada@Example.com"}
    page = desk.post("/portal/licenses/preview", **values).text.replace("<wbr>", "")
    for words in ("Issue 3 licenses?", "Dec 31, 2027", "cam", "ada@example.com"):
        assert words in page
    assert issued() == []
    fields = form_in(desk.post("/portal/licenses/preview", **values), "/portal/licenses/issue").values
    assert fields["feature"] == "cam"
    page = desk.get(desk.post("/portal/licenses/issue", **fields).location).text
    assert "3 licenses issued" in page
    licenses = issued()
    assert {license.expires_on for license in licenses} == {date(2027, 12, 31)}
    assert {license.features for license in licenses} == {0b10}
    assert all(license.activation_key in page for license in licenses)


def test_days_from_the_first_activation_a_lease_and_notes_can_be_given(desk):
    desk.post(
        "/portal/licenses/issue",
        **(ASKED | {"term": "days", "days": "365", "lease_days": "90", "notes": "n"}),
    )
    [license, *_] = issued()
    assert (license.days_from_first_activation, license.lease_days, license.notes) == (365, 90, "n")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": "100001"}, "must be between 1 and 100,000"),
        ({"count": "x"}, "whole number"),
        ({"seats": ""}, "Enter the number of seats."),
        ({"seats": "0"}, "must be between 1 and"),
        ({"term": "date", "expires": ""}, "Enter an end date"),
        ({"term": "date", "expires": "2026-01-01"}, "is in the past"),
        ({"term": "days", "days": ""}, "or a number of days"),
        ({"term": "never", "expires": "2030-12-31"}, "This belongs to an option that isn’t selected."),
        ({"term": "never", "days": "30"}, "This belongs to an option that isn’t selected."),
        (
            {"term": "date", "expires": "2030-12-31", "days": "30"},
            "This belongs to an option that isn’t selected.",
        ),
        ({"email": "nobody"}, "email address"),
        ({"notes": "n" * 2001}, "Use up to"),
        ({"order": "n" * 61}, "Use up to 60 visible characters for the order."),
        ({"feature": "unknown"}, "has no feature"),
        ({"lease_days": "0"}, "must be between"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "issue"])
def test_what_cannot_be_issued_comes_back_as_it_was_typed(desk, step, changes, sentence):
    answer = desk.post(f"/portal/licenses/{step}", **(ASKED | {"notes": "kept", "count": "17"} | changes))
    assert answer.status_code == 400
    assert sentence in answer.text
    assert f'value="{changes.get("count", "17")}"' in answer.text
    assert issued() == []


def test_an_order_is_kept_with_its_licenses_found_by_its_beginning_and_downloaded(desk):
    location = desk.post("/portal/licenses/issue", **(ASKED | {"order": " po-4823 "})).location
    assert "order <bdi>PO-4823</bdi>" in desk.get(location).text
    assert {one.order_reference for one in issued()} == {"PO-4823"}
    for search in ("po-48", "PO-4823", "*4823"):
        assert "3 licenses found." in desk.get(f"/portal/licenses?q={search}").text
    desk.post("/portal/licenses/columns", column="order")
    assert desk.get("/portal/licenses").text.count(">PO-4823</span>") == 3
    assert ">PO-4823</dd>" in desk.get("/portal/licenses/1").text
    table = desk.post(f"{location}/export", format="csv").text
    assert table.count(",PO-4823,") == 3


def test_the_form_says_whose_an_address_is(vendor, desk):
    vendor.issue(customer="ada@example.com")
    for email, said in (("ADA@example.com ", "1 license so far"), ("nobody@example.com", ""), ("x", "")):
        answer = desk.post("/portal/licenses/new/customer", email=email)
        assert answer.json == {"name": "", "said": said}
    viewer = staff(vendor, "vera", Role.VIEWER)
    assert viewer.post("/portal/licenses/new/customer", email="ada@example.com").status_code == 403


def test_a_product_that_is_gone_is_refused(desk):
    answer = desk.post("/portal/licenses/issue", **(ASKED | {"product": "nothing"}))
    assert answer.status_code == 404
    assert "There’s no product with this code." in answer.text


def test_without_a_product_the_form_says_what_to_do(app, clock):
    desk = staff(Vendor(app, app.extensions[EXTENSION].keyring, clock, "none"), role=Role.MANAGER)
    assert "No products yet" in desk.get("/portal/licenses/new").text
