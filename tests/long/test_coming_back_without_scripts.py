"""Back to the answer to a form, where no script runs: an answer of ours, never the browser's own error."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from keyferry.server.core.models import Role
from keyferry.server.db import transaction
from tests.browsing import DESK
from tests.faces.portal_visitor import PASSWORD, add_operator
from tests.self_help.test_by_typing import codes


@pytest.fixture
def plain(house, browser, pages) -> Page:
    return pages(browser, viewport=DESK, java_script_enabled=False)


def sign_in(page: Page, house) -> None:
    with transaction() as session:
        add_operator(session, "ada", Role.ADMINISTRATOR, house.short.clock.now)
    page.goto(f"{house.origin}/portal/sign-in")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{house.origin}/portal/")


def test_self_help_shows_its_answers_again(house, plain):
    machine = house.short.machine(house.short.issue())
    plain.goto(f"{house.origin}/self-help/activate")
    plain.locator("[name=activation_key]").fill("no key at all")
    plain.locator("[name=computer_id]").fill(machine.computer_id.text)
    plain.locator("form > .btn:not(.second)").last.click()
    expect(plain.locator(".fix").first).to_be_visible()
    plain.goto(f"{house.origin}/self-help/")
    plain.go_back()
    # What was typed, and what was wrong with it.
    expect(plain.locator(".fix").first).to_be_visible()
    expect(plain.locator("#computer_id")).to_have_value(machine.computer_id.text)
    plain.locator("#activation_key").fill(codes(machine)["activation_key"])
    plain.locator("form > .btn:not(.second)").last.click()
    key = plain.locator("[data-key]").first.get_attribute("data-key")
    assert key
    plain.goto(f"{house.origin}/self-help/")
    plain.go_back()
    assert plain.locator("[data-key]").first.get_attribute("data-key") == key
    assert house.short.seats_used(machine.activation_key) == 1


def test_the_portal_shows_its_answers_again(house, plain):
    key = house.short.issue(customer="ada@example.com")
    sign_in(plain, house)
    plain.goto(f"{house.origin}/portal/licenses/new")
    plain.get_by_label("Notes").fill("By fax")
    plain.get_by_label("Seats").fill("5000000")
    plain.locator("main form").evaluate("form => form.noValidate = true")
    plain.get_by_role("button", name="Preview").click()
    expect(plain.locator("[aria-invalid=true]")).to_be_visible()
    plain.get_by_role("link", name="Customers").click()
    plain.go_back()
    expect(plain.get_by_label("Notes")).to_have_value("By fax")
    expect(plain.locator("[aria-invalid=true]")).to_be_visible()
    plain.get_by_label("Seats").fill("5")
    plain.get_by_role("button", name="Preview").click()
    expect(plain.get_by_role("heading", name="Issue 1 license?")).to_be_visible()
    plain.get_by_role("link", name="Customers").click()
    plain.go_back()
    expect(plain.get_by_role("heading", name="Issue 1 license?")).to_be_visible()
    assert key.text not in plain.content()
