"""The search opens links, single keys act and can be turned off, and the last answer counts."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from keyferry.protocol.request_token import scan_url
from tests.portal.conftest import listens
from tests.portal.test_palette import anywhere


def test_a_pasted_link_opens_the_license_at_once(desk, house):
    machine = house.short.machine(house.short.issue(), "LAB-PC-07")
    page = anywhere(desk(), house)
    page.evaluate(
        "text => navigator.clipboard.writeText(text)", scan_url(house.origin, machine.activation_token)
    )
    page.keyboard.press("/")
    with page.expect_navigation():
        page.keyboard.press("Control+v")
    expect(page.get_by_role("dialog").get_by_label("Computer ID")).to_have_value(machine.computer_id.text)


def test_the_last_answer_counts_and_none_at_all_still_searches(desk, house):
    vendor = house.short
    for name in ("ROW-A", "ROW-B"):
        vendor.activate(vendor.machine(vendor.issue(), name))
    page = anywhere(desk(), house)
    held: list[Route] = []

    def late(route: Route) -> None:
        # The first answer comes after the second.
        if "sought=row-a" in (route.request.post_data or "") and not held:
            held.append(route)
            return
        route.continue_()
        if held:
            held[0].continue_()

    page.route("**/portal/glance", late)
    page.keyboard.press("/")
    with page.expect_request(lambda request: "sought=row-a" in (request.post_data or "")):
        page.keyboard.type("row-a")
    page.get_by_role("combobox").fill("row-b")
    expect(page.get_by_role("option").first).to_contain_text("ROW-B")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("option").first).to_contain_text("ROW-B")
    page.unroute("**/portal/glance")
    page.route("**/portal/glance", lambda route: route.abort())
    page.get_by_role("combobox").fill("row")
    expect(page.get_by_text("Nothing can be looked up while you type now.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.origin}/portal/licenses?q=row")


def test_single_keys_act_and_can_be_turned_off(desk, house):
    page = anywhere(desk(), house)
    page.keyboard.press("?")
    helps = page.get_by_role("dialog", name="Help")
    expect(helps).to_be_visible()
    # In a dialog, keys are the dialog's.
    page.keyboard.press("n")
    expect(page).to_have_url(f"{house.origin}/portal/scan")
    helps.get_by_label("Single keys act in this browser").uncheck()
    page.keyboard.press("Escape")
    expect(helps).to_be_hidden()
    for key in ("/", "?", "n"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Help").click()
    helps.get_by_label("Single keys act in this browser").check()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page).to_have_url(f"{house.origin}/portal/licenses/new")


def test_what_was_opened_last_stands_first_until_the_operator_signs_out(desk, house):
    vendor = house.short
    machine = vendor.machine(vendor.issue(), "RIG-3")
    vendor.activate(machine)
    page = anywhere(desk(), house)
    page.keyboard.press("/")
    page.keyboard.type("rig-3")
    expect(page.get_by_role("option").first).to_contain_text("RIG-3")
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/computers/*")
    anywhere(page, house).keyboard.press("/")
    expect(page.get_by_role("option").first).to_contain_text("RIG-3")
    # By its number alone: the server names it.
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "computers/" in kept
    assert not {"RIG-3", machine.computer_id.text} & set(kept.split('"'))
    page.keyboard.press("Escape")
    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/portal/sign-in**")
    assert page.evaluate("sessionStorage.length") == 0


def test_what_a_license_offers_is_done_by_its_letter(desk, house):
    page = desk()
    page.goto(f"{house.origin}/portal/licenses/1")
    listens(page)
    page.keyboard.press("r")
    expect(page.get_by_role("dialog").get_by_role("heading", name="Renew")).to_be_visible()
    # In a dialog the keys belong to the dialog.
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("put on")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Put on hold")).to_be_visible()


def test_what_the_page_does_itself_is_offered_once(desk, house):
    page = desk()
    page.goto(f"{house.origin}/portal/licenses")
    listens(page)
    page.keyboard.press("Control+k")
    issue = page.get_by_role("option").filter(has_text="Issue licenses")
    expect(issue).to_have_count(1)
    # With the key that it has everywhere.
    expect(issue.locator("kbd")).to_have_text("N")
    page.keyboard.type("issue")
    expect(issue).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.origin}/portal/licenses/new")
