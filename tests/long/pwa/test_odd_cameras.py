"""Cameras that throw, and cameras whose pictures nobody awaits."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browsing import sees
from tests.pwa.test_scanning import ALL_ENDED, filmed, turn_camera_on, until

__all__ = ["filmed"]


def test_a_camera_whose_first_picture_is_not_awaited_goes_off_too(house, filmed):
    page = filmed(None)
    # A phone takes a while to show the first picture; the person is quicker.
    page.add_init_script(
        "HTMLMediaElement.prototype.play = function () { return new Promise((_, left) => {"
        " this.leave = () => left(new DOMException('removed', 'AbortError')); }); };"
    )
    turn_camera_on(page, house)
    video = page.locator("video")
    # The place for the picture grows once its size is known, and moves what is about to be pressed.
    stream = video.evaluate_handle(until("video => video.leave && video.videoWidth && video.srcObject"))
    handle = video.element_handle()
    page.locator("#back").click()
    sees(page, "welcome")
    handle.evaluate("video => video.leave()")
    assert stream.evaluate(until(ALL_ENDED))


# What engines have been seen to throw where a camera cannot be had, and what a page must survive anyway.
THROWN = {
    "Promise.reject({ name: 'OverconstrainedError' })": "No camera is available here",
    "Promise.reject(new DOMException('', 'NotFoundError'))": "No camera is available here",
    "Promise.reject(new DOMException('', 'NotAllowedError'))": "isn’t allowed to use the camera",
    "Promise.reject(new DOMException('', 'NotReadableError'))": "The camera can’t be used right now",
    "Promise.reject(new Error('no'))": "isn’t working right now",
    "Promise.reject(undefined)": "isn’t working right now",
    "(() => { throw 7; })()": "isn’t working right now",
}
DEVICES = "Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: %s })"


def test_whatever_a_camera_throws_is_said_in_words_and_leaves_no_black_box(house, filmed):
    page = filmed(None)
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => Promise.reject(undefined)")
    page.goto(f"{house.origin}/a")
    page.locator("#scan").click()
    expect(page.locator("#camera")).to_be_visible()
    calls = [f"navigator.mediaDevices.getUserMedia = () => {thrown}" for thrown in THROWN]
    plays = [f"HTMLMediaElement.prototype.play = () => {thrown}" for thrown in THROWN]
    absent = [DEVICES % "{}", DEVICES % "null"]
    back = "delete navigator.mediaDevices.getUserMedia"
    words = [*THROWN.values(), *THROWN.values(), "No camera is available here", "No camera is available here"]
    for script, said in zip([*calls, f"{back}; {plays[0]}", *plays[1:], *absent], words, strict=True):
        page.evaluate(f"() => {{ {script} }}")
        page.evaluate("document.querySelector('.outcome').textContent = ''")
        page.locator("#camera").click()
        expect(page.locator(".outcome"), script).to_contain_text(said)
        expect(page.locator("video")).to_be_hidden()
