"""Impatient fingers, busy colleagues and roles without the permission, at the pages of licenses."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from keyferry.server.core.models import Role
from tests.portal.conftest import choose, find_licenses, open_license
from tests.portal.test_appearance import check
from tests.portal.test_licenses import MANAGER, fill_in_issue, press, the_license


def test_an_impatient_finger_issues_once(desk):
    page = desk(MANAGER)
    fill_in_issue(page)
    page.get_by_label("Customer’s email").fill("twice@example.com")
    press(page, "Preview")
    page.get_by_role("button", name="Issue 1").dblclick()
    expect(page.get_by_role("heading", name="1 license issued")).to_be_visible()
    find_licenses(page, "twice@example.com")
    expect(page.get_by_text("1 license found.")).to_be_visible()


def test_a_button_shows_that_its_answer_is_on_the_way(desk, house):
    page = desk(MANAGER)
    open_license(page, house.short.issue().text)
    choose(page, "Put on hold…")
    # The answer that leaves a page as it is, so that there is time to look.
    page.route("**/suspend", lambda route: route.fulfill(status=204))
    button = page.get_by_role("dialog").get_by_role("button", name="Put on hold")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Escape")
    # A file leaves the page as it is, and the button is free again at once.
    page.get_by_role("link", name="Licenses").first.click()
    page.locator("input[name=chosen]").first.check()
    button = page.get_by_role("region", name="Selection").get_by_role("button", name="CSV")
    with page.expect_download():
        button.click()
    page.evaluate("new Promise(done => setTimeout(done, 400))")
    expect(button).not_to_have_attribute("aria-busy", "true")


def test_what_a_colleague_changed_is_not_set_back(desk, house):
    key = house.short.issue(seats=2).text
    ada, grace = desk(MANAGER), desk()
    for page in (ada, grace):
        open_license(page, key)
        choose(page, "Edit…")
    grace.get_by_role("dialog").get_by_label("Lease").fill("9")
    press(grace, "Save")
    expect(grace.get_by_text("9 days per key")).to_be_visible()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Notes").fill("by fax")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("This was changed after you opened it")).to_be_visible()
    expect(dialog.get_by_label("Notes")).to_have_value("by fax")
    check(ada)
    # Closed, the page shows how it stands; opened again, the dialog begins from that.
    assert the_license(key).lease_days == 9
    ada.keyboard.press("Escape")
    expect(ada.get_by_text("9 days per key")).to_be_visible()


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.VIEWER])
def test_who_may_not_change_licenses_is_not_offered_it(desk, house, role):
    key = house.short.issue().text
    page = desk(role)
    open_license(page, key)
    for name in ("Renew…", "Edit…", "Put on hold…", "Replace activation key…"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    page.get_by_role("link", name="Licenses").first.click()
    expect(page.get_by_role("link", name="Issue licenses")).to_have_count(0)
    expect(page.get_by_role("button", name="Put on hold")).to_have_count(0)
    expect(page.get_by_role("button", name="CSV").first).to_be_visible()
