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


def open_operator(page: Page, name: str) -> None:
    page.get_by_role("link", name="Staff").first.click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def test_an_operator_is_added_given_a_role_and_shut_out(desk, house, others):
    page = desk()
    page.get_by_role("link", name="Staff").first.click()
    page.get_by_role("button", name="Add a person…").click()
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
    expect(page.get_by_role("status")).to_contain_text("hedy can now sign in")
    page.get_by_role("button", name="Change role…").click()
    dialog.get_by_role("radio", name="manager").check()
    dialog.get_by_role("button", name="Change role").click()
    expect(page.get_by_role("status")).to_have_text("hedy’s role is now manager.")
    page.get_by_role("button", name="Disable").click()
    dialog.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("status")).to_contain_text("hedy is disabled")
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_role("status")).to_have_text("hedy can sign in again.")


def test_a_setting_is_changed_refused_and_set_back(desk, house):
    page = desk()
    page.get_by_role("link", name="Settings").click()
    minutes = page.get_by_label("Minutes after an activation")
    minutes.fill("soon")
    page.get_by_role("button", name="Save: Self Help").click()
    expect(page.get_by_text("takes a whole number").first).to_be_visible()
    expect(minutes).to_be_focused()
    minutes.fill("3")
    page.get_by_label("Customers can activate").uncheck()
    page.get_by_role("button", name="Save: Self Help").click()
    expect(page.get_by_role("status")).to_have_text("2 settings changed.")
    expect(page.get_by_label("Customers can activate")).not_to_be_checked()
    for name in ("customerSite/showActivateLink", "customerSite/preventDeactivationPeriod"):
        page.get_by_role("button", name=f"Back to default: {name}").click()
        expect(page.get_by_role("status")).to_contain_text(f"{name} is back to the default.")
    expect(page.get_by_label("Customers can activate")).to_be_checked()


def test_the_audit_is_filtered_and_saved_as_a_table(desk, house, tmp_path: Path):
    page = desk()
    page.get_by_role("link", name="Audit").first.click()
    page.get_by_label("Event", exact=True).select_option("Signed in")
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_role("button", name="Filter").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.startswith("audit-")
    download.value.save_as(tmp_path / "audit.csv")
    with (tmp_path / "audit.csv").open(encoding="utf-8-sig", newline="") as saved:
        assert {row["what happened"] for row in csv.DictReader(saved)} == {"Signed in"}
