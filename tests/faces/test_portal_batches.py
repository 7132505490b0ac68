"""A batch in the portal: how far it has come, how it goes on, and its keys in the end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import License, Role
from keyferry.server.db import reading
from keyferry.server.services import issuing
from tests.audit_log import events
from tests.faces.portal_visitor import Visitor, form_in, staff
from tests.workbooks import table_of

MANAGER = By(Channel.PORTAL, "grace", role=Role.MANAGER)
# More than a chunk, and more than a page shows.
WANTED = Wanted("demo-cad", 1, Terms(), customer="ada@example.com", count=1001)
PAGE, GO_ON, STOP = (f"/portal/licenses/issued/1{end}" for end in ("", "/go-on", "/stop"))
MORE = {"product": "demo-cad", "seats": "1", "term": "never"}


@pytest.fixture
def begun(vendor) -> issuing.Progress:
    """A batch whose first chunk was issued before the server was stopped."""
    return issuing.begin(WANTED, batches.new_form(), by=MANAGER)


@pytest.fixture
def desk(vendor) -> Visitor:
    return staff(vendor, role=Role.MANAGER)


def issued() -> int:
    with reading() as session:
        return session.scalars(select(func.count()).select_from(License)).one()


def go_on_to_the_end(desk: Visitor) -> str:
    """Press the button of the page until there is none."""
    for _ in range(20):
        page = desk.get(PAGE)
        if GO_ON not in page.text:
            return page.text
        assert desk.post(GO_ON, **form_in(page, GO_ON).values).location == PAGE
    raise AssertionError("the batch does not come to its end")


def test_a_batch_that_was_interrupted_is_found_where_licenses_are_issued_and_goes_on(desk, begun):
    form = desk.get("/portal/licenses/new").text
    assert f'<a href="{PAGE}">{begun.done} of 1,001 issued</a>' in form
    page = desk.get(PAGE).text
    assert "Issuing 1,001 licenses" in page
    assert f'max="1001" value="{begun.done}"' in page
    assert f"{PAGE}/export" not in page
    assert "1,001 licenses issued" in go_on_to_the_end(desk)
    assert issued() == 1001
    assert "Unfinished" not in desk.get("/portal/licenses/new").text


def test_a_long_batch_ends_with_some_keys_and_a_table_of_all(desk, begun):
    page = go_on_to_the_end(desk)
    assert page.count('<td class="c-full">') == 1000
    assert "The first 1,000 keys." in page
    assert "Copy all" not in page
    rows = table_of(desk.post(f"{PAGE}/export").get_data())
    with reading() as session:
        assert [row["activation_key"] for row in rows] == session.scalars(
            select(License.activation_key).order_by(License.id)
        ).all()
    assert {(row["product"], row["customer"], row["status"]) for row in rows} == {
        ("demo-cad", "ada@example.com", "active")
    }
    assert [event.detail for event in events("licenses_exported")] == [{"batch": 1, "licenses": 1001}]


def test_the_script_of_the_page_is_told_in_numbers(desk, begun):
    desk.get(PAGE)
    sent = {"csrf_token": desk.csrf}
    told = {"done": 0}
    while told["done"] < 1001:
        told = desk.client.post(GO_ON, data=sent, headers={"Accept": "application/json"}).json
        assert told == {"done": issued(), "wanted": 1001}


def test_a_thousand_are_issued_by_one_form(desk):
    form = form_in(desk.post("/portal/licenses/preview", count="1000", **MORE), "/portal/licenses/issue")
    page = desk.get(desk.post(form.action, **form.values).location)
    # However slow the machine is: what is left after a second is one more press away.
    while GO_ON in page.text:
        page = desk.get(desk.post(GO_ON, **form_in(page, GO_ON).values).location)
    assert "1,000 licenses issued" in page.text
    assert issued() == 1000


def test_a_form_that_is_sent_again_while_its_batch_is_unfinished_goes_on_with_it(desk):
    form = form_in(desk.post("/portal/licenses/preview", count="1001", **MORE), "/portal/licenses/issue")
    wanted = replace(WANTED, customer=None)
    issuing.begin(wanted, batches.mark_of_form(str(form.values["form"])), by=MANAGER)
    assert desk.post(form.action, **form.values).location == PAGE
    assert "The same batch continues." in desk.get(PAGE).text
    go_on_to_the_end(desk)
    assert issued() == 1001


def test_a_batch_can_be_stopped(desk, begun):
    page = desk.get(PAGE)
    assert desk.post(STOP, **form_in(page, STOP).values).location == PAGE
    assert f"{begun.done} licenses issued" in desk.get(PAGE).text
    desk.post(STOP)
    assert "No changes." in desk.get(PAGE).text
    desk.post(GO_ON)
    assert issued() == begun.done
    assert [event.who for event in events("issue_stopped")] == ["ada"]


def test_who_only_looks_sees_how_far_it_is_and_cannot_go_on(vendor, begun):
    viewer = staff(vendor, role=Role.VIEWER)
    page = viewer.get(PAGE).text
    assert f"{begun.done} of 1,001 issued" in page
    assert GO_ON not in page
    assert STOP not in page
    assert (viewer.post(GO_ON).status_code, viewer.post(STOP).status_code) == (403, 403)
    assert issued() == begun.done


def test_a_batch_that_cannot_go_on_says_why_on_its_page(vendor, desk):
    with_end = replace(WANTED, terms=Terms(expires=vendor.clock.now.date()))
    batch = issuing.begin(with_end, batches.new_form(), by=MANAGER)
    vendor.clock.pass_days(2)
    visitor = staff(vendor, "grace", role=Role.MANAGER)
    refused = visitor.post(GO_ON)
    assert refused.status_code == 400
    assert "is in the past" in refused.text
    assert f"{batch.done} of 1,001 issued" in refused.text
    # Nothing asks again by itself what was just refused.
    assert "data-goes-on" not in refused.text
