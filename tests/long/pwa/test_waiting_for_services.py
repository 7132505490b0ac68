"""The phone page waits for a busy server and for a slow storage."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browsing import key_on, sees
from tests.pwa.misbehavior import STORAGE_ANSWERS_LATE
from tests.pwa.test_services import asked, busy, confirmed, says_of_the_key


def test_what_the_storage_does_later_than_anybody_waits_is_reported_when_it_is_done(house, phone):
    page = phone(service_workers="block")
    page.add_init_script(STORAGE_ANSWERS_LATE)
    asked(page, house)
    confirmed(page)
    says_of_the_key(page, "couldn’t be saved on this phone")
    expect(page.locator("#key-kept")).to_be_hidden(timeout=10_000)
    page.locator("#details").click()
    expect(page.locator("#details-sheet")).to_contain_text("The key is saved in this browser")


def test_while_the_server_is_busy_the_page_waits_asks_again_and_carries_a_tap_on(house, phone):
    page = phone(service_workers="block")
    questions = busy(page, "/phone/v1/requests", times=2)
    taps = busy(page, "/phone/v1/activations", times=1)
    license = house.short.issue(seats=2)
    page.goto(house.scan(house.short.machine(license)))
    sees(page, "waiting")
    expect(page.locator("#next-try")).to_contain_text("Trying again in")
    expect(page.locator("#scan-kept")).to_contain_text("This scan is saved in this browser.")
    sees(page, "confirm-activate")
    assert (len(questions), house.short.seats_used(license)) == (2, 0)
    page.locator("#confirm").click()
    sees(page, "waiting")
    key_on(page)
    assert (len(taps), house.short.seats_used(license)) == (1, 1)
    page.locator("#finish").click()
    sees(page, "welcome")
    expect(page.locator("#resume-0")).to_have_count(0)


def test_waiting_has_an_end_and_then_the_person_decides(house, phone):
    page = phone(service_workers="block")
    answered = busy(page, "/phone/v1/requests", times=24)
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "waiting")
    while len(answered) < 24:
        with page.expect_response("**/phone/v1/requests"):
            page.locator("#try-now").click()
    sees(page, "problem")
    expect(page.locator("main")).to_have_attribute("data-problem", "server_busy")
    page.locator("#try-again").click()
    sees(page, "confirm-activate")
