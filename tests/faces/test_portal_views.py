"""What an operator keeps of the lists: views by name, and columns."""

from __future__ import annotations

import re

import pytest

from keyferry.server.core.models import Role
from keyferry.server.core.staff import saved_views
from keyferry.server.services.views import LICENSE_COLUMNS
from tests.faces.portal_visitor import Visitor, staff

VIEWS = "/portal/licenses/views"


@pytest.fixture
def desk(vendor) -> Visitor:
    vendor.issue(customer="ada@example.com")
    return staff(vendor, role=Role.VIEWER)


def test_a_view_is_saved_under_a_name_and_removed_again(vendor, desk):
    answer = desk.post(VIEWS, name="  Ada’s   own ", list="q=ada&sort=key&dir=asc&page=7&csrf_token=x")
    assert answer.location == "/portal/licenses?q=ada&sort=key&dir=asc"
    page = desk.get("/portal/licenses").text
    assert 'href="/portal/licenses?q=ada&amp;sort=key&amp;dir=asc"><bdi>Ada’s own</bdi>' in page
    here = desk.get(answer.location).text
    assert 'dir=asc" aria-current="page"><bdi>Ada’s own</bdi>' in here
    # Nobody else sees it, or can remove it.
    other = staff(vendor, "grace", Role.ADMINISTRATOR)
    assert "Ada’s own" not in other.get("/portal/licenses").text
    assert other.post(f"{VIEWS}/1/remove").status_code == 404
    # The same name again is the same view.
    desk.post(VIEWS, name="Ada’s own", list="seats=full")
    page = desk.get("/portal/licenses").text
    assert page.count("<bdi>Ada’s own</bdi>") == 1
    desk.post(f"{VIEWS}/1/remove", list="seats=full")
    page = desk.get("/portal/licenses").text
    assert "View “Ada’s own” removed." in page
    assert "<bdi>Ada’s own</bdi>" not in page
    assert "This view was removed already." in desk.post(f"{VIEWS}/1/remove").text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " "}, "visible characters for the view’s name."),
        ({"name": "n" * 41}, "visible characters for the view’s name."),
        ({"name": "long", "list": f"q={'q' * 600}"}, "too long to be saved"),
    ],
)
def test_a_view_that_cannot_be_saved_is_explained_beside_its_name(desk, values, sentence):
    answer = desk.post(VIEWS, **({"list": "q=ada"} | values))
    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    # Its links lead on, as on the list itself.
    assert 'href="/portal/licenses?' in answer.text
    assert "/portal/licenses/views?" not in answer.text


def test_nobody_saves_more_views_than_a_page_can_show(desk, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 2)
    for name in ("one", "two", "two"):
        assert desk.post(VIEWS, name=name, list="seats=full").status_code == 302
    answer = desk.post(VIEWS, name="three", list="seats=full")
    assert answer.status_code == 409
    assert "You have 2 saved views. Remove one first." in answer.text


def test_computers_have_views_of_their_own(vendor, desk):
    vendor.activate(vendor.machine(vendor.issue(), "LAB-PC-07"))
    asked = "q=lab&state=active&way=phone"
    answer = desk.post("/portal/computers/views", name="Ada’s own", list=f"{asked}&page=7&sort=key")
    assert answer.location == f"/portal/computers?{asked}"
    here = desk.get(answer.location).text
    assert (
        f'href="/portal/computers?{asked.replace("&", "&amp;")}" aria-current="page"><bdi>Ada’s own' in here
    )
    # Of the views that everybody has, none is this one.
    assert here.split('aria-label="Views"')[1].split("</nav>")[0].count("aria-current") == 1
    # The lists don't share names.
    assert "Ada’s own" not in desk.get("/portal/licenses").text
    desk.post(VIEWS, name="Ada’s own", list="seats=full")
    assert "<bdi>Ada’s own</bdi>" in desk.get("/portal/computers").text
    refused = desk.post("/portal/computers/views", name=" ", list=asked)
    assert refused.status_code == 400
    assert 'value="lab"' in refused.text
    assert "visible characters for the view’s name." in refused.text
    back = desk.post("/portal/computers/views/1/remove", list=asked)
    assert back.location == f"/portal/computers?{asked}"
    assert "<bdi>Ada’s own</bdi>" not in desk.get("/portal/computers").text
    assert "<bdi>Ada’s own</bdi>" in desk.get("/portal/licenses").text


def test_columns_are_chosen_for_good_and_put_back(vendor, desk):
    usual = desk.get("/portal/licenses").text
    assert ">Last event<" in usual
    back = desk.post("/portal/licenses/columns", column=["key", "issued", "nothing"], list="q=ada")
    assert back.location == "/portal/licenses?q=ada"
    page = desk.get("/portal/licenses").text
    assert ">Last event</th>" not in page
    assert "sort=issued" in page
    assert ">Last event</th>" in staff(vendor, "grace").get("/portal/licenses").text
    desk.post("/portal/licenses/columns", usual="1", column=["key"])
    assert ">Last event</th>" in desk.get("/portal/licenses").text


def test_columns_are_offered_in_the_order_that_the_console_gave_them(vendor, desk):
    # Those that are shown come first, so that saving them once more changes nothing.
    desk.post("/portal/licenses/columns", column=["seats", "customer"])
    boxes = re.findall(r'name="column" value="(\w+)"( checked)?', desk.get("/portal/licenses").text)
    assert [name for name, _ in boxes] == ["seats", "customer", *LICENSE_COLUMNS[1:2], *LICENSE_COLUMNS[3:]]
    assert [name for name, is_checked in boxes if is_checked] == ["seats", "customer"]


@pytest.mark.parametrize(
    ("listing", "query"),
    [("customers", "q=ada&view=full&sort=name&dir=asc"), ("audit", "refused=1&who=ada&since=2026-11-01")],
)
def test_customers_and_the_audit_have_views_of_their_own(vendor, listing, query):
    desk = staff(vendor, role=Role.MANAGER)
    address = f"/portal/{listing}"
    assert desk.post(f"{address}/views", name="Mine", list=f"{query}&page=7").location == f"{address}?{query}"
    page = desk.get(f"{address}?{query}").text
    assert 'aria-current="page"><bdi>Mine</bdi>' in page
    assert page.count('aria-current="page"><bdi>') == 1
    # Those of other lists are not among them.
    assert "<bdi>Mine</bdi>" not in desk.get("/portal/computers").text
    refused = desk.post(f"{address}/views", name=" ", list=query)
    assert refused.status_code == 400
    assert "visible characters for the view’s name." in refused.text
    assert f'href="{address}?' in refused.text
    desk.post(f"{address}/views/1/remove", list=query)
    assert "<bdi>Mine</bdi>" not in desk.get(address).text


def test_who_may_not_see_the_audit_saves_no_view_of_it_and_is_shown_nothing_of_it(desk):
    for name in ("Mine", " "):
        answer = desk.post("/portal/audit/views", name=name, list="refused=1")
        assert answer.status_code == 403
        assert "License issued" not in answer.text
    assert desk.post("/portal/audit/views/1/remove").status_code == 403
