"""Everything that a caller needs is done without a mouse."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.portal.conftest import key_on
from tests.portal.test_operations import tab_to


def test_all_of_it_works_by_keyboard(desk, house):
    vendor = house.short
    # The start page has a search once there is a license.
    machine = vendor.machine(vendor.issue(), "LAB-PC-07")
    page = desk()
    # The search has the focus at once.
    page.keyboard.type(machine.activation_key.text[-11:].lower())
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name=machine.activation_key.text)
    expect(link).to_be_visible()
    tab_to(page, link)
    page.keyboard.press("Enter")
    opener = page.get_by_role("button", name="Activate a computer", exact=True)
    tab_to(page, opener)
    page.keyboard.press("Enter")
    page.keyboard.type(machine.computer_id.text)
    page.keyboard.press("Enter")
    assert key_on(page) == vendor.activate(machine).computer_key
    expect(page.get_by_role("button", name="Done")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
