"""Scanning in the page, through the whole camera path: Chromium's camera shows a film of a QR code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
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


def test_machines_are_scanned_one_after_the_other_with_our_own_reader(house, filmed):
    """Chromium on Linux has no reader, so this is the WebAssembly: camera, canvas, zxing."""
    license = house.short.issue(seats=5)
    machine = house.short.machine(license, "FILMED")
    page = filmed(None, house.scan(machine))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{house.origin}/a")
    sees(page, "welcome")
    assert not [url for url in asked if "/vendor/zxing" in url], "loaded only on use"
    page.locator("#scan").click()
    sees(page, "confirm-activate")
    assert [url for url in asked if url.endswith("zxing_reader.wasm")]
    assert [url for url in asked if not url.startswith(house.origin)] == []
    assert "FILMED" in page.locator("h1").inner_text()
    page.locator("#confirm").click()
    assert key_on(page) == house.short.activate(machine).computer_key
    page.locator("#details").click()
    page.locator("#scan-next").click()
    sees(page, "confirm-activate")


ALL_ENDED = "stream => stream.getTracks().every(track => track.readyState === 'ended')"


def test_the_camera_goes_off_when_the_view_is_left(house, filmed):
    page = filmed(None)
    turn_camera_on(page, house)
    video = page.locator("video")
    expect(video).to_be_visible()
    stream = video.evaluate_handle(until("video => video.srcObject"))
    page.locator("#back").click()
    sees(page, "welcome")
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
    expect(page.locator("video")).to_be_visible()
    expect(page.locator(".outcome")).to_have_text("")
    expect(page.locator("#camera")).to_be_hidden()


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
    expect(page.locator("video")).to_be_visible()


def test_without_a_camera_the_page_says_what_else_there_is(house, without_a_camera):
    turn_camera_on(without_a_camera, house)
    expect(without_a_camera.locator(".outcome")).to_contain_text("No camera is available here.")


def test_a_camera_that_is_taken_away_leaves_no_picture_that_stands_still(house, filmed):
    page = filmed(None)
    turn_camera_on(page, house)
    video = page.locator("video")
    expect(video).to_be_visible()
    video.evaluate("video => { for (const track of video.srcObject.getTracks()) track.stop(); }")
    expect(page.locator(".outcome")).to_contain_text("isn’t working right now")
    expect(video).to_be_hidden()
