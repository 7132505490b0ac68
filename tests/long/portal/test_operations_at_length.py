"""Links from mails, and seats of dead computers."""

from __future__ import annotations

import re
from unicodedata import normalize

import pytest
from playwright.sync_api import expect

from keyferry.protocol.request_token import scan_url
from keyferry.server.core.models import Role
from tests.portal.conftest import choose, key_on, open_license


def test_the_seat_of_a_dead_computer_is_freed_for_a_reason(desk, house):
    vendor, page = house.short, desk(Role.MANAGER)
    machine = vendor.machine(vendor.issue(), "DEAD-PC")
    vendor.activate(machine)
    open_license(page, machine.activation_key.text)
    choose(page, "Release without a code…", of="More for DEAD-PC")
    page.get_by_role("dialog").get_by_label("Reason").fill("the mainboard died, ticket 4711")
    page.get_by_role("button", name="Release without a code", exact=True).click()
    expect(page.get_by_text("Recorded as released without a code.")).to_be_visible()
    expect(page.get_by_text("ticket 4711").first).to_be_visible()


@pytest.mark.parametrize("locale", ["de-DE", "tr-TR"])
def test_a_property_is_found_while_typing_in_every_spelling(desk, house, locale):
    # Turkish browsers make ı of I; what the page says in their language is English.
    typed, label = {
        "de-DE": ("PLÄTZE, ENDD", "Kunden können in der Selbsthilfe Plätze"),
        "tr-TR": ("CAN ACTIVATE IN", "Customers can activate"),
    }[locale]
    page = desk(locale=locale)
    page.goto(f"{house.origin}/portal/properties")
    found = page.get_by_label(label)
    other = page.get_by_label(re.compile("^(Minutes after|Minuten nach)"))
    for form in ("NFC", "NFD"):
        page.locator('form[data-finds] input[type="search"]').fill("nothing at all")
        expect(found).to_be_hidden()
        page.locator('form[data-finds] input[type="search"]').fill(normalize(form, typed))
        expect(found).to_be_visible()
        expect(other).to_be_hidden()


def test_a_link_from_a_mail_fills_the_dialog_wherever_it_is_pasted(desk, house):
    vendor, page = house.short, desk()
    machine = vendor.machine(vendor.issue(), "LAB-PC-07")
    link = scan_url(house.origin, machine.activation_token)
    page.get_by_role("link", name="Scan a customer’s QR code").click()
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
    choose(page, "Deactivate with a code…", of="More for LAB-PC-07")
    page.get_by_role("dialog").get_by_label("Computer ID").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_role("heading", name=other.activation_key.text)).to_be_visible()
    expect(page.get_by_role("dialog").get_by_label("Deactivation verification code")).to_have_value(
        other.code.text
    )
