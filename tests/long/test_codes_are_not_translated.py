"""No translator touches a code, seen or heard; no phone makes a link of it, and no keyboard corrects it."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import Page

from tests.long.portal import test_access_of_the_portal as portal
from tests.long.pwa.test_access_of_the_phone_page import STATES as ON_THE_PHONE
from tests.long.pwa.test_access_of_the_phone_page import walk
from tests.long.self_help.test_access_of_self_help import STATES as IN_SELF_HELP
from tests.long.self_help.test_access_of_self_help import Scene
from tests.long.translating import codes_translated
from tests.portal.conftest import desk, names, open_license
from tests.portal.test_appearance import license_key
from tests.self_help.conftest import customer, switch
from tests.self_help.test_by_typing import mistyped

__all__ = ["customer", "desk", "license_key", "names", "switch"]

# Of fields for codes and names: what a keyboard would do to them.
KEYBOARD = """() => [...document.querySelectorAll('input, textarea')]
    .filter(one => ['text', 'textarea'].includes(one.type))
    .filter(one => one.matches('.k') || /name|key|code|computer/i.test(one.name))
    .filter(one => !['username', 'current-password', 'new-password'].includes(one.autocomplete))
    .flatMap(one => [
        ...(one.getAttribute('autocorrect') === 'off' ? [] : ['corrected']),
        ...(one.spellcheck ? ['spelled'] : []),
        ...(one.matches('.k') && one.translate ? ['translated'] : []),
    ].map(fault => `${fault}: ${one.outerHTML.slice(0, 120)}`))"""
NUMBERS = """() => [...document.querySelectorAll('input[type=number], input[autocomplete=one-time-code]')]
    .filter(one => !['numeric', 'decimal'].includes(one.inputMode)).map(one => one.outerHTML.slice(0, 120))"""
DETECTED = (
    """() => (document.querySelector('meta[name=format-detection]')?.content ?? '').replace(/ /g, '')"""
)


def wrong_for_codes(page: Page) -> list[str]:
    """What would change a code on its way: a translator, a phone that sees numbers, a keyboard."""
    off = page.evaluate(DETECTED).split(",")
    links = [kind for kind in ("telephone", "date", "address") if f"{kind}=no" not in off]
    return [*codes_translated(page), *page.evaluate(KEYBOARD), *page.evaluate(NUMBERS), *links]


@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_nothing_changes_a_code_on_the_phone(house, phone, locale):
    house.short.issue()
    assert "short key #step-through" in ON_THE_PHONE
    walk(phone, house, wrong_for_codes, locale=locale)


def test_nothing_changes_a_code_in_self_help(house, customer, switch):
    house.short.issue()
    scene, found = Scene(customer(), house, switch), {}
    for name, state in IN_SELF_HELP.items():
        state(scene)
        found[name] = wrong_for_codes(scene.customer.page)
        switch.back()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def mistyped_dialog(page: Page) -> None:
    """What staff typed, and the reading that was meant."""
    typed = page.locator("li.comp .k").first.inner_text()
    portal.activate_dialog(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Computer ID").fill(mistyped(typed))
    dialog.get_by_role("button", name="Activate").click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Use it").locator("visible=true").first.wait_for()


def test_nothing_changes_a_code_in_the_portal(house, desk, license_key):
    page, found = desk(), {}
    for address in portal.ADDRESSES:
        page.goto(f"{house.origin}/portal/{address.format(product=house.short.product_code)}")
        found[address] = wrong_for_codes(page)
    for dialog in (mistyped_dialog, partial(portal.key_dialog, house=house, license_key=license_key)):
        page.goto(f"{house.origin}/portal/")
        open_license(page, license_key)
        dialog(page)
        found[str(dialog)] = wrong_for_codes(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
