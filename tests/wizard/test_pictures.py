"""A picture of the QR code that a phone shows, in place of the license file."""

import sys
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from keyferry.protocol.errors import LicenseFileRefused
from keyferry.wizard.files import read_license_file
from keyferry.wizard.results import LicenseState
from tests.license_codes import code_of, photo

from .parts import TODAY


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
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(LicenseFileRefused, match=r"\.lic file, or type the computer key") as refused:
        taken(photo("LIC1/"))
    assert refused.value.code == "pictures_not_supported"
