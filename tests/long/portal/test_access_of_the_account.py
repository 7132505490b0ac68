"""A second factor can be set up by everybody."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import expect

from keyferry.server.core.models import Role
from tests.authenticator import code_of
from tests.portal.conftest import PASSWORD
from tests.portal.test_account import add, demand, page, scan, sign_in, sign_out
from tests.portal.test_appearance import check

__all__ = ["page"]


def test_the_pages_of_the_second_factor_can_be_used_by_everybody(page, house):
    add(house, "a rather long name of an operator in the northern office", Role.MANAGER)
    sign_in(page, house, "a rather long name of an operator in the northern office")
    page.goto(f"{house.origin}/portal/account")
    check(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    check(page)
    secret = scan(page)
    page.get_by_label("six digits").fill("12345")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("This code isn’t right.").first).to_be_visible()
    check(page)
    page.get_by_label("six digits").fill(code_of(secret, datetime.now(UTC)))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Save your recovery codes")).to_be_visible()
    check(page)
    page.goto(f"{house.origin}/portal/account")
    page.get_by_role("button", name="New phone or end…").click()
    check(page)
    page.keyboard.press("Escape")
    sign_out(page, house)
    sign_in(page, house, "a rather long name of an operator in the northern office")
    expect(page.get_by_label("Code")).to_be_focused()
    check(page)
    demand(house, Role.ADMINISTRATOR)
    add(house, "ada", Role.ADMINISTRATOR)
    sign_in(page, house, "ada")
    expect(page.get_by_role("button", name="Set up")).to_be_visible()
    check(page)
