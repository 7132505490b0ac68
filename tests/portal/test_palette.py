"""The search at the top: Ctrl+K or "/", some letters, Enter."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from keyferry.server.core.models import Role
from tests.portal.conftest import listens
from tests.portal.test_appearance import TWO_LOOKS, check


def anywhere(page: Page, house) -> Page:
    page.goto(f"{house.origin}/portal/scan")
    listens(page)
    # Out of its field, where keys are letters.
    page.get_by_role("heading", level=1).click()
    return page


def test_a_thing_and_a_page_are_reached_by_some_letters(desk, house):
    vendor = house.short
    key = vendor.issue()
    machine = vendor.machine(key, "WELD-9")
    vendor.activate(machine)
    page = anywhere(desk(), house)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("weld")
    expect(palette.get_by_role("option").first).to_contain_text("WELD-9")
    expect(palette.locator("mark").first).to_have_text("WELD")
    page.keyboard.press("Control+c")
    expect(palette.get_by_text("Copied.")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == machine.computer_id.text
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/computers/*")
    anywhere(page, house).get_by_role("searchbox").click()
    page.keyboard.type("custom")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.origin}/portal/customers")


def test_it_offers_only_what_the_role_allows(desk, house):
    page = desk(Role.VIEWER)
    anywhere(page, house).keyboard.press("Control+k")
    names = page.get_by_role("option").all_inner_texts()
    assert "Licenses" in names
    assert not [one for one in names if one.startswith(("Audit", "Issue licenses", "Branding"))]


def test_everybody_can_use_it(desk, house):
    page = anywhere(desk(), house)
    page.keyboard.press("Control+k")
    page.keyboard.type("a")
    check(page, TWO_LOOKS)
