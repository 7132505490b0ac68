"""Customers become one, are changed and forgotten."""

from __future__ import annotations

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
