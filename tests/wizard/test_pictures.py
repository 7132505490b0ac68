"""A picture of the QR code that a phone shows, in place of the license file."""

import builtins
from datetime import timedelta
from io import BytesIO

import pytest
import segno
from PIL import Image, ImageFilter

from keyferry.protocol.errors import LicenseFileRefused
from keyferry.wizard.files import read_license_file
from keyferry.wizard.results import LicenseState
from tests.license_codes import code_of

from .parts import TODAY


def photo(text, *, kind="PNG", scale=6, blur=0.0, turn=0.0, size=None):
    drawn = BytesIO()
    segno.make(text, error="l").save(drawn, kind="png", scale=scale, border=4)
    picture = Image.open(drawn).convert("RGB")
    if turn:
        picture = picture.rotate(turn, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    if size:
        picture = picture.resize((size, size), Image.Resampling.BILINEAR)
    taken = BytesIO()
    picture.filter(ImageFilter.GaussianBlur(blur)).save(taken, kind)
    return taken.getvalue()


@pytest.fixture
def license_file(machine):
    """Return the license file for a request that waits."""
    begun = machine.control().begin(machine.vendor.activation_key())
    return machine.vendor.license_file(begun, issued=TODAY, expires=TODAY + timedelta(days=365))


@pytest.fixture
def taken(tmp_path):
    """Put what was taken into a file, and read that as the wizard does."""

    def read(content, name="photo"):
        path = tmp_path / name
        path.write_bytes(content)
        return read_license_file(path)

    return read


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"kind": "JPEG", "turn": 7.0, "blur": 1.2},
        {"kind": "WEBP", "size": 240},
        {"kind": "JPEG", "scale": 3, "blur": 0.8},
    ],
    ids=["as drawn", "tilted and blurred", "at a low resolution", "small"],
)
def test_a_picture_of_the_code_activates(machine, license_file, taken, how):
    machine.control().complete_from_file(taken(photo(code_of(license_file), **how)))
    status = machine.control().status()
    assert status.state is LicenseState.ACTIVE
    # Stored is the file itself, as if it had been copied.
    assert machine.control().complete_from_file(license_file).replaced is None


def test_a_code_of_the_whole_file_is_read_too(machine, license_file, taken):
    assert taken(photo(license_file, scale=4)) == license_file


def test_a_code_that_was_changed_is_refused(machine, license_file, taken):
    beginning, _, signature = code_of(license_file).rpartition("/")
    changed = f"{beginning}/{'0' if signature[0] != '0' else '1'}{signature[1:]}"
    with pytest.raises(LicenseFileRefused) as refused:
        machine.control().complete_from_file(taken(photo(changed)))
    assert refused.value.code == "license_file_refused"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (photo("LIC1/", scale=1)[:60], "picture_not_readable"),
        (b"\x89PNG\r\n\x1a\n nothing of the kind", "picture_not_readable"),
    ],
    ids=["cut", "none"],
)
def test_what_is_no_picture_is_named(taken, content, code):
    with pytest.raises(LicenseFileRefused, match="PNG or JPEG") as refused:
        taken(content)
    assert refused.value.code == code


def test_a_picture_without_a_code_says_how_to_take_it(taken):
    empty = BytesIO()
    Image.new("RGB", (300, 200), "white").save(empty, "PNG")
    with pytest.raises(LicenseFileRefused, match="closer and straight on") as refused:
        taken(empty.getvalue())
    assert refused.value.code == "no_code_in_picture"


def test_without_what_reads_pictures_the_file_and_the_key_are_named(taken, monkeypatch):
    genuine = builtins.__import__

    def missing(name, *arguments, **named):
        if name == "zxingcpp":
            raise ImportError(name)
        return genuine(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(LicenseFileRefused, match=r"\.lic file, or type the computer key") as refused:
        taken(photo("LIC1/"))
    assert refused.value.code == "pictures_not_supported"
