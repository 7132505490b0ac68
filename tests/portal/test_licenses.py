"""What staff do with licenses themselves, in the browser: one or many of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import License, Role
from keyferry.server.db import reading
from tests.portal.conftest import choose, find_licenses, open_license
from tests.workbooks import table_of

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
    page.get_by_role("link", name="Issue licenses").first.click()
    page.get_by_label("Product").select_option("demo-short")
    for label, value in more.items():
        page.get_by_label(label.replace("_", " ")).fill(value)


def test_many_are_issued_after_a_preview_and_taken_along_as_text_and_as_a_table(desk, house, tmp_path: Path):
    page = desk(MANAGER)
    fill_in_issue(page, How_many="3", Seats_each="5", Last_day="2030-12-31")
    # Who typed a day has chosen it.
    expect(page.get_by_label("On a date")).to_be_checked()
    page.get_by_role("checkbox", name="cam").check()
    page.get_by_label("Customer’s email").fill("Buyer@Example.com")
    press(page, "Preview")
    question = page.get_by_role("dialog", name="Issue 3 licenses?")
    for fact in ("Dec 31, 2030", "buyer@example.com", "cam"):
        expect(question.locator("dd").get_by_text(fact, exact=True)).to_be_visible()
    # Whoever presses Return too often issues nothing.
    expect(question.get_by_role("button", name="Change")).to_be_focused()
    press(page, "Change")
    # What the form means stands beside it, as it is typed.
    page.get_by_label("Seats each").fill("4")
    expect(page.get_by_text("4 each, 12 in all")).to_be_visible()
    press(page, "Preview")
    press(page, "Issue 3 licenses")
    expect(page.get_by_role("heading", name="3 licenses issued")).to_be_visible()
    keys = page.locator("#keys a.k").all_text_contents()
    assert {the_license(key).seats for key in keys} == {4}
    press(page, "Copy all 3")
    expect(page.get_by_text("Copied.").first).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()").split() == keys
    with page.expect_download() as download:
        press(page, "Excel")
    download.value.save_as(tmp_path / "licenses.xlsx")
    rows = table_of((tmp_path / "licenses.xlsx").read_bytes())
    assert [row["activation_key"] for row in rows] == keys
    assert {(row["customer"], row["seats"], row["expires"]) for row in rows} == {
        ("buyer@example.com", "4", "2030-12-31")
    }
    # Each leads back to the others.
    page.locator("#keys a.k").first.click()
    page.get_by_role("link", name="with 2 others").click()
    expect(page.get_by_role("heading", name="3 licenses issued")).to_be_visible()


def test_rows_are_selected_counted_and_changed_and_all_of_a_list_at_once(desk, house, soon):
    customer = "rows@example.com"
    keys = [house.short.issue(customer=customer, expires=soon).text for _ in range(51)]
    page = desk(MANAGER)
    find_licenses(page, customer)
    bar = page.get_by_role("region", name="Selection")
    expect(bar).to_be_hidden()
    # With Shift, all between two of them; a key is copied whole.
    boxes = page.locator("input[name=chosen]")
    boxes.nth(0).check()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(bar.get_by_text("4 selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.get_by_role("button", name="Copy activation key").first.click()
    expect(page.get_by_text("Copied.").first).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == keys[-1]
    page.get_by_label("Select this page").check()
    bar.get_by_role("link", name="Select all 51").click()
    expect(bar.get_by_text("All 51 selected")).to_be_visible()
    press(page, "Put on hold…")
    expect(page.get_by_role("heading", name="Put 51 licenses on hold?")).to_be_visible()
    press(page, "Put on hold")
    expect(page.get_by_text("51 licenses put on hold.")).to_be_visible()
    assert {the_license(key).status for key in keys} == {"suspended"}
    # On a phone, rows are chosen by a tap, and the head counts.
    find_licenses(page, customer)
    page.set_viewport_size({"width": 390, "height": 844})
    press(page, "Select")
    page.locator("tbody tr").nth(1).click()
    expect(page.locator("header").get_by_text("1 selected")).to_be_visible()
    expect(page.get_by_role("button", name="Resume…")).to_be_visible()
    press(page, "Stop selecting")
    expect(page.get_by_role("button", name="Select", exact=True)).to_be_focused()


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
    choose(page, "Put on hold…")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_role("status").first).to_contain_text("License on hold.")
    assert the_license(key).status == "suspended"
    # Nothing is activated while it is on hold: what leads on from here is the page's one filled button.
    press(page, "Resume…")
    dialog.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("status").first).to_contain_text("License resumed.")
    # What was done stands in the history, once, and no message comes back with a reload.
    page.reload()
    expect(page.locator("main > .note")).to_have_count(0)
    for event in ("License renewed", "License put on hold", "License resumed"):
        expect(page.locator(".time").get_by_text(event)).to_have_count(1)


def test_a_leaked_key_is_replaced_and_only_the_fresh_one_counts(desk, house):
    vendor, page = house.short, desk(MANAGER)
    leaked = vendor.issue()
    vendor.activate(vendor.machine(leaked, "LAB-PC-07"))
    open_license(page, leaked.text)
    choose(page, "Replace activation key…")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 activated computer keeps running")).to_be_visible()
    dialog.get_by_role("button", name="Replace key").click()
    expect(page.get_by_role("status").first).to_contain_text("Activation key replaced.")
    fresh = the_license(leaked.text).activation_key
    assert fresh != leaked.text
    expect(page.get_by_role("heading", name=fresh)).to_be_visible()
    expect(page.locator(".comp").first).to_contain_text("LAB-PC-07")
