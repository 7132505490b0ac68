import json

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


def rubbish(address: str) -> str:
    return address[: address.index("#") + 1] + "%00%FF"


def test_a_tampered_token_meets_its_own_words(stage, words):
    license = stage.vendor.issue("SHORT", "--seats", "1")
    address = stage.machine("TAMPERED", "SHORT").run("request", license)["url"]
    for code, tamper in (("bad_signature", flipped), ("malformed_token", rubbish)):
        with stage.scanned(tamper(address)) as phone:
            refused(phone, words, code)
