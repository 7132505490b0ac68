"""Every page of the portal, in light and dark, on phone and desk: axe finds nothing, nothing overflows."""

from __future__ import annotations

from playwright.sync_api import Page

from keyferry.protocol.activation_key import ActivationKey
from tests.portal.conftest import DESK, choose, key_on, open_license
from tests.portal.test_appearance import check, check_below_the_bar, license_key

__all__ = ["license_key"]


def activate_dialog(page: Page) -> None:
    page.get_by_role("button", name="Activate a computer", exact=True).click()


def refused_dialog(page: Page) -> None:
    activate_dialog(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Computer ID").fill("12345-67890")
    dialog.get_by_role("button", name="Activate").click()
    page.wait_for_load_state()


def key_dialog(page: Page, house, license_key: str) -> None:
    machine = house.short.machine(ActivationKey.from_text(license_key), "NEW-PC")
    activate_dialog(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Computer ID").fill(machine.computer_id.text)
    dialog.get_by_role("button", name="Activate").click()
    key_on(page)


# Every page: `tests/faces/test_portal_everywhere.py` compares them with what the portal answers to.
ADDRESSES = (
    *("", "?range=7d", "scan", "help", "account", "too-large"),
    *("licenses", "licenses?sort=expiry&dir=asc", "licenses?q=nothing", "licenses?all=1"),
    *("licenses/1", "licenses/999999", "licenses/new", "import"),
    *("computers", "computers?q=nothing-at-all", "computers?state=active&since=7"),
    *("computers/1", "computers/999999", "possible-copies"),
    *("customers", "customers?q=nothing-at-all", "customers?view=full", "customers/1"),
    "customers?product={product}&ends=90&since=7",
    *("products", "products/{product}", "add-product"),
    *("audit", "audit?event=signed_in&since=2020-01-01"),
    *("operators", "operators/1", "branding", "mails", "mails/computer_key/en", "outbox"),
    *("properties", "properties/self-help", "properties/limits", "properties/security", "properties/privacy"),
)
# Pages that something has to be done for, and the module that does it and looks at them.
ELSEWHERE = {
    "/portal/sign-in": "test_access_of_the_portal",
    "/portal/sign-in/code": "test_access_of_the_account",
    "/portal/account/second-factor": "test_access_of_the_account",
    "/portal/account/recovery-codes": "test_access_of_the_account",
    "/portal/licenses/issued/<int:number>": "test_access_of_licenses",
    "/portal/licenses/bulk/<int:number>": "test_ticked_licenses",
    "/portal/import/<int:number>": "test_importing",
    "/portal/first-day/demo-machine": "test_access_of_the_first_day",
    # A page that is in this list already, with what was typed.
    "/portal/typed/<secret>": "test_access_of_the_portal",
}


def check_page(page: Page) -> None:
    """Check a page that may have a bar to save it."""
    look = check_below_the_bar if page.locator(".save").count() else check
    look(page)


def test_every_page_can_be_used_by_everybody(desk, house, license_key):
    page = desk()
    for address in ADDRESSES:
        page.goto(f"{house.origin}/portal/{address.format(product=house.short.product_code)}")
        check_page(page)


def test_a_license_and_its_dialogs_can_be_used_by_everybody(desk, house, license_key):
    page = desk()
    for opened in (
        lambda: None,
        lambda: activate_dialog(page),
        lambda: refused_dialog(page),
        lambda: key_dialog(page, house, license_key),
        lambda: choose(page, "Deactivate with a code…", of="More for LAB-PC-07"),
        lambda: choose(page, "Release without a code…", of="More for LAB-PC-07"),
        lambda: page.get_by_label("More", exact=True).click(),
    ):
        page.set_viewport_size(DESK)
        page.goto(f"{house.origin}/portal/")
        open_license(page, license_key)
        opened()
        check(page)


def test_the_sign_in_can_be_used_by_everybody(browser, house):
    page = browser.new_page()
    page.goto(f"{house.origin}/portal/")
    check(page)
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("don’t match").first.wait_for()
    check(page)
    page.close()
