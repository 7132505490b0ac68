import json
from collections.abc import Callable

import pytest

from demo.browser import Phone
from keyferry.server.faces.phone import files


@pytest.fixture(scope="module")
def words():
    """The page's own words for each problem."""
    return json.loads(files.words("en"))["problems"]


def refused(phone: Phone, words: dict, code: str) -> None:
    assert phone.problem() == code
    assert phone.heading == words[code]["title"]


def flipped(address: str) -> str:
    """Change the last character of the signature."""
    return address[:-1] + ("0" if address[-1] != "0" else "1")


def altered(address: str) -> str:
    """Change a character in the middle of what is signed."""
    place = address.index("#") + 20
    return address[:place] + ("0" if address[place] != "0" else "1") + address[place + 1 :]


def cut_short(address: str) -> str:
    return address[: address.index("#") + 12]


def rubbish(address: str) -> str:
    return address[: address.index("#") + 1] + "%00%FF"


TAMPERED: list[tuple[str, Callable[[str], str]]] = [
    ("bad_signature", flipped),
    ("bad_signature", altered),
    ("malformed_token", cut_short),
    ("malformed_token", rubbish),
]


def test_a_tampered_token_meets_its_own_words(stage, words):
    address = stage.machine("TAMPERED", "SHORT").run("request", stage.vendor.issue("SHORT", "--seats", "1"))[
        "url"
    ]
    for code, tamper in TAMPERED:
        with stage.scanned(tamper(address)) as phone:
            refused(phone, words, code)


def test_no_seat_left_meets_its_own_words_before_and_after_the_tap(stage, words):
    license = stage.vendor.issue("SHORT", "--seats", "1")
    first, second = (
        stage.machine(name, "SHORT").run("request", license)["url"] for name in ("FIRST", "SECOND")
    )
    with stage.scanned(first) as quick, stage.scanned(second) as slow:
        slow.sees("confirm-activate")
        quick.tap()
        quick.sees("key")
        slow.tap()
        refused(slow, words, "no_seat_left")
    with stage.scanned(second) as phone:
        refused(phone, words, "no_seat_left")
    assert stage.vendor.seats(license) == (1, 1)


def test_a_suspended_license_meets_its_own_words(stage, words):
    license = stage.vendor.issue("SHORT", "--seats", "1")
    stage.vendor.run("license", "suspend", license)
    with stage.scanned(stage.machine("SUSPENDED", "SHORT").run("request", license)["url"]) as phone:
        refused(phone, words, "license_suspended")


def test_a_license_altered_meets_its_own_words(stage, words):
    # A license of another product is as good as none.
    stranger = stage.vendor.issue("SIGNED", "--seats", "1")
    with stage.scanned(stage.machine("STRANGER", "SHORT").run("request", stranger)["url"]) as phone:
        refused(phone, words, "unknown_activation_key")


def test_a_retired_epoch_meets_its_own_words(stage, words):
    options = ("--key-style", "short", "--machine-source", "host")
    stage.vendor.run("product", "add", "RETIRING", "--name", "Retiring", *options)
    license = stage.vendor.issue("RETIRING", "--seats", "1")
    old = stage.machine("OLD-WIZARD", "RETIRING")
    stage.vendor.run("product", "rotate", "RETIRING", "--retire-old")
    with stage.scanned(old.run("request", license)["url"]) as phone:
        refused(phone, words, "retired_epoch")
    with stage.scanned(stage.machine("NEW-WIZARD", "RETIRING").run("request", license)["url"]) as phone:
        phone.sees("confirm-activate")
