"""Scanning in the page, through the whole camera path: Chromium's camera shows a film of a QR code."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from demo.browser import launched
from tests.browsing import Camera, House, key_on, sees


def until(condition: str) -> str:
    """A function for the page that answers as soon as a condition holds, and fails after ten seconds."""
    return f"""subject => new Promise((done, give_up) => {{
        const began = performance.now();
        const look = () => {{
            const found = ({condition})(subject);
            if (found) done(found);
            else if (performance.now() - began > 10_000) give_up(new Error("never: {condition}"));
            else setTimeout(look, 50);
        }};
        look();
    }})"""


@pytest.fixture
def filmed(camera: Camera, pages: Callable[..., Page]) -> Callable[..., Page]:
    """Start phones whose camera shows a film."""

    def start(*texts: str | None) -> Page:
        camera.sees(*texts)
        return pages(camera.browser)

    return start


@pytest.fixture
def without_a_camera(driver: Playwright, pages: Callable[..., Page]) -> Iterator[Page]:
    """A phone that would let the page have a camera, and has none."""
    with launched(driver, "--use-fake-ui-for-media-stream") as browser:
        page = pages(browser)
        yield page
        page.context.close()


def turn_camera_on(page: Page, house: House) -> None:
    page.goto(f"{house.origin}/a")
    page.locator("#scan").click()
    page.locator("#camera").click()


def test_machines_are_scanned_one_after_the_other_with_our_own_reader(house, filmed):
    """Chromium on Linux has no reader, so this is the WebAssembly: camera, canvas, zxing."""
    license = house.short.issue(seats=5)
    machine = house.short.machine(license, "FILMED")
    page = filmed(None, house.scan(machine))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{house.origin}/a")
    page.locator("#scan").click()
    sees(page, "scan")
    assert not [url for url in asked if "/vendor/" in url], "loaded only on use"
    page.locator("#camera").click()
    sees(page, "confirm-activate")
    assert [url for url in asked if url.endswith("zxing_reader.wasm")]
    assert [url for url in asked if not url.startswith(house.origin)] == []
    assert "FILMED" in page.locator("h1").inner_text()
    page.locator("#confirm").click()
    assert key_on(page) == house.short.activate(machine).computer_key
    page.locator("#scan-next").click()
    sees(page, "scan")
    page.locator("#camera").click()
    sees(page, "confirm-activate")


# Chromium on Linux has no reader of its own: this one has the same face, and zxing-cpp behind it.
DETECTOR = """window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code", "ean_13"]; }
    async detect(picture) {
        const canvas = document.createElement("canvas");
        canvas.width = picture.videoWidth ?? picture.width;
        canvas.height = picture.videoHeight ?? picture.height;
        canvas.getContext("2d").drawImage(picture, 0, 0);
        const text = await window.decode(canvas.toDataURL("image/png").split(",")[1]);
        return text === null ? [] : [{ rawValue: text }];
    }
};"""
BROKEN_DETECTOR = """window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { throw new DOMException("Barcode detection service unavailable.", "NotSupportedError"); }
};"""


def decode(picture: str) -> str | None:
    found = zxingcpp.read_barcodes(Image.open(BytesIO(b64decode(picture))))
    return found[0].text if found else None


@pytest.mark.parametrize(("detector", "loads_ours"), [(DETECTOR, False), (BROKEN_DETECTOR, True)])
def test_the_browsers_own_reader_is_used_where_there_is_one_that_works(house, filmed, detector, loads_ours):
    machine = house.short.machine(house.short.issue(), "DETECTED")
    page = filmed(None, house.scan(machine))
    page.expose_function("decode", decode)
    page.add_init_script(detector)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    turn_camera_on(page, house)
    sees(page, "confirm-activate")
    assert "DETECTED" in page.locator("h1").inner_text()
    assert any("/vendor/" in url for url in asked) is loads_ours


ALL_ENDED = "stream => stream.getTracks().every(track => track.readyState === 'ended')"


def test_the_camera_goes_off_when_the_view_is_left(house, filmed):
    page = filmed(None)
    turn_camera_on(page, house)
    video = page.locator("video.camera")
    expect(video).to_be_visible()
    stream = video.evaluate_handle(until("video => video.srcObject"))
    page.locator("#back").click()
    sees(page, "welcome")
    assert stream.evaluate(until(ALL_ENDED))


def test_a_camera_whose_first_picture_is_not_awaited_goes_off_too(house, filmed):
    page = filmed(None)
    # A phone takes a while to show the first picture; the person is quicker.
    page.add_init_script(
        "HTMLMediaElement.prototype.play = function () { return new Promise((_, left) => {"
        " this.leave = () => left(new DOMException('removed', 'AbortError')); }); };"
    )
    turn_camera_on(page, house)
    video = page.locator("video.camera")
    stream = video.evaluate_handle(until("video => video.leave && video.srcObject"))
    handle = video.element_handle()
    page.locator("#back").click()
    sees(page, "welcome")
    handle.evaluate("video => video.leave()")
    assert stream.evaluate(until(ALL_ENDED))


def test_what_was_said_of_the_camera_goes_when_it_is_allowed(house, filmed):
    page = filmed(None)
    page.add_init_script(
        "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); let asked = 0;"
        "navigator.mediaDevices.getUserMedia = (wanted) => asked++ === 0"
        " ? Promise.reject(new DOMException('no', 'NotAllowedError')) : ask(wanted);"
    )
    turn_camera_on(page, house)
    expect(page.locator(".outcome")).to_contain_text("isn’t allowed to use the camera")
    page.locator("#camera").click()
    expect(page.locator("video.camera")).to_be_visible()
    expect(page.locator(".outcome")).to_have_text("")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://example.com/menu", "That’s a different QR code"),
        ("HTTPS://ELSEWHERE.EXAMPLE/A#0123456789ABCDEF", "another server, elsewhere.example"),
    ],
)
def test_another_code_is_explained_and_the_camera_stays_on(house, filmed, text, words):
    page = filmed(text)
    turn_camera_on(page, house)
    expect(page.locator(".outcome")).to_contain_text(words)
    expect(page.locator("video.camera")).to_be_visible()


def test_without_a_camera_the_page_says_what_else_there_is(house, without_a_camera):
    turn_camera_on(without_a_camera, house)
    expect(without_a_camera.locator(".outcome")).to_contain_text("No camera was found.")


# What engines have been seen to throw where a camera cannot be had, and what a page must survive anyway.
THROWN = {
    "Promise.reject({ name: 'OverconstrainedError' })": "No camera was found",
    "Promise.reject(new DOMException('', 'NotFoundError'))": "No camera was found",
    "Promise.reject(new DOMException('', 'NotAllowedError'))": "isn’t allowed to use the camera",
    "Promise.reject(new DOMException('', 'NotReadableError'))": "isn’t working right now",
    "Promise.reject(new Error('no'))": "isn’t working right now",
    "Promise.reject(undefined)": "isn’t working right now",
    "(() => { throw 7; })()": "isn’t working right now",
}
DEVICES = "Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: %s })"


def test_whatever_a_camera_throws_is_said_in_words_and_leaves_no_black_box(house, filmed):
    page = filmed(None)
    page.goto(f"{house.origin}/a")
    page.locator("#scan").click()
    calls = [f"navigator.mediaDevices.getUserMedia = () => {thrown}" for thrown in THROWN]
    plays = [f"HTMLMediaElement.prototype.play = () => {thrown}" for thrown in THROWN]
    absent = [DEVICES % "{}", DEVICES % "null"]
    back = "delete navigator.mediaDevices.getUserMedia"
    words = [*THROWN.values(), *THROWN.values(), "No camera was found", "No camera was found"]
    for script, said in zip([*calls, f"{back}; {plays[0]}", *plays[1:], *absent], words, strict=True):
        page.evaluate(f"() => {{ {script} }}")
        page.evaluate("document.querySelector('.outcome').textContent = ''")
        page.locator("#camera").click()
        expect(page.locator(".outcome"), script).to_contain_text(said)
        expect(page.locator("video.camera")).to_be_hidden()


def test_a_camera_that_is_taken_away_leaves_no_picture_that_stands_still(house, filmed):
    page = filmed(None)
    turn_camera_on(page, house)
    video = page.locator("video.camera")
    expect(video).to_be_visible()
    video.evaluate("video => { for (const track of video.srcObject.getTracks()) track.stop(); }")
    expect(page.locator(".outcome")).to_contain_text("isn’t working right now")
    expect(video).to_be_hidden()
