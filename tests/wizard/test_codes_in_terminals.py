"""The plain command line in a real terminal: its QR code is whole, or words say what to do instead."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
import zxingcpp

from keyferry.wizard.results import urls_of
from tests.wizard.test_qr import LINE, rendered

pytestmark = [pytest.mark.full_price, pytest.mark.thorough]

ROOT = Path(__file__).parents[2]
NAME = "LABORATORY-PC-07-CENTRAL"
PROGRAM = "import sys; from keyferry.wizard.command_line import main; sys.exit(main())"


@pytest.fixture
def run_in_terminal(profile, machine):
    """Run one command in a terminal of a size, and return what a person then reads, line by line."""

    def run(size: tuple[int, int], *command: str) -> list[str]:
        columns, lines = size
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environment = {**os.environ, "KEYFERRY_ANCHOR_DIR": str(machine.anchors), "PYTHONPATH": str(ROOT)}
        before = ("--profile", str(profile), "--state", str(machine.folder), "--machine", machine.identifier)
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *before, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "PYTHONIOENCODING": "utf-8"},
        ) as process:
            os.close(slave)
            shown = b"".join(iter(lambda: _read(master), b""))
        os.close(master)
        assert process.returncode == 0, shown
        return shown.decode().replace("\r\n", "\n").splitlines()

    return run


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:
        # The program has closed its end.
        return b""


def code_of(shown: list[str], size: tuple[int, int]) -> str:
    """Return what a scanner reads from the end of the output, which is all that the terminal still shows."""
    columns, lines = size
    drawn = [line for line in shown if LINE.fullmatch(line)]
    assert shown[-len(drawn) :] == drawn
    assert len(drawn) < lines
    assert all(len(LINE.fullmatch(line)[1]) <= columns for line in drawn)
    [found] = zxingcpp.read_barcodes(rendered("\n".join(drawn)))
    return found.text


@pytest.mark.thorough
def test_a_code_that_fits_is_whole(run_in_terminal, machine, key):
    shown = run_in_terminal((80, 24), "request", key.text)
    assert code_of(shown, (80, 24)) == machine.control().pending().url


def test_a_name_is_shortened_and_said(run_in_terminal, machine, vendor, profile, key):
    vendor.server_url = "https://licenses.engineering.example-corp.com:8443"
    profile.write_text(vendor.profile.to_json())
    shown = run_in_terminal((80, 24), "request", key.text, "--name", NAME)
    begun = machine.control().pending()
    assert code_of(shown, (80, 24)) in urls_of(begun)
    [said] = [line for line in shown if "In this QR code the computer name is" in line]
    assert "“LABORATORY-" in said
    assert code_of(run_in_terminal((132, 43), "request", key.text), (132, 43)) == begun.url


def test_where_there_is_no_room_words_name_the_size_and_the_ways_left(run_in_terminal, machine, key):
    machine.activate(key)
    for size, command in (((40, 43), "deactivate"), ((132, 21), "show-code")):
        shown = run_in_terminal(size, command)
        assert [line for line in shown if LINE.fullmatch(line)] == []
        words = " ".join(" ".join(shown).split())
        assert f"needs a window of 41 by 22 characters. This one has {size[0]} by {size[1]}" in words
        assert "--png FILE" in words
        assert machine.control().show_code().code.text in words
    shown = run_in_terminal((41, 22), "show-code")
    assert code_of(shown, (41, 22)) == machine.control().show_code().url
