import io
import json
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import zxingcpp
from PIL import Image

from protocol.activation_key import ActivationKey
from protocol.computer_id import read_computer_id
from protocol.computer_key import Style
from protocol.profile import MachineSource
from wizard_stub import command_line
from wizard_stub.command_line import main
from wizard_stub.results import Begun

TODAY = datetime.now(UTC).date()


@pytest.fixture
def profile(vendor, tmp_path):
    path = tmp_path / "profile.json"
    path.write_text(vendor.profile.to_json())
    return path


@pytest.fixture
def run(profile, machine, monkeypatch, capsys):
    """Run one command as a person does, and return exit code, standard output and standard error."""
    monkeypatch.setenv("KEYFERRY_ANCHOR_DIR", str(machine.anchors))

    def run(*arguments: str, machine_id: str | None = "usb-1") -> tuple[int, str, str]:
        before = ["--profile", str(profile), "--state", str(machine.folder)]
        if machine_id is not None:
            before += ["--machine", machine_id]
        code = main([*before, *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def run_json(run):
    """Run one command with --json, and return exit code and answer; nothing else may be printed."""

    def run_json(*arguments: str, **options: str | None) -> tuple[int, dict[str, object]]:
        code, out, err = run(*arguments, "--json", **options)
        assert err == ""
        assert out.count("\n") == 1
        return code, json.loads(out)

    return run_json


@pytest.fixture
def key(vendor):
    return vendor.activation_key()


@pytest.fixture
def issue(vendor):
    """Issue a key for what `request --json` answered."""

    def issue(answer: dict[str, object], *, file: bool = False, **claims: date | None) -> str:
        begun = Begun(
            activation_key=ActivationKey.from_text(answer["activation_key"]),
            computer_id=read_computer_id(answer["computer_id"]),
            computer_name=None,
            url="",
            renewal=False,
        )
        dates = {"issued": TODAY, "expires": TODAY + timedelta(30), **claims}
        return vendor.license_file(begun, **dates) if file else vendor.computer_key(begun, **dates)

    return issue


@pytest.fixture
def activated(run_json, key, issue):
    _, answer = run_json("request", key.text, "--name", "LAB-PC-07")
    code, completed = run_json("activate", issue(answer))
    assert code == 0
    return completed


def set_clock(monkeypatch, moment: datetime) -> None:
    """Hand the control a clock: the command line itself offers no way to do that."""
    monkeypatch.setattr(
        command_line, "ActivationControl", partial(command_line.ActivationControl, now=lambda: moment)
    )


def test_the_whole_life_of_a_licence_in_json(run_json, key, issue):
    code, asked = run_json("request", key.text, "--name", "LAB-PC-07")
    assert code == 0
    assert asked["activation_key"] == key.text
    assert asked["computer_name"] == "LAB-PC-07"
    assert asked["url"].startswith("HTTPS://ACTIVATE.EXAMPLE/A#A")
    assert asked["qr_version"] <= 5
    assert run_json("request", key.text)[1] == asked
    typed = issue(asked)
    code, completed = run_json("activate", typed)
    assert code == 0
    assert completed["status"] == "valid"
    assert completed["computer_key"] == typed
    assert completed["repaired"] == []
    assert completed["features"] == ["export"]
    assert completed["expires"] == (TODAY + timedelta(30)).isoformat()
    code, status = run_json("status")
    assert code == 0
    assert status["status"] == "valid"
    assert status["state"] == "active"
    assert status["expires"] == completed["expires"]
    assert status["product"] == "demo-cad"
    code, released = run_json("deactivate")
    assert code == 0
    assert len(released["deactivation_code"]) == 17
    assert released["computer_id"] == asked["computer_id"]
    assert released["url"].startswith("HTTPS://ACTIVATE.EXAMPLE/A#D")
    assert run_json("show-code") == (0, released)
    assert run_json("show-code", *key.text.split("-")) == (0, released)
    code, status = run_json("status")
    assert (code, status["status"], status["code"]) == (1, "not_activated", "not_activated")


def test_the_names_that_other_programs_rely_on_are_all_there(run_json, key, issue):
    _, asked = run_json("request", key.text)
    assert {"activation_key", "computer_id", "url", "qr_version"} <= asked.keys()
    _, completed = run_json("activate", issue(asked))
    assert {"status", "expires", "features", "repaired"} <= completed.keys()
    _, status = run_json("status")
    assert {"status", "expires", "features"} <= status.keys()
    _, released = run_json("deactivate")
    assert {"deactivation_code", "url"} <= released.keys()


def test_a_mistyped_key_in_several_arguments_is_mended_and_told(run_json, key, issue):
    _, asked = run_json("request", *key.text.split("-"))
    issued = issue(asked)
    typed = [issued[:3] + "?" + issued[4:5], *issued[6:].lower().split("-")]
    code, completed = run_json("activate", *typed)
    assert code == 0
    assert completed["computer_key"] == issued
    assert completed["repaired"] == [{"group": 1, "place": 4, "typed": "?", "read": issued[3]}]
    assert completed["corrections"] == completed["repaired"]


def test_a_person_is_told_what_was_mended(run, run_json, key, issue):
    issued = issue(run_json("request", key.text)[1])
    code, out, err = run("activate", "?" + issued[1:])
    assert (code, err) == (0, "")
    assert "One character was read differently" in out
    assert f"group 1, character 1: “?” → {issued[0]}" in out
    assert issued in out


def test_a_person_is_told_what_to_do_and_sees_the_code_last(run, key):
    code, out, err = run("request", key.text, "--name", "LAB-PC-07")
    assert (code, err) == (0, "")
    words, drawing = out.split("\n\x1b", 1)
    assert key.text in words
    assert "LAB-PC-07" in words
    assert "Scan the QR code below with a phone" in words
    assert "Without a phone" in words
    assert max(map(len, words.splitlines())) < 80
    assert all(line.endswith("\x1b[0m") for line in drawing.splitlines())


def test_a_terminal_without_block_characters_is_pointed_to_the_picture(run, key, monkeypatch):
    monkeypatch.setattr(command_line.sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    assert "--png" in command_line._drawable(command_line.ScanCode.of("HTTPS://A.EXAMPLE/A#ABC"))


@pytest.mark.parametrize("command", ["request", "deactivate", "show-code"])
def test_the_pictures_are_written_where_asked(run_json, key, tmp_path, command):
    run_json("request", key.text)
    if command == "show-code":
        run_json("deactivate")
    png, svg = tmp_path / "code.png", tmp_path / "code.svg"
    words = [command, key.text] if command == "request" else [command]
    code, answer = run_json(*words, "--png", str(png), "--svg", str(svg))
    assert (code, answer["png"], answer["svg"]) == (0, str(png), str(svg))
    [found] = zxingcpp.read_barcodes(Image.open(png))
    assert found.text == answer["url"]
    assert svg.read_text().startswith("<?xml")


def test_a_picture_that_cannot_be_written_is_named_before_anything_is_given_up(run_json, activated, tmp_path):
    for place in (tmp_path, tmp_path / "missing" / "code.png"):
        code, answer = run_json("deactivate", "--png", str(place))
        assert (code, answer["code"]) == (1, "file_not_writable")
    assert run_json("status")[1]["status"] == "valid"


def test_a_licence_file_activates(run_json, key, issue, tmp_path):
    file = tmp_path / "demo.lic"
    file.write_text("\ufeff" + issue(run_json("request", key.text)[1], file=True) + "\r\n", encoding="utf-8")
    code, completed = run_json("activate", "--file", str(file))
    assert (code, completed["customer"], completed["computer_key"]) == (0, "Ada Example", None)


def test_files_that_are_no_licence_file_are_named(run_json, key, tmp_path):
    run_json("request", key.text)
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 99)
    code, answer = run_json("activate", "--file", str(tmp_path / "noise"))
    assert (code, answer["code"]) == (1, "license_file_refused")
    for missing in (tmp_path / "missing", tmp_path):
        code, answer = run_json("activate", "--file", str(missing))
        assert (code, answer["code"]) == (1, "file_not_readable")


def test_a_signed_key_is_typed_and_shown_in_rows(run, run_json, vendor, profile, key, issue):
    vendor.style = Style.SIGNED
    profile.write_text(vendor.profile.to_json())
    issued = issue(run_json("request", key.text)[1])
    code, out, _ = run("activate", "?" + issued[1:])
    assert code == 0
    assert max(map(len, out.splitlines())) < 80
    assert "".join(issued.split("-")) in "".join(line[-35:] for line in out.splitlines()).replace("-", "")


def test_an_expired_licence_ends_with_3(run, run_json, machine, key, issue, monkeypatch):
    asked = run_json("request", key.text)[1]
    old = issue(asked, issued=TODAY - timedelta(30), expires=TODAY - timedelta(9))
    code, answer = run_json("activate", old)
    assert (code, answer["code"]) == (3, "license_expired")
    run_json("activate", issue(asked))
    set_clock(monkeypatch, datetime.now(UTC) + timedelta(days=60))
    code, answer = run_json("status")
    assert (code, answer["status"], answer["code"]) == (3, "expired", "license_expired")
    code, out, err = run("status")
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert "ended on" in err


def test_a_clock_set_back_ends_with_4(run, run_json, activated, monkeypatch):
    set_clock(monkeypatch, datetime.now(UTC) - timedelta(days=9))
    code, answer = run_json("status")
    assert (code, answer["status"]) == (4, "clock_moved_back")
    code, out, err = run("status")
    assert (code, out, err.count("\n")) == (4, "", 1)
    code, answer = run_json("activate", activated["computer_key"])
    assert code == 4


def test_another_machine_ends_with_5_and_is_told_the_way_out(run, run_json, activated, key):
    code, answer = run_json("status", machine_id="usb-2")
    assert (code, answer["status"], answer["code"]) == (5, "wrong_machine", "wrong_machine")
    code, out, err = run("status", machine_id="usb-2")
    assert (code, out, err.count("\n")) == (5, "", 1)
    assert "--start-over" in err
    for command in (["request", key.text], ["activate", "ABCDE"], ["deactivate"], ["show-code"]):
        code, answer = run_json(*command, machine_id="usb-2")
        assert (code, answer["code"]) == (5, "wrong_machine")
    code, answer = run_json("request", key.text, "--start-over", machine_id="usb-2")
    assert code == 0
    assert answer["set_aside"].endswith("state.json.damaged-1")


def test_a_damaged_state_ends_with_5_and_is_told_the_way_out(run, run_json, activated, machine, key):
    machine.state_file.write_bytes(b"damaged")
    code, answer = run_json("status")
    assert (code, answer["status"], answer["code"]) == (5, "damaged", "state_damaged")
    code, out, err = run("request", key.text)
    assert (code, out, err.count("\n")) == (5, "", 1)
    assert "--start-over" in err
    code, out, _ = run("request", key.text, "--start-over")
    assert code == 0
    assert "state.json.damaged-1" in out


def test_a_mistyped_activation_key_is_suggested(run, run_json, key):
    wrong = ("2" if key.text[0] != "2" else "3") + key.text[1:]
    code, answer = run_json("request", wrong)
    assert (code, answer["code"], answer["suggestion"]) == (1, "malformed_activation_key", key.text)
    code, out, err = run("request", wrong)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert f"Did you mean {key.text}?" in err


def test_a_refused_key_ends_with_1_and_one_line(run, run_json, key):
    run_json("request", key.text)
    code, out, err = run("activate", "0" * 30)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "Traceback" not in err


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
def test_a_wrong_use_ends_with_2_and_one_line(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--help" in err


def test_a_wrong_use_with_json_is_an_object_too(run_json):
    code, answer = run_json("activate")
    assert (code, answer["code"]) == (2, "usage")
    assert "--file" in answer["message"]


def test_a_product_that_the_host_names_needs_the_machine(run_json):
    for missing in (None, "", "tab\t", "\udcff"):
        code, answer = run_json("status", machine_id=missing)
        assert (code, answer["code"]) == (2, "usage")
        assert "--machine" in answer["message"]


def test_a_product_that_asks_the_system_takes_no_machine(run_json, vendor, profile):
    vendor.machine_source = MachineSource.OS
    profile.write_text(vendor.profile.to_json())
    code, answer = run_json("status")
    assert (code, answer["code"]) == (2, "usage")
    assert "--machine" in answer["message"]


def test_profile_and_state_must_be_named(capsys, profile):
    for arguments in (["status"], ["--profile", str(profile), "status"]):
        assert main(arguments) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[" * 200_000, b'{"format": 1}'])
def test_a_profile_that_is_none_is_one_line(run, run_json, profile, content):
    profile.write_bytes(content)
    code, answer = run_json("status")
    assert (code, answer["code"]) == (1, "malformed_profile")
    code, out, err = run("status")
    assert (code, out, err.count("\n")) == (1, "", 1)


def test_a_profile_that_is_missing_is_one_line(run_json, profile):
    profile.unlink()
    code, answer = run_json("status")
    assert (code, answer["code"]) == (1, "malformed_profile")
    assert str(profile) in answer["message"]


def test_json_may_stand_anywhere_after_the_command(run, key):
    for arguments in (["request", "--json", key.text], ["request", key.text, "--json", "--name", "A"]):
        code, out, _ = run(*arguments)
        assert code == 0
        assert json.loads(out)["activation_key"] == key.text


def test_help_is_given_for_each_command_without_any_option(capsys):
    for arguments in ([], ["--help"], *([command, "-h"] for command in command_line.wizard.commands)):
        main(arguments)
        told = capsys.readouterr()
        assert "Usage: keyferry-wizard" in told.out
        assert told.err == ""
        assert max(map(len, told.out.splitlines())) <= 80


def test_the_help_has_examples(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "keyferry-wizard --profile demo.json --state lic request" in out
    assert "Exit codes" in out


def test_a_fault_of_the_wizard_itself_is_one_line_that_holds_no_key(run, key, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot handle {key.text}")

    monkeypatch.setattr(command_line.ScanCode, "of", broken)
    code, out, err = run("request", key.text)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "RuntimeError in broken" in err
    assert key.text not in err


def test_an_interruption_is_one_line(run, key, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line.ScanCode, "of", interrupted)
    code, _, err = run("request", key.text)
    assert code == 130
    assert err.strip() == "Interrupted."


def test_an_unwritable_state_folder_is_one_line_at_the_request(run, machine, key, tmp_path):
    (tmp_path / "file").write_text("")
    machine.folder = tmp_path / "file" / "state"
    code, out, err = run("request", key.text)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert str(machine.folder) in err


def test_every_command_can_answer_in_json():
    for command in command_line.wizard.commands.values():
        assert "as_json" in {parameter.name for parameter in command.params}


def test_no_environment_variable_moves_the_clock(run, activated, monkeypatch):
    for name in ("KEYFERRY_NOW", "KEYFERRY_WIZARD_NOW", "FAKETIME", "SOURCE_DATE_EPOCH"):
        monkeypatch.setenv(name, "2019-01-01T00:00:00Z")
    assert run("status")[0] == 0
