import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from keyferry.protocol.computer_key import Style
from keyferry.wizard import command_line
from keyferry.wizard.command_line import main
from keyferry.wizard.qr import ScanCode
from tests.wizard.test_qr import modules_of


def test_the_whole_life_of_a_license_in_json_by_the_names_that_programs_rely_on(run_json, key, issue):
    code, asked = run_json("request", key.text, "--name", "LAB-PC-07")
    assert code == 0
    assert asked["activation_key"] == key.text
    assert asked["computer_name"] == "LAB-PC-07"
    assert asked["url"].startswith("HTTPS://ACTIVATE.EXAMPLE/A#A")
    assert asked["qr_version"] <= 5
    assert run_json("request", key.text)[1] == asked
    expires = datetime.now(UTC).date() + timedelta(30)
    typed = issue(asked, expires=expires)
    code, completed = run_json("activate", typed)
    assert code == 0
    assert completed["status"] == "valid"
    assert completed["computer_key"] == typed
    assert completed["repaired"] == []
    assert completed["features"] == ["export"]
    assert completed["expires"] == expires.isoformat()
    code, status = run_json("status")
    assert code == 0
    assert status["status"] == "valid"
    assert status["pending"] is False
    assert (status["expires"], status["features"]) == (completed["expires"], ["export"])
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


def test_a_mistyped_key_in_several_arguments_is_corrected_and_reported(run_json, key, issue):
    _, asked = run_json("request", *key.text.split("-"))
    issued = issue(asked)
    typed = [issued[:3] + "?" + issued[4:5], *issued[6:].lower().split("-")]
    code, completed = run_json("activate", *typed)
    assert code == 0
    assert completed["computer_key"] == issued
    assert completed["repaired"] == [{"group": 1, "place": 4, "typed": "?", "read": issued[3]}]


def test_a_person_sees_what_was_corrected(run, run_json, key, issue):
    issued = issue(run_json("request", key.text)[1])
    code, out, err = run("activate", "?" + issued[1:])
    assert (code, err) == (0, "")
    assert "One character was corrected" in out
    assert f"group 1, character 1: “?” → {issued[0]}" in out
    assert issued in out


def test_a_person_reads_what_to_do_and_sees_the_code_last(run, key):
    code, out, err = run("request", key.text, "--name", "LAB-PC-07")
    assert (code, err) == (0, "")
    words, drawing = out.split("\n\x1b", 1)
    assert key.text in words
    assert "LAB-PC-07" in words
    assert "Scan the QR code below with a phone" in words
    assert "No phone?" in words
    assert max(map(len, words.splitlines())) < 80
    assert all(line.endswith("\x1b[0m") for line in drawing.splitlines())


def test_a_terminal_without_block_characters_gets_the_code_without_any(run, machine, key, monkeypatch):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    with monkeypatch.context() as patched:
        patched.setattr(command_line.sys, "stdout", terminal)
        assert run("request", key.text)[0] == 0
    terminal.seek(0)
    words, drawing = terminal.read().split("\n\x1b", 1)
    assert key.text in words
    assert "?" not in drawing
    assert modules_of(f"\x1b{drawing}") == ScanCode.of(machine.control().pending().url).modules()


@pytest.mark.parametrize("command", ["request", "deactivate", "show-code"])
def test_the_pictures_are_written_where_asked(run_json, key, tmp_path, command):
    run_json("request", key.text)
    if command == "show-code":
        run_json("deactivate", key.text)
    png, svg = tmp_path / "code.png", tmp_path / "code.svg"
    words = [command] if command == "show-code" else [command, key.text]
    code, answer = run_json(*words, "--png", str(png), "--svg", str(svg))
    assert (code, answer["png"], answer["svg"]) == (0, str(png), str(svg))
    [found] = zxingcpp.read_barcodes(Image.open(png))
    assert found.text == answer["url"]
    assert svg.read_text().startswith("<?xml")


def test_a_picture_that_cannot_be_written_is_named_before_anything_is_given_up(
    refuses, run_json, licensed, tmp_path
):
    for place in (tmp_path, tmp_path / "missing" / "code.png"):
        refuses(1, "file_not_writable", "deactivate", "--png", str(place))
    assert run_json("status")[1]["status"] == "valid"


def test_a_disk_that_is_full_after_the_deactivation_leaves_a_way_to_the_code(
    run, fails, licensed, monkeypatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "show-code" in fails(7, "deactivate", "--png", "code.png")
    assert run("show-code")[0] == 0


def test_a_license_file_activates(run_json, key, issue, tmp_path):
    file = tmp_path / "demo.lic"
    file.write_text("\ufeff" + issue(run_json("request", key.text)[1], file=True) + "\r\n", encoding="utf-8")
    code, completed = run_json("activate", "--file", str(file))
    assert (code, completed["status"], completed["computer_key"]) == (0, "valid", None)


def test_files_that_are_no_license_file_are_named(refuses, run_json, key, tmp_path):
    run_json("request", key.text)
    found = {
        "license_file_empty": b"\xef\xbb\xbf\r\n",
        "license_file_incomplete": b"eyJhbGciOiJFZERTQSIsImtpZCI6IjIi",
        "not_a_license_file": b"<!DOCTYPE html><title>Sign in</title>",
    }
    for code, content in {**found, "not_a_license_file": bytes(range(256)) * 99}.items():
        (tmp_path / "noise").write_bytes(content)
        refuses(1, code, "activate", "--file", str(tmp_path / "noise"))
    for missing in (tmp_path / "missing", tmp_path):
        refuses(1, "file_not_readable", "activate", "--file", str(missing))


def test_a_signed_key_is_typed_and_shown_in_rows(run, run_json, vendor, profile, key, issue):
    vendor.style = Style.SIGNED
    profile.write_text(vendor.profile.to_json())
    issued = issue(run_json("request", key.text)[1])
    code, out, _ = run("activate", "?" + issued[1:])
    assert code == 0
    assert max(map(len, out.splitlines())) < 80
    assert "".join(issued.split("-")) in "".join(line[-35:] for line in out.splitlines()).replace("-", "")


def test_json_may_stand_anywhere_after_the_command(run, key):
    for arguments in (["request", "--json", key.text], ["request", key.text, "--json", "--name", "A"]):
        code, out, _ = run(*arguments)
        assert code == 0
        assert json.loads(out)["activation_key"] == key.text


def test_help_is_given_for_each_command_without_any_option(capsys):
    for arguments in ([], ["--help"], *([command, "-h"] for command in command_line.wizard.commands)):
        main(arguments)
        printed = capsys.readouterr()
        assert "Usage: keyferry-wizard" in printed.out
        assert printed.err == ""
        assert max(map(len, printed.out.splitlines())) <= 80


def test_the_help_has_examples(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "keyferry-wizard --profile demo.json --state lic request" in out
    assert "Exit codes" in out


def test_every_command_can_answer_in_json():
    for command in command_line.wizard.commands.values():
        assert "as_json" in {parameter.name for parameter in command.params}


def test_no_environment_variable_moves_the_clock(run, licensed, monkeypatch):
    for name in ("KEYFERRY_NOW", "KEYFERRY_WIZARD_NOW", "FAKETIME", "SOURCE_DATE_EPOCH"):
        monkeypatch.setenv(name, "2019-01-01T00:00:00Z")
    assert run("status")[0] == 0
