"""The camera in Safari's engine and in Firefox: where there is none, where it is quiet, where it sees."""

from base64 import b64encode
from io import BytesIO

import pytest

from demo.film import qr_picture
from tests.long.conftest import confirm_for

# Neither engine has a camera here: a drawn picture takes its place, and goes the same way through the page.
DRAWN = """async (address) => {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [picture.width, picture.height];
    const draw = () => canvas.getContext('2d').drawImage(picture, 0, 0);
    setInterval(draw, 100);
    draw();
    const camera = { getUserMedia: async () => canvas.captureStream() };
    Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: camera });
}"""
QUIET = """() => {
    const camera = { getUserMedia: () => new Promise(() => {}) };
    Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: camera });
}"""
NO_PICTURE = "() => { HTMLMediaElement.prototype.play = () => new Promise(() => {}); }"


@pytest.fixture
def at_the_scanner(person, house):
    person.open(f"{house.origin}/a")
    person.press("#scan")
    person.has_view("scan")
    # The page looks for a camera by itself, and has found none: what comes now, a person has to start.
    person.sees("#camera")
    return person


@pytest.fixture
def photo(house, wizard) -> str:
    """The wizard's QR code, as an address that the page may show."""
    held = BytesIO()
    qr_picture(wizard.begin(house.origin), 480).save(held, "PNG")
    return f"data:image/png;base64,{b64encode(held.getvalue()).decode()}"


@pytest.mark.parametrize(
    ("camera", "words"),
    [
        ([], "type the codes"),
        ([QUIET], "hasn’t started yet"),
        ([DRAWN, NO_PICTURE], "isn’t working right now"),
    ],
    ids=["none", "never answers", "without a picture"],
)
def test_what_is_wrong_with_a_camera_is_said_and_typing_is_left(at_the_scanner, photo, camera, words):
    for script in camera:
        at_the_scanner.run(script, *([photo] if script == DRAWN else []))
    at_the_scanner.press("#camera")
    at_the_scanner.awaits(f"() => document.querySelector('.outcome').textContent.includes('{words}')")
    assert words in at_the_scanner.text(".outcome")
    assert at_the_scanner.run("() => document.querySelector('video').hidden"), "no black box"
    at_the_scanner.press("#type")
    at_the_scanner.has_view("typed")


def test_a_code_before_the_camera_leads_to_the_key(at_the_scanner, photo, wizard):
    at_the_scanner.run(DRAWN, photo)
    at_the_scanner.press("#camera")
    confirm_for(at_the_scanner, wizard)
