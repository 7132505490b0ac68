"""The command palette: Ctrl+K, some letters, Enter."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from keyferry.server.core.models import Role
from tests.portal.conftest import open_license
from tests.portal.test_appearance import check


def press_ctrl_k(page: Page) -> None:
    # The script that listens for it also shows the button.
    expect(page.get_by_role("button", name="Commands")).to_be_visible()
    page.keyboard.press("Control+k")


def test_a_page_is_reached_by_some_letters(desk, house):
    page = desk()
    press_ctrl_k(page)
    palette = page.get_by_role("dialog")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("audi")
    expect(palette.get_by_role("option").first).to_have_text("Audit")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.origin}/portal/audit")


def test_it_offers_only_what_the_role_allows(desk, house):
    page = desk(Role.VIEWER)
    open_license(page, house.short.issue().text)
    page.get_by_role("button", name="Commands").click()
    names = page.get_by_role("option").all_inner_texts()
    assert "Licenses" in names
    assert not {"Audit", "Activate a computer", "Renew…"} & set(names)


def test_everybody_can_use_it(desk):
    page = desk()
    press_ctrl_k(page)
    check(page)
