"""Operators can be managed by everybody."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.portal.test_appearance import check, check_below_the_bar
from tests.portal.test_operators import LONG, open_operator, others

__all__ = ["others"]


def test_an_operator_and_the_dialogs_can_be_used_by_everybody(desk, house, others):
    page = desk()
    page.goto(f"{house.origin}/portal/operators")
    page.get_by_role("button", name="Add…").click()
    check(page)
    page.keyboard.press("Escape")
    open_operator(page, house, LONG)
    check(page)
    for button in ("Reset password…", "Disable…"):
        page.get_by_role("button", name=button).click()
        check(page)
        page.keyboard.press("Escape")
    page.goto(f"{house.origin}/portal/properties")
    page.get_by_label("Minutes after an activation").fill("soon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Use a whole number").last).to_be_visible()
    check_below_the_bar(page)
    for path in ("properties/security", "branding"):
        page.goto(f"{house.origin}/portal/{path}")
        check_below_the_bar(page)
    for path in ("outbox", "nothing/there"):
        page.goto(f"{house.origin}/portal/{path}")
        check(page)
