import re
from random import Random

import pytest

from demo.typing_errors import mistype


@pytest.mark.parametrize(("product", "rows", "length"), [("SHORT", 1, 30), ("SIGNED", 4, 120)])
def test_a_key_typed_with_four_wrong_characters_activates_an_offline_machine(stage, product, rows, length):
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


@pytest.mark.parametrize("product", ["SHORT", "SIGNED"])
def test_a_license_file_saved_on_the_phone_activates_an_offline_machine(stage, product, tmp_path):
    license = stage.vendor.issue(product, "--seats", "1", "--expires", "2099-12-31")
    machine = stage.machine(f"FILE-{product}", product)
    with stage.scanned(machine.run("request", license)["url"]) as phone:
        phone.tap()
        phone.sees("key")
        name = phone.download_license_file(tmp_path / "license")
    assert re.fullmatch(rf"{product}-[0-9A-Z]{{5}}\.lic", name)
    assert machine.run("activate", "--file", str(tmp_path / "license"))["status"] == "valid"
    assert machine.run("status")["expires"] == "2099-12-31"


def test_a_license_file_of_another_machine_is_refused(stage, tmp_path):
    license = stage.vendor.issue("SIGNED", "--seats", "2")
    here, there = stage.machine("FILE-HERE", "SIGNED"), stage.machine("FILE-THERE", "SIGNED")
    there.run("request", license)
    with stage.scanned(here.run("request", license)["url"]) as phone:
        phone.tap()
        phone.sees("key")
        phone.download_license_file(tmp_path / "license")
    assert (
        there.run("activate", "--file", str(tmp_path / "license"), exit_code=1)["code"]
        == "license_file_refused"
    )


def test_scanning_again_shows_the_same_key_and_takes_no_second_seat(stage):
    license = stage.vendor.issue("SHORT", "--seats", "2")
    machine = stage.machine("AGAIN", "SHORT")
    keys = []
    for _ in range(2):
        with stage.scanned(machine.run("request", license)["url"]) as phone:
            phone.sees("confirm-activate")
            phone.tap()
            phone.sees("key")
            keys.append(phone.computer_key)
    assert keys[0] == keys[1]
    assert stage.vendor.seats(license) == (1, 2)


def test_the_camera_s_address_and_a_lower_case_one_open_the_same_page(stage):
    machine = stage.machine("CASES", "SHORT")
    address = machine.run("request", stage.vendor.issue("SHORT", "--seats", "1"))["url"]
    scanned, _, token = address.partition("#")
    for opened in (f"{scanned}#{token}", f"{scanned.lower()}#{token}"):
        with stage.scanned(opened) as phone:
            phone.sees("confirm-activate")


def test_a_page_opened_without_a_token_welcomes_and_asks_for_nothing(stage):
    with stage.scanned(f"{stage.origin}/a") as phone:
        phone.sees("welcome")
