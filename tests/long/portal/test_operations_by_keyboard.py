"""Everything that a caller needs is done without a mouse."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.portal.conftest import key_on
from tests.portal.test_operations import tab_to


def test_all_of_it_works_by_keyboard(desk, house):
    vendor = house.short
    machine = vendor.machine(vendor.issue(), "LAB-PC-07")
    page = desk()
    page.keyboard.press("/")
    page.keyboard.type(machine.activation_key.text.lower())
    expect(page.get_by_role("option").first).to_contain_text(machine.activation_key.last_group)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=machine.activation_key.text)).to_be_visible()
    opener = page.get_by_role("button", name="Activate a computer", exact=True)
    tab_to(page, opener)
    page.keyboard.press("Enter")
    page.keyboard.type(machine.computer_id.text)
    page.keyboard.press("Enter")
    assert key_on(page) == vendor.activate(machine).computer_key
    copy = page.get_by_role("dialog").get_by_role("button", name="Copy key")
    expect(copy).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key_on(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # It was the wrong computer: its seat is taken back, by its own menu.
    tab_to(page, page.get_by_label("More for", exact=False).locator("visible=true").last)
    page.keyboard.press("Enter")
    # From the last entry upwards.
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Release without a code…")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_focused()
    page.keyboard.type("the wrong computer")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Recorded as released without a code.")).to_be_visible()
    assert vendor.seats_used(machine.activation_key) == 0
