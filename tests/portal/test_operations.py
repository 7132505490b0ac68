"""What staff do all day, in the browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from keyferry.server.core.models import Role
from keyferry.server.words.spelling import spelled
from tests.browsing import House
from tests.conftest import Vendor
from tests.portal.conftest import DESK, choose, key_on, open_license


def test_a_customer_calls_and_gets_a_key_that_is_read_out_copied_and_saved(desk, house):
    """A short key; the long tests have a signed one."""
    answer_a_call(house, house.short, desk())


def answer_a_call(house: House, vendor: Vendor, page: Page) -> None:
    machine = vendor.machine(vendor.issue(seats=2), "LAB-PC-07")
    open_license(page, machine.activation_key.text)
    page.get_by_role("button", name="Activate a computer", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Computer ID")).to_be_focused()
    expect(dialog.get_by_text("takes seat 1 of 2")).to_be_visible()
    # As it is heard over the telephone.
    dialog.get_by_label("Computer ID").fill(machine.computer_id.text.lower().replace("-", " "))
    dialog.get_by_label("Computer Name").fill("LAB-PC-07")
    dialog.get_by_role("button", name="Activate").click()
    expect(dialog.get_by_role("heading", name="Computer key for LAB-PC-07")).to_be_visible()
    shown = key_on(page)
    assert shown == vendor.activate(machine).computer_key
    page.set_viewport_size({"width": 320, "height": 568})
    copy = dialog.locator("[data-copy]")
    expect(copy).to_have_text("Copy key")
    copy.click()
    # It answers in its own place.
    expect(copy).to_have_text("Copied.")
    expect(copy).to_be_in_viewport(ratio=0.99)
    assert page.evaluate("navigator.clipboard.readText()") == shown
    page.set_viewport_size(DESK)
    dialog.locator(".spell label").last.click()
    expect(dialog.locator(".spell li:visible")).to_have_text(spelled(shown)[-1].replace(" ", " · "))
    with page.expect_download() as download:
        dialog.get_by_role("button", name="License file").click()
    assert download.value.suggested_filename.endswith(f"-{machine.computer_id.text[-5:]}.lic")
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", name="1 of 2 seats in use")).to_be_visible()
    expect(page.locator(".comp").first).to_contain_text("LAB-PC-07")


def test_a_computer_is_released_with_its_code_from_its_place_in_the_list(desk, house):
    vendor, page = house.short, desk(Role.SUPPORT)
    machine = vendor.machine(vendor.issue(), "LAB-PC-07")
    vendor.activate(machine)
    open_license(page, machine.activation_key.text)
    choose(page, "Deactivate with a code…", of="More for LAB-PC-07")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Computer ID")).to_have_value(machine.computer_id.text)
    code = dialog.get_by_label("Deactivation verification code")
    code.fill(vendor.machine(machine.activation_key).code.text)
    dialog.get_by_role("button", name="Deactivate", exact=True).click()
    expect(dialog.get_by_text("doesn’t match this activation").first).to_be_visible()
    expect(code).to_be_focused()
    expect(dialog.get_by_label("Computer ID")).to_have_value(machine.computer_id.text)
    code.fill(machine.code.text)
    dialog.get_by_role("button", name="Deactivate", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Recorded as released, verified.")
    page.get_by_text("Show released (1)").wait_for()
    expect(page.locator("button[data-opens=force]")).to_have_count(0)
    assert vendor.seats_used(machine.activation_key) == 0


def tab_to(page, wanted) -> None:
    for _ in range(40):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tab key never comes to {wanted}")
