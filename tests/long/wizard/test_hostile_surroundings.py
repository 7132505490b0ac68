"""A wizard whose profile, files and keyboard are meant for the terminal rather than for a person."""

import json
import os
import sys
from datetime import UTC, datetime

import pytest

from tests.hostile import KEYS, MARKUP, SIZES, TEXT, assert_harmless
from tests.terminals import Terminal

DOWN = "\x1b[B"
COMMAND = (sys.executable, "-c", "from keyferry.wizard.command_line import main; raise SystemExit(main())")


@pytest.fixture
def hostile(vendor, machine, profile, tmp_path, monkeypatch):
    """A request that waits for its key, a license file beside it; returns the options of the wizard."""
    machine.clock.moment = datetime.now(UTC)
    begun = machine.control().begin(vendor.activation_key())
    written = json.loads(profile.read_text()) | {"product_name": TEXT, "features": [TEXT, "render"]}
    profile.write_text(json.dumps(written))
    file = vendor.license_file(begun, issued=machine.clock.moment.date(), expires=None)
    # A name of a file is any bytes.
    name = TEXT.replace("\0", "").replace("/", "").encode()[:200] + b"\xff\xed\xa0\x80.lic"
    with open(os.path.join(os.fsencode(tmp_path), name), "w") as beside:
        beside.write(file)
    monkeypatch.chdir(tmp_path)
    return ["--profile", str(profile), "--state", str(machine.folder), "--machine", "machine-1"]


def test_no_screen_of_the_wizard_hands_a_name_on_as_anything_but_text(machine, hostile, tmp_path):
    variables = {"KEYFERRY_ANCHOR_DIR": str(machine.anchors), "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    with Terminal(*COMMAND, *hostile, **variables) as terminal:
        terminal.wait_for("►")
        terminal.settle()
        for chosen in ("Type the computer key", "Use a license file"):
            terminal.press(DOWN)
            # What has the focus is drawn anew.
            terminal.wait_for(chosen)
        terminal.press("\r")
        terminal.wait_for("Found on this computer")
        terminal.settle()
        terminal.press("\r")
        terminal.wait_for("The license is saved")
        terminal.settle()
        for columns, lines in SIZES:
            terminal.resize(columns, lines)
            terminal.settle()
        terminal.press("\x11")
        assert terminal.ends_with() == 0
    assert_harmless(terminal.sent)
    assert MARKUP[:8] in terminal.all_shown


def test_no_key_and_no_paste_makes_the_wizard_fail(machine, hostile, tmp_path):
    variables = {"KEYFERRY_ANCHOR_DIR": str(machine.anchors), "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    waiting = list(KEYS)
    while waiting:
        # Ctrl+Q may be among what a terminal makes of them.
        with Terminal(*COMMAND, *hostile, **variables) as terminal:
            # Enter among them would otherwise choose what is drawn next.
            terminal.wait_for("Show the QR code again")
            while waiting and terminal.process.poll() is None:
                terminal.send(waiting.pop(0))
                terminal.settle()
            terminal.press("\x11")
            assert terminal.ends_with() == 0, (len(waiting), terminal.all_shown[-1500:])
            assert_harmless(terminal.sent)


def test_no_command_of_the_wizard_does_either(machine, hostile, run, vendor):
    for command in (("status",), ("activate", "--file", TEXT.replace("\0", "")), ("deactivate",)):
        _, said, complained = run(*command)
        assert_harmless((said + complained).encode())
        assert "\nin a line of its own" not in said + complained
