"""Customers become one, are changed and forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from keyferry.server.core.models import Role
from tests.portal.test_operations import tab_to
from tests.portal.test_records import key, search

__all__ = ["key"]


def open_customer(page: Page, email: str) -> None:
    search(page, "Customers", email)
    page.get_by_role("row").filter(has_text=email).get_by_role("link").click()
    expect(danger(page).get_by_role("button", name="Delete…")).to_be_visible()


def danger(page: Page) -> Locator:
    return page.get_by_role("region", name="Danger zone")


def test_two_customers_become_one_after_the_count_was_shown(desk, house, key):
    vendor, page = house.short, desk(Role.MANAGER)
    vendor.issue(seats=3, customer="ada@old.example")
    vendor.issue(customer="ada@new.example")
    open_customer(page, "ada@old.example")
    danger(page).get_by_role("button", name="Merge…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Email of the other customer").fill("nobody@new.example")
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog.get_by_text("No customer has this email address.").first).to_be_visible()
    dialog.get_by_label("Email of the other customer").fill("ada@new.example")
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog.get_by_text("gets 1 license with 0 of 3 seats in use")).to_be_visible()
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("Customers merged. 1 license moved here")).to_be_visible()
    search(page, "Customers", "ada@old.example")
    expect(page.get_by_text("No customers found")).to_be_visible()


def test_a_customer_is_changed_and_then_forgotten_by_keyboard(desk, house):
    vendor, page = house.short, desk(Role.MANAGER)
    vendor.issue(customer="ada@gone.example")
    open_customer(page, "ada@gone.example")
    tab_to(page, page.get_by_role("region", name="Details").get_by_role("button", name="Edit"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Ada Lovelace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    tab_to(page, danger(page).get_by_role("button", name="Delete…"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Deleted permanently")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Delete customer"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Customer deleted.")).to_be_visible()


def test_customers_are_filtered_by_keyboard_and_taken_along_as_they_are_filtered(desk, house, tmp_path):
    vendor, page = house.short, desk(Role.MANAGER)
    vendor.issue(customer="ada@soon.example", expires=datetime.now(UTC).date() + timedelta(days=60))
    vendor.issue(customer="grace@never.example")
    page.goto(f"{house.origin}/portal/customers")
    for label, downs, chip in (
        ("Product", 1, None),
        ("Ends", 2, "Ends in 90 days"),
        ("Last event", 1, "Event in the last 24 hours"),
    ):
        tab_to(page, page.locator(".filters summary", has_text=label))
        page.keyboard.press("Enter")
        for _ in range(downs):
            page.keyboard.press("ArrowDown")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if chip:
            expect(page.get_by_role("link", name=chip)).to_be_visible()
    assert "product=" in page.url
    expect(page.get_by_text("1 customer found.")).to_be_visible()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("ada@soon.example")
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    saved.value.save_as(tmp_path / "customers.csv")
    table = (tmp_path / "customers.csv").read_text()
    assert ("ada@soon.example" in table, "grace@never.example" in table) == (True, False)
    tab_to(page, page.get_by_role("link", name="Ends in 90 days"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("grace@never.example")).to_be_visible()


def test_a_row_of_a_list_is_forty_pixels_high(desk, house, key):
    page = desk(Role.ADMINISTRATOR)
    page.set_viewport_size({"width": 1280, "height": 800})
    for name in ("licenses", "computers", "customers", "products", "audit", "operators"):
        page.goto(f"{house.origin}/portal/{name}")
        heights = page.locator(".list tbody tr:not(.day)").evaluate_all(
            "rows => rows.map(row => Math.round(row.getBoundingClientRect().height))"
        )
        assert set(heights) <= {40, 41}, name
        assert heights
