"""Decoding in Safari's engine, which has no BarcodeDetector: the page's own way from a photo to the key."""

from collections.abc import Iterator

import pytest

from demo.film import qr_picture
from tests.long.webkit import Driver, webkit


@pytest.fixture
def safari(tmp_path) -> Iterator[Driver]:
    with webkit(tmp_path) as driver:
        yield driver


def test_a_photo_of_the_code_is_read_and_leads_to_the_key(house, safari, tmp_path):
    machine = house.short.machine(house.short.issue(), "SAFARI")
    picture = tmp_path / "code.png"
    qr_picture(house.scan(machine), 900).save(picture)
    safari.open(f"{house.origin}/a")
    safari.click("#scan")
    safari.sees("scan")
    safari.type("#photo", str(picture))
    safari.sees("confirm-activate")
    assert "SAFARI" in safari.text("h1")
    safari.click("#confirm")
    safari.sees("key")
    key = "".join(safari.text("#computer-key").split())
    wanted = house.short.activate(machine).computer_key
    assert all(group in key for group in wanted.split("-")), key
