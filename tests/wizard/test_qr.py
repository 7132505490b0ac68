import io
import re

import pytest
import zxingcpp
from PIL import Image, ImageOps

from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest, verify_request
from keyferry.wizard.qr import Drawing, Room, ScanCode, least_room

PIXELS = 6
LONG_URL = "HTTPS://LICENSES.A-LONG-NAME.EXAMPLE.COM:8443/A#" + "A0B1C2D3E4" * 20
LINE = re.compile(r"\x1b\[30;47;38;5;16;48;5;231m([█▀▄ ]+)\x1b\[0m")

BLACK, WHITE = "40;48;5;16", "47;48;5;231"
RUN = re.compile(rf"\x1b\[({BLACK}|{WHITE})m((?:  )+)")


def modules_of(drawing: str) -> list[list[bool]]:
    """Return the modules of the second drawing, which is nothing but grounds of two columns."""
    rows = []
    for line in drawing.splitlines():
        runs = RUN.findall(line)
        assert "".join(f"\x1b[{ground}m{spaces}" for ground, spaces in runs) + "\x1b[0m" == line
        rows.append([ground == BLACK for ground, spaces in runs for _ in range(len(spaces) // 2)])
    return rows


def decoded(picture: Image.Image) -> str:
    framed = ImageOps.expand(picture.convert("L"), border=20, fill=255)
    [found] = zxingcpp.read_barcodes(framed)
    return found.text


def rendered(terminal_text: str) -> Image.Image:
    """Paint the half-block characters as a terminal does."""
    lines = [LINE.fullmatch(line)[1] for line in terminal_text.splitlines()]
    picture = Image.new("L", (len(lines[0]), 2 * len(lines)), 255)
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            picture.putpixel((column, 2 * row), 0 if character in "█▀" else 255)
            picture.putpixel((column, 2 * row + 1), 0 if character in "█▄" else 255)
    return picture.resize((picture.width * PIXELS, picture.height * PIXELS), Image.Resampling.NEAREST)


@pytest.fixture
def urls(vendor, machine):
    """The addresses of both operations, with a 15-character host and a 12-character computer name."""
    vendor.server_url = "https://keys.example.co"
    assert len("keys.example.co") == 15
    begun = machine.control().begin(vendor.activation_key(), "LAB-PC-07-AB")
    assert len(begun.computer_name) == 12
    machine.control().complete(vendor.computer_key(begun))
    return {"activate": begun.url, "deactivate": machine.control().deactivate().url}


@pytest.mark.parametrize("operation", ["activate", "deactivate"])
def test_a_code_with_a_usual_host_and_name_is_at_most_version_5_and_is_read(urls, operation):
    code = ScanCode.of(urls[operation])
    assert code.version <= 5
    lines = code.terminal().splitlines()
    assert len(lines) <= 23
    assert all(len(LINE.fullmatch(line)[1]) <= 80 for line in lines)
    assert decoded(Image.open(io.BytesIO(code.png()))) == urls[operation]
    assert decoded(rendered(code.terminal())) == urls[operation]


@pytest.mark.parametrize(
    ("operation", "kind"), [("activate", ActivationRequest), ("deactivate", DeactivationRequest)]
)
def test_the_address_carries_a_request_that_the_server_verifies(urls, vendor, operation, kind):
    address, _, token = urls[operation].partition("#")
    assert address == "HTTPS://KEYS.EXAMPLE.CO/A"
    request = verify_request(token, vendor.profile.keys(1))
    assert isinstance(request, kind)
    assert request.computer_name == "LAB-PC-07-AB"


def test_a_long_address_falls_back_to_the_weaker_correction_and_is_still_read():
    code = ScanCode.of(LONG_URL)
    assert (code.error_correction, code.version > 5) == ("L", True)
    assert decoded(Image.open(io.BytesIO(code.png()))) == LONG_URL
    assert decoded(rendered(code.terminal())) == LONG_URL


def test_the_second_drawing_has_no_characters_and_twice_the_size():
    code = ScanCode.of(LONG_URL)
    modules = modules_of(code.terminal(Drawing.SPACES))
    assert modules == code.modules()
    needed, blocks = code.needs(drawing=Drawing.SPACES), code.needs()
    assert needed == (2 * len(modules[0]), len(modules))
    assert (blocks.columns, 2 * blocks.lines) == (needed.columns // 2, needed.lines + needed.lines % 2)
    picture = Image.new("L", (len(modules[0]), len(modules)))
    picture.putdata([0 if module else 255 for row in modules for module in row])
    assert decoded(picture.resize((picture.width * PIXELS, picture.height * PIXELS))) == LONG_URL


@pytest.mark.parametrize("drawing", Drawing)
def test_a_code_that_would_be_cut_is_not_made(drawing):
    urls = [LONG_URL, LONG_URL[:-20], LONG_URL[:-40]]
    needed = least_room(urls, drawing=drawing)
    assert ScanCode.within(needed, urls, drawing=drawing).url == urls[-1]
    for smaller in (Room(needed.columns - 1, needed.lines), Room(needed.columns, needed.lines - 1)):
        assert ScanCode.within(smaller, urls, drawing=drawing) is None


def test_a_short_address_has_the_stronger_correction():
    assert ScanCode.of("HTTPS://A.EXAMPLE/A#" + "A" * 80).error_correction == "M"


def test_an_address_outside_the_narrow_alphabet_is_still_read():
    url = "http://192.168.1.7:8000/a?x=1#abc_def"
    assert decoded(Image.open(io.BytesIO(ScanCode.of(url).png()))) == url


def test_the_same_address_always_gives_the_same_code():
    assert ScanCode.of(LONG_URL).terminal() == ScanCode.of(LONG_URL).terminal()


def test_the_svg_brings_its_own_white_ground():
    svg = ScanCode.of(LONG_URL).svg().decode()
    assert svg.startswith("<?xml")
    assert 'fill="#fff"' in svg


def test_the_activation_key_is_not_readable_in_the_address(urls, machine):
    key = machine.control().show_code().activation_key
    for url in urls.values():
        assert key.text.replace("-", "")[4:20] not in url
