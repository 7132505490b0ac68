"""Keys that a phone keeps are removed, and replaced where a computer was installed anew."""

from playwright.sync_api import expect

from tests.browsing import key_on, sees
from tests.pwa.test_history import fetch


def test_they_are_removed_one_by_one_and_all_at_once(house, phone):
    page = phone()
    for name in ("ONE", "TWO", "THREE"):
        fetch(page, house.scan(house.short.machine(house.short.issue(), name)))
    page.locator("#history").click()
    page.locator("#remove-1").click()
    expect(page.locator(".kept > li b")).to_have_text(["THREE", "ONE"])
    page.locator("#open-1").click()
    page.locator("#details").click()
    page.locator("#remove").click()
    expect(page.locator(".kept > li b")).to_have_text(["THREE"])
    page.locator("#remove-all").click()
    page.locator("#keep-all").click()
    expect(page.locator(".kept > li b")).to_have_text(["THREE"])
    page.locator("#remove-all").click()
    page.locator("#really-remove-all").click()
    expect(page.locator(".kept")).to_have_count(0)
    page.locator("#back").click()
    sees(page, "welcome")
    expect(page.locator("#history")).to_have_count(0)


def test_a_reinstalled_computer_has_its_newer_key_there_and_no_longer_the_earlier_one(house, phone):
    license, page = house.short.issue(), phone()
    for _ in range(2):
        key = fetch(page, house.scan(house.short.machine(license, "REINSTALLED")))
    page.locator("#history").click()
    expect(page.locator(".kept > li b")).to_have_text(["REINSTALLED"])
    page.locator("#open-0").click()
    assert key_on(page) == key
