"""Operators can be managed by everybody."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.portal.test_appearance import check
from tests.portal.test_operators import LONG, open_operator, others

__all__ = ["others"]


def test_an_operator_and_the_dialogs_can_be_used_by_everybody(desk, house, others):
    page = desk()
    page.goto(f"{house.origin}/portal/operators")
    page.get_by_role("button", name="Add a person…").click()
    check(page)
    page.keyboard.press("Escape")
    open_operator(page, LONG)
    check(page)
    for button in ("Change role…", "Reset password…", "Disable"):
        page.get_by_role("button", name=button).click()
        check(page)
        page.keyboard.press("Escape")
    page.goto(f"{house.origin}/portal/properties")
    page.get_by_label("Minutes after an activation").fill("soon")
    page.get_by_role("button", name="Save: Self Help").click()
    expect(page.get_by_text("takes a whole number").first).to_be_visible()
    check(page)
