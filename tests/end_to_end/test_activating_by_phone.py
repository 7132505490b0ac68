"""A short key typed, a file of a signed key saved; `tests/long` has each with the other style."""

import re
from pathlib import Path
from random import Random

from demo.stage import Stage
from demo.typing_errors import mistype


def test_a_key_typed_with_four_wrong_characters_activates_an_offline_machine(stage):
    type_a_key(stage, "SHORT", 1, 30)


def type_a_key(stage: Stage, product: str, rows: int, length: int) -> None:
    license = stage.vendor.issue(product, "--seats", "1", "--feature", "render")
    machine = stage.machine(f"TYPED-{product}", product)
    address = machine.run(
        "request", license, "--name", "LAB-PC-07", "--png", str(stage.pictures / f"{product}.png")
    )["url"]
    assert stage.scanned_picture(f"{product}.png") == address

    with stage.scanned(address) as phone:
        phone.sees("confirm-activate")
        assert "LAB-PC-07" in phone.words
        assert stage.vendor.seats(license) == (0, 1), "opening the page changes nothing"
        phone.tap()
        phone.sees("key")
        key = phone.computer_key
    assert len(key.replace("-", "")) == length
    assert stage.vendor.seats(license) == (1, 1)

    activated = machine.run("activate", mistype(key, wrong=4, rows=rows, random=Random(product)))
    assert activated["status"] == "valid"
    assert activated["features"] == ["render"]
    assert len(activated["repaired"]) == 4
    assert machine.run("status")["status"] == "valid"


def test_a_license_file_saved_on_the_phone_activates_an_offline_machine(stage, tmp_path):
    save_a_file(stage, "SIGNED", tmp_path)


def save_a_file(stage: Stage, product: str, tmp_path: Path) -> None:
    license = stage.vendor.issue(product, "--seats", "1", "--expires", "2099-12-31")
    machine = stage.machine(f"FILE-{product}", product)
    asked = machine.run("request", license, "--name", f"FILE-{product}")
    with stage.scanned(asked["url"]) as phone:
        phone.tap()
        phone.sees("key")
        name = phone.download_license_file(tmp_path / "license")
    assert re.fullmatch(rf"{product}-FILE-{product}-[0-9A-Z]{{5}}\.lic", name)
    assert machine.run("activate", "--file", str(tmp_path / "license"))["status"] == "valid"
    assert machine.run("status")["expires"] == "2099-12-31"
