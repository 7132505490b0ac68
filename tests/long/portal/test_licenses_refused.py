"""Licenses that cannot be issued or edited as they were typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Route, expect

from tests.portal.conftest import choose, open_license
from tests.portal.test_licenses import MANAGER, fill_in_issue, press, the_license


def test_what_cannot_be_issued_is_explained_beside_its_field_and_kept(desk):
    page, last_week = desk(MANAGER), datetime.now(UTC).date() - timedelta(days=7)
    fill_in_issue(page, How_many="2", Last_day=str(last_week), Notes="order 4711")
    press(page, "Preview")
    wrong = page.get_by_label("Last day")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("is in the past").first).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("order 4711")
    expect(page.get_by_label("How many")).to_have_value("2")


def test_a_day_typed_before_the_script_runs_counts_and_what_is_not_chosen_is_not_sent(desk):
    page = desk(MANAGER)
    page.get_by_role("link", name="Licenses").first.click()
    waiting: list[Route] = []
    page.route("**/static/pages.js*", lambda route: waiting.append(route))
    fill_in_issue(page, Last_day="2030-12-31")
    expect(page.get_by_label("Never", exact=True)).to_be_checked()
    for script in waiting:
        script.continue_()
    expect(page.get_by_label("On a date")).to_be_checked()
    page.get_by_label("After first use").check()
    page.get_by_label("Days", exact=True).fill("30")
    press(page, "Preview")
    expect(page.get_by_role("dialog").get_by_text("30 days after first use")).to_be_visible()


def test_a_license_is_edited_and_what_does_not_fit_stays_in_its_dialog(desk, house):
    vendor, page = house.short, desk(MANAGER)
    # A browser sends such a domain in another spelling.
    customer = "einkauf@müller-und-söhne.example"
    key = vendor.issue(seats=3, customer=customer)
    for name in ("A", "B"):
        vendor.activate(vendor.machine(key, name))
    open_license(page, key.text)
    choose(page, "Change seats…")
    dialog = page.get_by_role("dialog")
    # What a browser would not send is for the server to refuse.
    page.evaluate("for (const form of document.forms) form.noValidate = true")
    dialog.get_by_label("Seats").fill("1")
    dialog.get_by_role("button", name="Change seats").click()
    expect(dialog.get_by_label("Seats")).to_be_focused()
    expect(dialog.get_by_text("2 computers use this license.").first).to_be_visible()
    dialog.get_by_label("Seats").fill("4")
    dialog.get_by_role("button", name="Change seats").click()
    expect(page.get_by_text("2 of 4").first).to_be_visible()
    choose(page, "Change edition…")
    dialog.get_by_label("cam").check()
    dialog.get_by_role("button", name="Change edition").click()
    choose(page, "Edit…")
    dialog.get_by_label("Notes").fill("paid by invoice")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("definition").get_by_text("paid by invoice")).to_be_visible()
    changed = the_license(key.text)
    assert (changed.features, changed.customer.email) == (0b10, customer)
