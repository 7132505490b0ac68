"""Computers, customers and products with their dialogs can be used by everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.portal.conftest import choose, key_on
from tests.portal.test_appearance import NAME, check
from tests.portal.test_records import key

__all__ = ["key"]


@pytest.fixture
def at(house, key) -> Callable[[Page, str], None]:
    """Open a page of the portal."""

    def go(page: Page, path: str) -> None:
        page.goto(f"{house.origin}/portal/{path}")

    return go


@pytest.mark.parametrize("state", ["superseded", "released", "active", "key", "release", "force", "refused"])
def test_a_computer_and_its_dialogs_can_be_used_by_everybody(desk, at, state):
    page = desk()
    names = {"superseded": "TWICE", "released": "DEAD-PC"}
    name = names.get(state, "Prüfstand 3 – Halle Nord, Messplatz 1234")
    at(page, f"computers?q={name}&state={state if state in names else 'active'}")
    page.get_by_role("link", name=name).click()
    if state == "key":
        page.get_by_role("button", name="Show computer key").click()
        key_on(page)
    elif state in ("release", "refused"):
        page.get_by_role("button", name="Deactivate with a code…", exact=True).click()
    elif state == "force":
        choose(page, "Release without a code…")
    if state == "refused":
        page.get_by_role("dialog").get_by_label("Deactivation verification code").fill("12345-67890")
        page.get_by_role("dialog").get_by_role("button", name="Deactivate", exact=True).click()
        page.locator("#release-code-fault").wait_for()
    check(page)


@pytest.mark.parametrize("state", ["page", "menu", "edit", "merge", "merge agreed", "delete"])
def test_a_customer_and_its_dialogs_can_be_used_by_everybody(desk, at, house, state):
    page = desk()
    house.short.issue(customer="other@example.com")
    at(page, "customers?q=söhne")
    page.get_by_role("link", name=NAME).click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    if state == "menu":
        page.get_by_role("main").locator("summary[aria-label=More]").click()
    elif state != "page":
        opener = state.split()[0]
        page.locator(f"main button[data-opens={opener}]:visible").first.click()
    if state == "merge agreed":
        page.get_by_label("Email of the other customer").fill("other@example.com")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("dialog").get_by_text("is deleted").wait_for()
    check(page)


@pytest.mark.parametrize("state", ["page", "earlier keys", "features", "rotate", "retire"])
def test_a_product_and_its_dialogs_can_be_used_by_everybody(desk, at, house, state):
    page = desk()
    is_second = state in ("retire", "earlier keys")
    if is_second:
        house.signed.rotate()
    code = house.signed.product_code if is_second else house.short.product_code
    at(page, f"products/{code}")
    opener = {"features": "Add", "rotate": "Start epoch 2…", "retire": "Retire epoch 1…"}.get(state)
    if opener:
        page.get_by_role("main").get_by_role("button", name=opener, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
    elif state == "earlier keys":
        page.goto(f"{page.url}?form=jwk")
        page.get_by_text("Earlier keys").click()
    check(page)


def test_a_refused_product_can_be_corrected_by_everybody(desk, at):
    page = desk()
    at(page, "add-product")
    page.get_by_label("Name").fill("Fräse")
    page.get_by_role("textbox", name="Code", exact=True).fill("a b")
    page.get_by_label("Short keys").check()
    page.get_by_role("button", name="Add product").click()
    expect(page.get_by_role("textbox", name="Code", exact=True)).to_be_focused()
    check(page)
