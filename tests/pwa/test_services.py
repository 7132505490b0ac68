"""What the phone withholds keeps no answer from the person; `tests/long` has the whole matrix."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, Route, expect

from demo.film import qr_picture
from tests.browsing import House, PhoneMaker, await_worker, key_on, sees
from tests.pwa.misbehavior import all_withheld, break_cache

# Milliseconds from the server's answer to the screen.
PROMPT = 3_000


def asked(page: Page, house: House) -> None:
    """Scan a machine of its own, and see the question."""
    with page.expect_response("**/phone/v1/requests"):
        page.goto(house.scan(house.short.machine(house.short.issue(seats=2), "CAGED")))
    expect(page.locator("main")).to_have_attribute("data-view", "confirm-activate", timeout=PROMPT)


def confirmed(page: Page) -> str:
    """Tap, and see the key."""
    with page.expect_response("**/phone/v1/activations"):
        page.locator("#confirm").click()
    expect(page.locator("main")).to_have_attribute("data-view", "key", timeout=PROMPT)
    return key_on(page)


def says_of_the_key(page: Page, words: str) -> None:
    expect(page.locator("#key-kept")).to_contain_text(words, timeout=PROMPT)


def test_no_service_stands_between_an_answer_and_the_person(house, phone):
    """Where all are missing; the long tests have whatever else they do."""
    get_a_key_without_services(house, phone, "null")


def get_a_key_without_services(house: House, phone: PhoneMaker, manner: str) -> None:
    page = phone(service_workers="block")
    page.add_init_script(all_withheld(manner))
    asked(page, house)
    confirmed(page)
    says_of_the_key(page, "couldn’t be saved on this phone")
    page.locator("#ways").click()
    page.locator("#copy").click()
    expect(page.locator(".key-text")).to_be_visible(timeout=PROMPT)
    page.locator("#ways-sheet-close").click()
    page.locator("#finish").click()
    expect(page.locator("main")).to_have_attribute("data-view", "welcome", timeout=PROMPT)
    expect(page.locator("#unread")).to_be_visible()


def test_the_worker_falls_back_to_the_network(house, phone):
    page = phone()
    page.goto(f"{house.origin}/a")
    await_worker(page)
    break_cache(page, "rejects")
    page.goto(house.scan(house.short.machine(house.short.issue())))
    expect(page.locator("main")).to_have_attribute("data-view", "confirm-activate", timeout=PROMPT)


def test_a_scanner_that_could_not_be_kept_reads_all_the_same(house, phone, tmp_path):
    qr_picture(house.scan(house.short.machine(house.short.issue(), "PHOTO")), 900).save(tmp_path / "code.png")
    page = phone()
    page.goto(f"{house.origin}/a")
    await_worker(page)
    break_cache(page, "is full")
    page.locator("#scan").click()
    page.locator("#photo").set_input_files(tmp_path / "code.png")
    sees(page, "confirm-activate")
    expect(page.locator("h1")).to_contain_text("PHOTO")


def test_a_page_that_does_not_start_names_no_cause(house, browser):
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    # Whatever keeps the script from running, the page's own text is all that there is.
    page.add_init_script("JSON.parse = () => { throw null; };")
    page.goto(f"{house.origin}/a")
    stuck = page.locator(".stuck")
    # At once where the browser says that the script failed; where it says nothing, after a while.
    stuck.evaluate("stuck => stuck.getAnimations().forEach(animation => animation.finish())")
    expect(stuck).to_be_visible()
    expect(stuck.locator("h1")).to_have_text("This page doesn’t run in this browser")
    stuck.get_by_role("link", name="Open Self Help").click()
    expect(page).to_have_url(re.compile("/self-help/$"))
    context.close()


def test_a_browser_that_does_not_know_a_word_of_the_page_says_so_at_once(house, browser):
    context = browser.new_context(locale="de-DE", service_workers="block")
    page = context.new_page()
    page.route(
        "**/a",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            headers={**answer.headers, "content-security-policy": ""},
            body=answer.text().replace('type="module">', 'type="module">a ?! b;'),
        ),
    )
    page.goto(f"{house.origin}/a")
    expect(page.locator(".boot .wait")).to_be_hidden()
    expect(page.locator(".stuck h1")).to_have_text("Diese Seite funktioniert in diesem Browser nicht")
    context.close()


BUSY = {
    "status": 503,
    "headers": {"Retry-After": "2", "Content-Type": "application/problem+json"},
    "body": json.dumps({"code": "server_busy", "detail": "Busy.", "status": 503}),
}


def busy(page: Page, path: str, *, times: int) -> list[Route]:
    """Have the first requests to a path answered as a busy server does; returns those that were."""
    answered: list[Route] = []

    def answer(route: Route) -> None:
        if len(answered) == times:
            return route.fallback()
        answered.append(route)
        return route.fulfill(**BUSY)

    page.route(f"**{path}", answer)
    return answered


def test_a_wait_can_be_cut_short_spoken_in_another_language_and_left(house, phone):
    page = phone(service_workers="block")
    answered = busy(page, "/phone/v1/requests", times=1_000)
    page.clock.install()
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "waiting")
    page.locator("#try-now").click()
    expect(page.locator("#next-try")).to_have_text("Trying again in 2 seconds")
    assert len(answered) == 2
    page.locator("#help").click()
    page.locator("#help-language").select_option("de")
    expect(page.locator("#next-try")).to_have_text("Nächster Versuch in 2 Sekunden")
    page.locator("#leave").click()
    sees(page, "welcome")
    expect(page.locator("#resume-0")).to_be_visible()
    page.clock.run_for(10_000)
    sees(page, "welcome")
    assert len(answered) == 2


def test_a_fault_of_the_server_is_named_as_in_its_log(house, phone):
    page = phone(service_workers="block")
    fault = {"code": "internal_error", "detail": "Ours.", "status": 500, "request_id": "7f3a9c0d1e2b4a5f"}
    page.route("**/phone/v1/requests", lambda route: route.fulfill(status=500, json=fault))
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "problem")
    expect(page.locator("#error-code")).to_have_text("internal_error 7f3a9c0d1e2b4a5f")
