"""The deactivation code of what later requests went on from: the phone says that there is nothing to do."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browsing import sees


@pytest.mark.parametrize(
    ("locale", "heading", "lead"),
    [
        ("en-GB", "There’s no seat to free for LAB-PC-07", "1 of 2 seats in use."),
        ("de-DE", "Für LAB-PC-07 ist kein Platz freizugeben", "1 von 2 Plätzen belegt."),
    ],
)
def test_a_replaced_activation_holds_no_seat_and_nothing_is_asked(house, phone, locale, heading, lead):
    vendor, key = house.short, house.short.issue(seats=2)
    replaced = vendor.machine(key)
    # The code of what a request went on from frees the seat; that of what came before it does not.
    for machine in (replaced, later := replaced.continuing(), later.continuing()):
        vendor.activate(machine)
    page = phone(locale=locale)
    page.goto(house.scan(replaced, releasing=True))
    sees(page, "released")
    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator(".seat-line")).to_contain_text(lead)
