"""The page is installable, opens without network, keeps scans, and a lost answer costs no seat."""

import pytest
from playwright.sync_api import Route, expect

from tests.browsing import activate, await_worker, go_offline, key_on, sees


def test_the_page_can_be_installed(house, phone):
    page = phone()
    page.goto(f"{house.origin}/a")
    await_worker(page)
    errors = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")
    # A browser that a test drives keeps nothing, like a private window; nothing else may stand in the way.
    assert [error["errorId"] for error in errors["installabilityErrors"]] in ([], ["in-incognito"])
    # A browser without a window offers nothing: its offer is played, which is taken with one press, once.
    expect(page.locator("#install")).to_have_count(0)
    page.evaluate(
        """() => {
            const offer = new Event('beforeinstallprompt', { cancelable: true });
            offer.prompt = async () => { window.asked = (window.asked ?? 0) + 1; };
            dispatchEvent(offer);
        }"""
    )
    page.locator("#install").click()
    expect(page.locator("#install")).to_have_count(0)
    assert page.evaluate("window.asked") == 1


def test_nothing_that_the_server_answered_is_in_the_cache(house, phone):
    page = phone()
    activate(page, house.scan(house.short.machine(house.short.issue())))
    await_worker(page)
    kept = page.evaluate(
        """async () => {
            const paths = [];
            for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys())
                    paths.push(new URL(request.url).pathname);
            return paths;
        }"""
    )
    assert {"/a", "/pwa/vendor/lean-qr/index.js"} <= set(kept)
    assert [path for path in kept if path != "/a" and not path.startswith("/pwa/")] == []


def test_a_scan_without_network_is_kept_and_finished_when_the_network_is_back(house, phone):
    key = house.short.issue()
    page = phone()
    go_offline(page, house)
    page.goto(house.scan(house.short.machine(key)))
    sees(page, "problem")
    expect(page.locator("#scan-kept")).to_be_visible()
    page.context.set_offline(False)
    sees(page, "confirm-activate")
    assert house.short.seats_used(key) == 0, "the tap stays the person's"
    page.locator("#confirm").click()
    key_on(page)
    page.locator("#finish").click()
    expect(page.locator("#resume-0")).to_have_count(0)


@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_lost_after_the_server_committed_costs_no_second_seat(house, phone, times):
    key = house.short.issue(seats=5)
    machine = house.short.machine(key)
    page, lost = phone(service_workers="block"), []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    page.goto(house.scan(machine))
    sees(page, "confirm-activate")
    page.route("**/phone/v1/activations", lose)
    for _ in range(times):
        page.locator("#confirm, #try-again").first.click()
        sees(page, "problem")
        expect(page.locator("#try-again")).not_to_have_attribute("aria-busy", "true")
    assert lost == [200] * times
    assert house.short.seats_used(key) == 1, "the server had committed"
    page.unroute("**/phone/v1/activations")
    page.locator("#try-again").click()
    assert key_on(page) == house.short.activate(machine).computer_key
    assert house.short.seats_used(key) == 1
