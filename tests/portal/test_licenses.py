"""What staff do with licenses themselves, in the browser: one or many of them."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import License, Role
from keyferry.server.db import reading
from tests.portal.conftest import open_license
from tests.portal.test_appearance import check

MANAGER = Role.MANAGER


@pytest.fixture
def soon() -> date:
    return datetime.now(UTC).date() + timedelta(days=10)


def the_license(key: str | ActivationKey) -> License:
    with reading() as session:
        found = licenses.find(session, ActivationKey.from_text(str(key)), former_too=True)
        _ = found.customer
        return found


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fill_in_issue(page: Page, **more: str) -> None:
    page.get_by_role("link", name="Licenses").first.click()
    page.get_by_role("link", name="Issue licenses").click()
    page.get_by_label("Product").select_option("demo-short")
    for label, value in more.items():
        page.get_by_label(label.replace("_", " ")).fill(value)


def test_many_are_issued_after_a_preview_and_taken_along_as_text_and_as_a_table(desk, tmp_path: Path):
    page = desk(MANAGER)
    fill_in_issue(page, How_many="3", Seats_each="5", Last_day="2030-12-31")
    # Who typed a day has chosen it.
    expect(page.get_by_label("On a date")).to_be_checked()
    page.get_by_role("checkbox", name="cam").check()
    page.get_by_label("Customer’s email").fill("Buyer@Example.com")
    press(page, "Preview")
    expect(page.get_by_role("heading", name="Issue 3 licenses?")).to_be_visible()
    for fact in ("Dec 31, 2030", "buyer@example.com", "cam"):
        expect(page.get_by_text(fact, exact=True)).to_be_visible()
    press(page, "Change")
    page.get_by_label("Seats each").fill("4")
    press(page, "Preview")
    press(page, "Issue 3 licenses")
    expect(page.get_by_role("heading", name="3 licenses issued")).to_be_visible()
    keys = page.locator("#keys .code").all_inner_texts()
    assert {the_license(key).seats for key in keys} == {4}
    press(page, "Copy all 3")
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split() == keys
    with page.expect_download() as download:
        press(page, "Download CSV")
    download.value.save_as(tmp_path / "licenses.csv")
    with (tmp_path / "licenses.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["activation_key"] for row in rows] == keys
    assert {(row["customer"], row["seats"], row["expires"]) for row in rows} == {
        ("buyer@example.com", "4", "2030-12-31")
    }
    # Each leads back to the others.
    page.get_by_role("link", name=keys[0]).click()
    page.get_by_role("link", name="with 2 others").click()
    expect(page.get_by_role("heading", name="3 licenses issued")).to_be_visible()


def test_what_cannot_be_issued_is_explained_beside_its_field_and_kept(desk):
    page, last_week = desk(MANAGER), datetime.now(UTC).date() - timedelta(days=7)
    fill_in_issue(page, How_many="2", Last_day=str(last_week), Notes="order 4711")
    press(page, "Preview")
    wrong = page.get_by_label("Last day")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("is in the past").first).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("order 4711")
    expect(page.get_by_label("How many")).to_have_value("2")


def test_a_day_typed_before_the_script_runs_counts_and_what_is_not_chosen_is_not_sent(desk):
    page = desk(MANAGER)
    page.get_by_role("link", name="Licenses").first.click()
    waiting: list[Route] = []
    page.route("**/static/pages.js*", lambda route: waiting.append(route))
    fill_in_issue(page, Last_day="2030-12-31")
    expect(page.get_by_label("Never expires")).to_be_checked()
    for script in waiting:
        script.continue_()
    expect(page.get_by_label("On a date")).to_be_checked()
    page.get_by_label("After first use … days").check()
    page.get_by_label("Days", exact=True).fill("30")
    press(page, "Preview")
    expect(page.get_by_text("30 days after first use")).to_be_visible()


def test_an_impatient_finger_issues_once(desk):
    page = desk(MANAGER)
    fill_in_issue(page)
    page.get_by_label("Customer’s email").fill("twice@example.com")
    press(page, "Preview")
    page.get_by_role("button", name="Issue 1").dblclick()
    expect(page.get_by_role("heading", name="1 license issued")).to_be_visible()
    page.get_by_role("link", name="Licenses").first.click()
    page.get_by_label("Search").fill("twice@example.com")
    press(page, "Search")
    expect(page.get_by_text("1 license found.")).to_be_visible()


def test_a_button_shows_that_its_answer_is_on_the_way(desk, house):
    page = desk(MANAGER)
    open_license(page, house.short.issue().text)
    press(page, "Put on hold…")
    # The answer that leaves a page as it is, so that there is time to look.
    page.route("**/suspend", lambda route: route.fulfill(status=204))
    button = page.get_by_role("dialog").get_by_role("button", name="Put on hold")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Escape")
    # A file leaves the page as it is, and the button is free again at once.
    page.get_by_role("link", name="Licenses").first.click()
    page.locator("input[name=chosen]").first.check()
    button = page.get_by_role("button", name="Download CSV")
    with page.expect_download():
        button.click()
    page.evaluate("new Promise(done => setTimeout(done, 400))")
    expect(button).not_to_have_attribute("aria-busy", "true")


def test_a_license_is_renewed_suspended_and_resumed(desk, house, soon):
    key = house.short.issue(expires=soon).text
    page = desk(MANAGER)
    open_license(page, key)
    press(page, "Renew…")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Days", exact=True)).to_be_focused()
    dialog.get_by_label("Days", exact=True).fill("30")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("License renewed.")
    assert the_license(key).expires_on == soon + timedelta(days=30)
    press(page, "Put on hold…")
    dialog.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_role("status").first).to_contain_text("License on hold.")
    assert the_license(key).status == "suspended"
    press(page, "Resume…")
    dialog.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("status").first).to_contain_text("License resumed.")
    # What was done stands in the history, once, and no message comes back with a reload.
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    for event in ("License renewed", "License put on hold", "License resumed"):
        expect(page.locator(".events").get_by_text(event)).to_have_count(1)


def test_a_license_is_edited_and_what_does_not_fit_stays_in_its_dialog(desk, house):
    vendor, page = house.short, desk(MANAGER)
    # A browser sends such a domain in another spelling.
    customer = "einkauf@müller-und-söhne.example"
    key = vendor.issue(seats=3, customer=customer)
    for name in ("A", "B"):
        vendor.activate(vendor.machine(key, name))
    open_license(page, key.text)
    press(page, "Edit…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Seats").fill("1")
    dialog.get_by_label("cam").check()
    dialog.get_by_label("Notes").fill("paid by invoice")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Seats")).to_be_focused()
    expect(dialog.get_by_text("2 computers use this license.").first).to_be_visible()
    expect(dialog.get_by_label("cam")).to_be_checked()
    dialog.get_by_label("Seats").fill("4")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2 of 4").first).to_be_visible()
    expect(page.get_by_role("definition").get_by_text("paid by invoice")).to_be_visible()
    changed = the_license(key.text)
    assert (changed.features, changed.customer.email) == (0b10, customer)


def test_what_a_colleague_changed_is_not_set_back(desk, house):
    key = house.short.issue(seats=2).text
    ada, grace = desk(MANAGER), desk()
    for page in (ada, grace):
        open_license(page, key)
        press(page, "Edit…")
    grace.get_by_role("dialog").get_by_label("Seats").fill("9")
    press(grace, "Save")
    expect(grace.get_by_text("0 of 9").first).to_be_visible()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Notes").fill("by fax")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("This was changed after you opened it")).to_be_visible()
    expect(dialog.get_by_label("Notes")).to_have_value("by fax")
    check(ada)
    # Closed, the page shows how it stands; opened again, the dialog begins from that.
    assert the_license(key).seats == 9
    ada.keyboard.press("Escape")
    expect(ada.get_by_text("0 of 9").first).to_be_visible()


def test_a_leaked_key_is_replaced_and_only_the_fresh_one_counts(desk, house):
    vendor, page = house.short, desk(MANAGER)
    leaked = vendor.issue()
    vendor.activate(vendor.machine(leaked, "LAB-PC-07"))
    open_license(page, leaked.text)
    press(page, "Replace activation key…")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 activated computer keeps running")).to_be_visible()
    dialog.get_by_role("button", name="Replace key").click()
    expect(page.get_by_role("status").first).to_contain_text("Activation key replaced.")
    fresh = the_license(leaked.text).activation_key
    assert fresh != leaked.text
    expect(page.get_by_role("heading", name=fresh)).to_be_visible()
    expect(page.locator(".computer").first).to_contain_text("LAB-PC-07")


def test_ticked_licenses_are_renewed_and_suspended_after_a_question_that_counts(desk, house, soon):
    customer = "many@example.com"
    keys = [house.short.issue(customer=customer, expires=soon).text for _ in range(3)]
    page = desk(MANAGER)
    page.get_by_role("link", name="Licenses").first.click()
    page.get_by_label("Search").fill(customer)
    press(page, "Search")
    expect(page.get_by_text("3 licenses found.")).to_be_visible()
    page.get_by_label(f"Select {keys[0]}").check()
    page.get_by_label(f"Select {keys[2]}").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    press(page, "Renew…")
    expect(page.get_by_role("heading", name="Renew 2 licenses?")).to_be_visible()
    for key in (keys[0], keys[2]):
        expect(page.get_by_text(key)).to_be_visible()
    page.get_by_label("Days", exact=True).fill("5")
    press(page, "Renew")
    expect(page.get_by_role("status").first).to_have_text("2 licenses renewed.")
    ends = [the_license(key).expires_on for key in keys]
    assert ends == [soon + timedelta(days=5), soon, soon + timedelta(days=5)]
    page.get_by_label("Search").fill(customer)
    press(page, "Search")
    page.get_by_label("Select all on this page").check()
    press(page, "Put on hold…")
    check(page)
    press(page, "Put on hold")
    expect(page.get_by_role("status").first).to_have_text("3 licenses put on hold.")
    assert {the_license(key).status for key in keys} == {"suspended"}


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
    expect(page.get_by_role("button", name="Download CSV")).to_be_visible()


@pytest.mark.parametrize("state", ["issue", "issue refused", "preview", "issued", "renew", "edit", "replace"])
def test_the_pages_of_issuing_and_changing_can_be_used_by_everybody(desk, house, state):
    page = desk(MANAGER)
    if state in ("renew", "edit", "replace"):
        open_license(page, house.short.issue(seats=2, features=("cam",)).text)
        press(page, {"replace": "Replace activation key…"}.get(state, f"{state.title()}…"))
        expect(page.get_by_role("dialog")).to_be_visible()
    else:
        fill_in_issue(page, How_many="12")
        if state == "issue refused":
            page.get_by_label("Last day").fill("2020-01-01")
        if state != "issue":
            press(page, "Preview")
        if state == "issued":
            press(page, "Issue 12 licenses")
    check(page)
