"""Operators, settings, the vendor's branding and the audit's table in the browser."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from keyferry.server.core.models import Role
from keyferry.server.core.staff import operators
from keyferry.server.db import transaction
from tests.conftest import STAFF
from tests.faces.portal_visitor import add_operator
from tests.portal.conftest import PASSWORD

LONG = "a very long name of an operator in the northern office 12"


@pytest.fixture(scope="module")
def others(house) -> None:
    with transaction() as session:
        now = house.short.clock.now
        for name in ("mallory", LONG):
            add_operator(session, name, Role.SUPPORT, now)
        operators.disable(session, operators.find(session, "mallory"), by=STAFF, now=now)


def open_staff(page: Page, house) -> None:
    """Go the way that the side shows: the settings, and among them the staff."""
    page.goto(f"{house.origin}/portal/branding")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Staff").click()


def open_operator(page: Page, house, name: str) -> None:
    open_staff(page, house)
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def test_an_operator_is_added_given_a_role_and_shut_out(desk, house, others):
    page = desk()
    open_staff(page, house)
    page.get_by_role("button", name="Add…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill("mallory")
    dialog.get_by_label("First password").fill(PASSWORD)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_text("There’s already an operator named mallory.").first).to_be_visible()
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill("hedy")
    dialog.get_by_label("First password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("hedy can now sign in")).to_be_visible()
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_disabled()
    page.get_by_role("radio", name="Manager").check()
    save.click()
    expect(page.get_by_text("hedy’s role is now manager.")).to_be_visible()
    page.get_by_role("button", name="Disable…").click()
    dialog.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("hedy is disabled")).to_be_visible()
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_text("hedy can sign in again.")).to_be_visible()


def test_a_setting_is_changed_refused_and_set_back(desk, house):
    page = desk()
    page.goto(f"{house.origin}/portal/properties")
    minutes, save = page.get_by_label("Minutes after an activation"), page.get_by_role("button", name="Save")
    page.get_by_label("Find a property").fill("activate")
    expect(page.get_by_label("Customers can activate")).to_be_visible()
    expect(minutes).to_be_hidden()
    page.get_by_label("Find a property").fill("")
    minutes.fill("soon")
    expect(page.get_by_text("One change not saved")).to_be_visible()
    save.click()
    expect(page.get_by_text("Use a whole number").last).to_be_visible()
    expect(page.get_by_text("1 value to fix before you save")).to_be_visible()
    expect(minutes).to_be_focused()
    minutes.fill("3")
    page.get_by_label("Customers can activate").uncheck()
    save.click()
    expect(page.get_by_text("2 settings changed.")).to_be_visible()
    expect(page.get_by_label("Customers can activate")).not_to_be_checked()
    for name in ("customerSite/showActivateLink", "customerSite/preventDeactivationPeriod"):
        page.get_by_role("button", name=f"Back to default: {name}").click()
        expect(page.get_by_text(f"{name} is back to the default.")).to_be_visible()
    expect(page.get_by_label("Customers can activate")).to_be_checked()


def test_the_audit_is_filtered_and_saved_as_a_table(desk, house, tmp_path: Path):
    page = desk()
    page.get_by_role("link", name="Audit").first.click()
    for chip, field, value in (("What", "One event", "Signed in"), ("Days", "From", "2020-01-01")):
        menu = page.locator(".filters .more").filter(has_text=chip).first
        menu.locator("summary").click()
        control = menu.get_by_label(field)
        (control.select_option if field == "One event" else control.fill)(value)
        menu.get_by_role("button", name="Show").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.startswith("audit-")
    download.value.save_as(tmp_path / "audit.csv")
    with (tmp_path / "audit.csv").open(encoding="utf-8-sig", newline="") as saved:
        assert {row["what happened"] for row in csv.DictReader(saved)} == {"Signed in"}
