"""All licenses of a list, on every page of it, are changed together."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import batches, many
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.licensing.listings import Wanted
from keyferry.server.core.models import License, Role
from keyferry.server.db import reading
from keyferry.server.faces.portal import bulk
from keyferry.server.services import changing_many
from tests.audit_log import events
from tests.faces.portal_visitor import Visitor, form_in, staff

BULK, DO = "/portal/licenses/bulk", "/portal/licenses/bulk/do"
ADAS = {"everything": "1", "list": "q=ada"}
MANAGER = By(Channel.PORTAL, "grace", role=Role.MANAGER)


@pytest.fixture
def desk(vendor) -> Visitor:
    today = vendor.clock.now.date()
    for _ in range(3):
        vendor.issue(customer="ada@example.com", expires=today + timedelta(days=10))
    vendor.issue(customer="ada@example.com")
    vendor.issue(customer="grace@example.com", expires=today + timedelta(days=10))
    return staff(vendor, role=Role.MANAGER)


def on_hold() -> int:
    with reading() as session:
        return session.scalars(
            select(func.count()).select_from(License).where(License.status == "suspended")
        ).one()


def asked(desk: Visitor, action: str, **more: str) -> dict[str, str]:
    """What the form of the question sends."""
    return form_in(desk.post(BULK, action=action, **(ADAS | more)), DO).values


def test_a_whole_list_is_put_on_hold_and_nothing_else(desk):
    question = desk.post(BULK, action="suspend", **ADAS)
    assert "Put 4 licenses on hold?" in question.text
    assert on_hold() == 0
    answer = desk.post(DO, **form_in(question, DO).values)
    assert answer.location == "/portal/licenses?q=ada"
    assert "4 licenses put on hold." in desk.get(answer.location).text
    assert on_hold() == 4
    assert [event.who for event in events("license_suspended")] == ["ada"] * 4
    # Sent again, the form does nothing anew.
    again = asked(desk, "suspend")
    assert "No changes to 4." in desk.get(desk.post(DO, **again).location).text
    assert "4 licenses resumed." in desk.get(desk.post(DO, **asked(desk, "resume")).location).text
    assert on_hold() == 0


def test_what_cannot_be_renewed_is_skipped_and_counted(desk):
    answer = desk.post(DO, **(asked(desk, "renew") | {"term": "days", "days": "30"}))
    page = desk.get(answer.location).text
    assert "3 licenses renewed." in page
    assert "1 license was skipped: it has no end date, or would end too late." in page
    assert len(events("license_renewed")) == 3


def test_a_renewal_without_days_is_refused_beside_its_field_and_begins_nothing(desk):
    answer = desk.post(DO, **(asked(desk, "renew") | {"term": "days", "days": "0"}))
    assert answer.status_code == 400
    assert "Renew 4 licenses?" in answer.text
    assert events("license_renewed") == []


def test_a_list_that_changed_since_the_question_is_asked_about_again(vendor, desk):
    form = asked(desk, "suspend")
    vendor.issue(customer="ada@example.com")
    answer = desk.post(DO, **form)
    assert answer.status_code == 409
    assert "This was changed after you opened it." in answer.text
    assert "Put 5 licenses on hold?" in answer.text
    assert on_hold() == 0
    assert desk.post(DO, **form_in(answer, DO).values).status_code == 302
    assert on_hold() == 5


def test_a_change_that_was_interrupted_goes_on_from_its_page_and_changes_each_license_once(vendor, desk):
    mark, wanted = batches.new_form(), Wanted(search="ada")
    numbers = changing_many.meant(wanted)
    seen = changing_many.version(numbers)
    begun = changing_many.begin(numbers, "suspend", Terms(), mark, by=MANAGER, seen=seen)
    # The same form again is the same change.
    assert changing_many.begin((), "suspend", Terms(), mark, by=MANAGER, seen=seen) == begun
    page = desk.get(f"{BULK}/1")
    assert "Putting 4 licenses on hold" in page.text
    assert "0 of 4 done" in page.text
    go_on = f"{BULK}/1/go-on"
    viewer = staff(vendor, "vera", Role.VIEWER)
    assert go_on not in viewer.get(f"{BULK}/1").text
    assert viewer.post(go_on).status_code == 403
    desk.get(f"{BULK}/1")
    sent = {"csrf_token": desk.csrf}
    told = desk.client.post(go_on, data=sent, headers={"Accept": "application/json"}).json
    assert told == {"done": 4, "wanted": 4}
    assert on_hold() == len(events("license_suspended")) == 4
    assert "4 licenses put on hold." in desk.get(f"{BULK}/1").text
    assert desk.get(f"{BULK}/2").status_code == 404


def test_a_list_that_is_too_long_is_not_begun(desk, monkeypatch):
    monkeypatch.setattr(many, "MOST", 3)
    answer = desk.post(BULK, action="suspend", **ADAS)
    assert answer.status_code == 400
    assert "That’s more than 3 licenses." in answer.text
    # It stands above the list, where filters make it shorter.
    assert 'aria-label="Saved views"' in answer.text
    monkeypatch.setattr(bulk, "MOST_ROWS", 3)
    refused = desk.post("/portal/licenses/export", format="xlsx", **ADAS)
    assert refused.status_code == 400
    assert "That’s more than 3 licenses." in refused.text
    assert events("licenses_exported") == []
    assert desk.post("/portal/licenses/export", format="csv", **ADAS).text.count("ada@example.com") == 4
    nothing = desk.post(BULK, action="suspend", everything="1", list="q=nobody")
    assert "Select licenses first" in nothing.text


def test_all_that_a_list_shows_is_selected_by_a_link(vendor, desk):
    for _ in range(50):
        vendor.issue(customer="many@example.com")
    page = desk.get("/portal/licenses?q=many@").text
    assert "Select all" not in page
    page = desk.get("/portal/licenses").text
    [address] = set(re.findall(r'href="([^"]+)">Select all 55<', page))
    page = desk.get(address)
    assert "All 55 selected" in page.text
    assert page.text.count("checked disabled") == 50
    form = form_in(page, "/portal/licenses/export", has="everything")
    assert form.values["everything"] == "1"
