"""The palette does an operation of the page, and searches."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.portal.conftest import open_license
from tests.portal.test_palette import press_ctrl_k


def test_an_operation_of_the_page_is_done_and_the_rest_is_a_search(desk, house):
    page, key = desk(), house.short.issue()
    open_license(page, key.text)
    press_ctrl_k(page)
    page.keyboard.type("renew")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Renew")).to_be_visible()
    # In a dialog the keys belong to the dialog.
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type(key.text[-5:])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=key.text)).to_be_visible()
