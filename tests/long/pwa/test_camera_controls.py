"""The camera's light, the next camera, and the short buzz when something is found or given."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from demo.browser import launched
from tests.browsing import activate, key_on, sees
from tests.pwa.test_scanning import ALL_ENDED, filmed, turn_camera_on, until

__all__ = ["filmed"]

DEVICE = "stream => stream.getVideoTracks()[0].getSettings().deviceId"
# No camera here has a light: the browser's own track says that it has, and keeps what it is asked for.
LIGHT = """
    window.asked = [];
    const able = MediaStreamTrack.prototype.getCapabilities;
    MediaStreamTrack.prototype.getCapabilities = function () { return { ...able.call(this), torch: true }; };
    MediaStreamTrack.prototype.applyConstraints = function ({ advanced: [{ torch }] }) {
        window.asked.push(torch);
        return window.refuses ? Promise.reject(new DOMException('', 'NotReadableError')) : Promise.resolve();
    };
"""
BUZZES = """
    window.buzzes = [];
    const vibrate = navigator.vibrate.bind(navigator);
    navigator.vibrate = (pattern) => {
        window.buzzes.push([document.querySelector('main').dataset.view, pattern]);
        return vibrate(pattern);
    };
"""


@pytest.fixture
def two_cameras(driver: Playwright) -> Iterator[Browser]:
    """A browser with a camera at the back and one at the front."""
    flags = ("--use-fake-device-for-media-stream=device-count=2", "--use-fake-ui-for-media-stream")
    with launched(driver, *flags) as browser:
        yield browser


def test_the_next_camera_takes_over_and_the_former_goes_off(house, two_cameras, pages):
    page = pages(two_cameras)
    turn_camera_on(page, house)
    video, following = page.locator("video"), page.locator("#next-camera")
    expect(following).to_be_visible()
    seen: list[str] = []
    for _ in range(3):
        stream = video.evaluate_handle(
            until("video => video.videoWidth && video.srcObject?.active && video.srcObject")
        )
        seen.append(stream.evaluate(DEVICE))
        following.click()
        assert stream.evaluate(until(ALL_ENDED))
        expect(video).to_be_visible()
        expect(following).to_be_visible()
    assert seen[0] != seen[1], "the same camera again"
    assert seen[2] == seen[0], "after the last comes the first"
    page.context.close()


def test_one_camera_without_a_light_offers_neither(house, filmed):
    page = filmed(None)
    turn_camera_on(page, house)
    expect(page.locator("video")).to_be_visible()
    expect(page.locator("#next-camera")).to_be_hidden()
    expect(page.locator("#torch")).to_be_hidden()


def test_the_light_goes_on_and_off_and_says_so(house, two_cameras, pages):
    page = pages(two_cameras)
    page.add_init_script(LIGHT)
    turn_camera_on(page, house)
    torch = page.get_by_role("button", name="Flashlight")
    expect(torch).to_have_attribute("aria-pressed", "false")
    torch.click()
    expect(torch).to_have_attribute("aria-pressed", "true")
    torch.click()
    expect(torch).to_have_attribute("aria-pressed", "false")
    page.evaluate("window.refuses = true")
    torch.click()
    page.wait_for_function("window.asked.length === 3")
    expect(torch).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.asked") == [True, False, True]
    page.evaluate("window.refuses = false")
    torch.click()
    expect(torch).to_have_attribute("aria-pressed", "true")
    page.locator("#next-camera").click()
    expect(torch).to_have_attribute("aria-pressed", "false")
    page.context.close()


def buzzes(page: Page) -> list[str]:
    """Where it has buzzed since the last question; each time shortly."""
    found = page.evaluate("window.buzzes.splice(0)")
    assert all(pattern <= 20 for _, pattern in found), found
    return [view for view, _ in found]


def test_it_buzzes_for_the_key_and_for_each_step(house, phone):
    page: Page = phone()
    page.add_init_script(BUZZES)
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "confirm-activate")
    assert buzzes(page) == [], "before any tap no browser would"
    page.locator("#confirm").click()
    key_on(page)
    assert len(buzzes(page)) == 1
    page.locator("#step-through").click()
    for _ in range(3):
        page.locator("#step-next").click()
    page.locator("#step-back").click()
    assert len(buzzes(page)) == 4
    page.locator("#step-back").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert len(buzzes(page)) == 2, "there is nothing before the first group"


def test_it_buzzes_for_a_code_that_the_camera_finds(house, filmed: Callable[..., Page]):
    page = filmed(house.scan(house.short.machine(house.short.issue())))
    page.add_init_script(BUZZES)
    turn_camera_on(page, house)
    sees(page, "confirm-activate")
    assert buzzes(page) == ["scan"]


def test_it_buzzes_for_a_seat_that_is_free(house, phone):
    machine = house.short.machine(house.short.issue())
    house.short.activate(machine)
    page: Page = phone()
    page.add_init_script(BUZZES)
    page.goto(house.scan(machine, releasing=True))
    page.locator("#confirm").click()
    sees(page, "released")
    assert len(buzzes(page)) == 1


@pytest.mark.parametrize("phones", ["undefined", "() => { throw new Error('no'); }", "() => false"])
def test_a_phone_that_does_not_buzz_gives_the_key_all_the_same(house, phone, phones):
    page: Page = phone()
    page.add_init_script(f"navigator.vibrate = {phones}")
    assert activate(page, house.scan(house.short.machine(house.short.issue())))
