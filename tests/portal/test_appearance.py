"""Every page of the portal, in light and dark, on phone and desk: axe finds nothing, nothing overflows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.customers import records
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.db import transaction
from tests.browsing import PHONE
from tests.portal.conftest import DESK, key_on, open_license
from tests.pwa.test_access import violations, zoomed

NAME = "Müller & Söhne Präzisionswerkzeugbau GmbH & Co. KG, Abteilung Einkauf"


@pytest.fixture(scope="module")
def license_key(house) -> str:
    """A license with a history, and long names in several scripts."""
    vendor = house.short
    key = vendor.issue(
        seats=9, customer="a.very.long.name.of.a.person@example-of-a-company.example", features=("cam",)
    )
    for name in ("LAB-PC-07", "Prüfstand 3 – Halle Nord, Messplatz 1234", "測定室の計算機", "حاسوب المختبر"):
        vendor.activate(vendor.machine(key, name))
    dead = vendor.machine(key, "DEAD-PC")
    vendor.activate(dead)
    vendor.release(dead, Forced("the disk died"))
    for _ in range(60):
        vendor.issue()
    with transaction() as session:
        records.customers(session, "a.very.long.name").rows[0].customer.name = NAME
    return key.text


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


ADDRESSES = (
    *("", "licenses", "licenses?sort=expiry&dir=asc", "licenses?q=nothing", "licenses/999999"),
    *("computers", "computers?q=nothing-at-all", "computers/999999"),
    *("customers", "customers?q=nothing-at-all", "products", "add-product"),
    *("audit", "audit?event=signed_in&since=2020-01-01", "account"),
)


def check(page: Page) -> None:
    """Have axe look in light on a phone and in dark on a desk, and measure the width down to 320 px.

    Both schemes have the same layout and both sizes the same colors, so two looks see what four would.
    """
    for scheme, size in (("light", PHONE), ("dark", DESK)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        assert (page.url, violations(page)) == (page.url, [])
    assert (page.url, zoomed(page)) == (page.url, [])
    for width in (320, PHONE["width"], 700, DESK["width"]):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def test_every_page_can_be_used_by_everybody(desk, house, license_key):
    page = desk()
    for address in ADDRESSES:
        page.goto(f"{house.origin}/portal/{address}")
        check(page)


def test_a_license_and_its_dialogs_can_be_used_by_everybody(desk, house, license_key):
    page = desk()
    for opened in (
        lambda: None,
        lambda: activate_dialog(page),
        lambda: refused_dialog(page),
        lambda: key_dialog(page, house, license_key),
        lambda: page.get_by_role("button", name="Deactivate with a code: LAB-PC-07").click(),
        lambda: page.get_by_role("button", name="Release without a code: LAB-PC-07").click(),
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


def test_text_of_twice_the_size_fits(desk, house, license_key):
    page = desk()
    open_license(page, license_key)
    page.set_viewport_size({"width": 640, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
