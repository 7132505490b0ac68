import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from keyferry.protocol.profile import MachineSource
from keyferry.wizard import command_line
from keyferry.wizard.command_line import main

from .parts import Vendor

TODAY = datetime.now(UTC).date()


def set_clock(monkeypatch, moment: datetime) -> None:
    """Hand the control a clock: the command line itself offers no way to do that."""
    monkeypatch.setattr(
        command_line, "ActivationControl", partial(command_line.ActivationControl, now=lambda: moment)
    )


def test_an_expired_license_ends_with_3(run, refuses, run_json, machine, key, issue, monkeypatch):
    asked = run_json("request", key.text)[1]
    old = issue(asked, issued=TODAY - timedelta(30), expires=TODAY - timedelta(9))
    refuses(3, "license_expired", "activate", old)
    run_json("activate", issue(asked))
    set_clock(monkeypatch, datetime.now(UTC) + timedelta(days=60))
    code, answer = run_json("status")
    assert (code, answer["status"], answer["code"]) == (3, "expired", "license_expired")
    code, out, err = run("status")
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert "This computer's key ended on" in err
    assert "clock says" in err
    assert "request ACTIVATION-KEY" in err


def test_a_clock_set_back_ends_with_4(fails, run_json, licensed, monkeypatch):
    set_clock(monkeypatch, datetime.now(UTC) - timedelta(days=9))
    code, answer = run_json("status")
    assert (code, answer["status"]) == (4, "clock_moved_back")
    fails(4, "status")
    code, answer = run_json("activate", licensed["computer_key"])
    assert code == 4


def test_another_machine_ends_with_5_and_names_the_way_out(fails, refuses, run_json, licensed, key):
    code, answer = run_json("status", machine_id="usb-4712")
    assert (code, answer["status"], answer["code"]) == (5, "wrong_machine", "wrong_machine")
    err = fails(5, "status", machine_id="usb-4712")
    assert "request ACTIVATION-KEY" in err
    assert "--start-over" not in err
    for command in (["activate", "ABCDE"], ["deactivate"], ["show-code"]):
        refuses(5, "wrong_machine", *command, machine_id="usb-4712")
    code, answer = run_json("request", key.text, machine_id="usb-4712")
    assert (code, answer["set_aside"]) == (0, None)
    assert run_json("status")[1]["status"] == "valid"


def test_a_damaged_state_ends_with_5_and_names_the_way_out(run, fails, run_json, licensed, machine, key):
    machine.state_file.write_bytes(b"damaged")
    code, answer = run_json("status")
    assert (code, answer["status"], answer["code"]) == (5, "damaged", "state_damaged")
    assert "--start-over" in fails(5, "request", key.text)
    code, out, _ = run("request", key.text, "--start-over")
    assert code == 0
    assert f"{machine.state_file.name}.damaged-1" in out


def test_a_newer_versions_state_ends_with_5_and_is_never_led_to_start_over(
    fails, run_json, licensed, machine, profile, vendor, key
):
    older = profile.read_text()
    vendor.rotate()
    profile.write_text(vendor.profile.to_json())
    run_json("request", key.text)
    profile.write_text(older)
    before = machine.state_file.read_bytes()
    code, answer = run_json("status")
    assert (code, answer["status"], answer["code"]) == (5, "state_newer", "state_newer")
    for command in (["status"], ["request", key.text, "--start-over"], ["deactivate"], ["show-code"]):
        err = fails(5, *command)
        assert "Start that version, or install it." in err
        assert "--start-over" not in err
    assert machine.state_file.read_bytes() == before


def test_a_license_that_a_copy_gave_up_ends_with_1_and_its_code_is_within_reach(
    run, run_json, licensed, machine, tmp_path
):
    copy = shutil.copytree(machine.folder, tmp_path / "copy")
    released = run_json("deactivate")[1]
    for file in copy.iterdir():
        shutil.copy(file, machine.folder)
    code, answer = run_json("status")
    assert (code, answer["status"], answer["code"]) == (1, "not_activated", "not_activated")
    assert "from a copy of this folder" in answer["message"]
    assert run_json("show-code")[1]["deactivation_code"] == released["deactivation_code"]


def test_another_products_state_is_led_to_a_folder_of_its_own(run, machine, vendor):
    other = replace(machine, vendor=Vendor(product_code="other"))
    other.activate()
    (machine.folder / "state.json").write_bytes(other.state_file.read_bytes())
    code, _, err = run("status")
    assert code == 5
    assert err.index("give this one a folder of its own") < err.index("--start-over")


def test_a_mistyped_activation_key_is_suggested(fails, run_json, key):
    wrong = ("2" if key.text[0] != "2" else "3") + key.text[1:]
    code, answer = run_json("request", wrong)
    assert (code, answer["code"], answer["suggestion"]) == (1, "malformed_activation_key", key.text)
    assert f"Did you mean {key.text}?" in fails(1, "request", wrong)


def test_a_refused_key_ends_with_1_and_one_line(fails, run_json, key):
    run_json("request", key.text)
    assert "Traceback" not in fails(1, "activate", "0" * 30)


@pytest.mark.parametrize(
    "arguments",
    [
        ["request"],
        ["activate"],
        ["activate", "ABC", "--file", "x"],
        ["status", "now"],
        ["status", "--frobnicate"],
        ["frobnicate"],
        [],
    ],
)
def test_a_wrong_use_ends_with_2_and_one_line(fails, arguments):
    assert "--help" in fails(2, *arguments)


def test_a_wrong_use_with_json_is_an_object_too(refuses):
    assert "--file" in refuses(2, "usage", "activate")["message"]


def test_a_product_that_the_host_names_needs_the_machine(refuses):
    for missing in (None, "", " \t"):
        assert "--machine" in refuses(2, "usage", "status", machine_id=missing)["message"]
    for unfit in ("usb-1", "00000000", "To be filled by O.E.M.", "serial\x1b4711", "\udcff" * 6):
        assert "placeholder" in refuses(1, "machine_unknown", "status", machine_id=unfit)["message"]


def test_a_product_that_asks_the_system_takes_no_machine(refuses, vendor, profile):
    vendor.machine_source = MachineSource.OS
    profile.write_text(vendor.profile.to_json())
    assert "--machine" in refuses(2, "usage", "status")["message"]


def test_profile_and_state_must_be_named(capsys, profile):
    for arguments in (["status"], ["--profile", str(profile), "status"]):
        assert main(arguments) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[" * 200_000, b'{"format": 1}'])
def test_a_profile_that_is_none_is_one_line(fails, refuses, profile, content):
    profile.write_bytes(content)
    refuses(1, "malformed_profile", "status")
    fails(1, "status")


def test_a_profile_that_is_missing_is_one_line(refuses, profile):
    profile.unlink()
    assert str(profile) in refuses(1, "malformed_profile", "status")["message"]


def test_a_fault_of_the_wizard_itself_is_one_line_that_holds_no_key(fails, key, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot handle {key.text}")

    monkeypatch.setattr(command_line.ScanCode, "of", broken)
    err = fails(1, "request", key.text)
    assert "RuntimeError in broken" in err
    assert key.text not in err


def test_an_interruption_is_one_line(run, key, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line.ScanCode, "of", interrupted)
    code, _, err = run("request", key.text)
    assert code == 130
    assert err.strip() == "Interrupted."


@pytest.mark.parametrize("option", ["--png", "--svg"])
def test_a_picture_whose_name_is_too_long_is_one_line_before_anything_is_done(
    refuses, machine, key, tmp_path, option
):
    refuses(1, "file_not_writable", "request", key.text, option, str(tmp_path / ("a" * 300)))
    assert not machine.state_file.exists()


def test_an_unwritable_state_folder_is_one_line_at_the_request(fails, machine, key, tmp_path):
    (tmp_path / "file").write_text("")
    machine.folder = tmp_path / "file" / "state"
    assert str(machine.folder) in fails(1, "request", key.text)
