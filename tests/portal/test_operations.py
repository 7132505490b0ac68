"""What staff do all day, in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from keyferry.protocol.request_token import scan_url
from keyferry.server.core.models import Role
from tests.portal.conftest import DESK, key_on, open_license


@pytest.mark.parametrize("style", ["short", "signed"])
def test_a_customer_calls_and_gets_a_key_that_is_read_out_copied_and_saved(desk, house, style):
    vendor, page = getattr(house, style), desk()
    machine = vendor.machine(vendor.issue(seats=2), "LAB-PC-07")
    open_license(page, machine.activation_key.text)
    page.get_by_role("button", name="Activate a computer", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Computer ID")).to_be_focused()
    expect(dialog.get_by_label("Activation key")).to_have_value(machine.activation_key.text)
    # As it is heard over the telephone.
    dialog.get_by_label("Computer ID").fill(machine.computer_id.text.lower().replace("-", " "))
    dialog.get_by_label("Computer Name").fill("LAB-PC-07")
    dialog.get_by_role("button", name="Activate").click()
    shown = key_on(page)
    assert shown == vendor.activate(machine).computer_key
    page.set_viewport_size({"width": 320, "height": 568})
    copy = dialog.get_by_role("button", name="Copy")
    copy.evaluate("button => button.scrollIntoView({ block: 'end' })")
    copy.click()
    expect(dialog.get_by_text("Copied.")).to_be_in_viewport(ratio=0.99)
    expect(copy).to_be_in_viewport(ratio=0.99)
    assert page.evaluate("navigator.clipboard.readText()") == shown
    page.set_viewport_size(DESK)
    dialog.get_by_text("Spell it out over the phone").click()
    assert dialog.locator(".spelled li").count() == len(shown.split("-"))
    with page.expect_download() as download:
        dialog.get_by_role("button", name="License file").click()
    assert download.value.suggested_filename == "license.lic"
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("1 of 2").first).to_be_visible()
    expect(page.locator(".computer").first).to_contain_text("LAB-PC-07")


def test_a_computer_is_released_with_its_code_from_its_place_in_the_list(desk, house):
    vendor, page = house.short, desk(Role.SUPPORT)
    machine = vendor.machine(vendor.issue(), "LAB-PC-07")
    vendor.activate(machine)
    open_license(page, machine.activation_key.text)
    page.get_by_role("button", name="Deactivate with a code: LAB-PC-07").click()
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
    expect(page.get_by_role("button", name="Release without a code")).to_have_count(0)
    assert vendor.seats_used(machine.activation_key) == 0


def test_the_seat_of_a_dead_computer_is_freed_for_a_reason(desk, house):
    vendor, page = house.short, desk(Role.MANAGER)
    machine = vendor.machine(vendor.issue(), "DEAD-PC")
    vendor.activate(machine)
    open_license(page, machine.activation_key.text)
    page.get_by_role("button", name="Release without a code: DEAD-PC").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("the mainboard died, ticket 4711")
    page.get_by_role("button", name="Release without a code", exact=True).click()
    expect(page.get_by_text("Recorded as released without a code.")).to_be_visible()
    expect(page.get_by_text("ticket 4711").first).to_be_visible()


def test_a_link_from_a_mail_fills_the_dialog_wherever_it_is_pasted(desk, house):
    vendor, page = house.short, desk()
    machine = vendor.machine(vendor.issue(), "LAB-PC-07")
    link = scan_url(house.origin, machine.activation_token)
    page.get_by_label("Link from the wizard").fill(link)
    page.get_by_role("button", name="Open").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Computer ID")).to_have_value(machine.computer_id.text)
    dialog.get_by_role("button", name="Activate").click()
    assert key_on(page) == vendor.activate(machine).computer_key
    # Into the field for the computer ID, on the page of any license.
    other = vendor.machine(vendor.issue(), "OTHER")
    vendor.activate(other)
    dialog.get_by_role("button", name="Done").click()
    page.evaluate(
        "text => navigator.clipboard.writeText(text)", scan_url(house.origin, other.deactivation_token)
    )
    page.get_by_role("button", name="Deactivate with a code: LAB-PC-07").click()
    page.get_by_role("dialog").get_by_label("Computer ID").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_role("heading", name=other.activation_key.text)).to_be_visible()
    expect(page.get_by_role("dialog").get_by_label("Deactivation verification code")).to_have_value(
        other.code.text
    )


def test_all_of_it_works_by_keyboard(desk, house):
    vendor = house.short
    # The start page has a search once there is a license.
    machine = vendor.machine(vendor.issue(), "LAB-PC-07")
    page = desk()
    # The search has the focus at once.
    page.keyboard.type(machine.activation_key.text[-11:].lower())
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name=machine.activation_key.text)
    expect(link).to_be_visible()
    tab_to(page, link)
    page.keyboard.press("Enter")
    opener = page.get_by_role("button", name="Activate a computer", exact=True)
    tab_to(page, opener)
    page.keyboard.press("Enter")
    page.keyboard.type(machine.computer_id.text)
    page.keyboard.press("Enter")
    assert key_on(page) == vendor.activate(machine).computer_key
    expect(page.get_by_role("button", name="Done")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def tab_to(page, wanted) -> None:
    for _ in range(40):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tab key never comes to {wanted}")
