"""`keyferry-wizard` without a command: in a real terminal, without a network, and lazily."""

import os
import sys
import textwrap
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyferry.wizard import command_line
from keyferry.wizard.qr import BLACK_ON_WHITE
from keyferry.wizard.results import LicenseState
from tests.terminals import Terminal
from tests.wizard.parts import Machine, Vendor
from tests.wizard.test_offline import WIZARD, child

# asyncio wakes its own loop through a pair of Unix sockets, which no network is behind. Everything else that
# a socket can be made for or used for ends the process, as in test_offline.
WITHOUT_NETWORK = textwrap.dedent(
    """
    import os, socket, sys

    def refuse(event, arguments):
        own_pair = event == "socket.__new__" and arguments[1] == socket.AF_UNIX
        if event.startswith("socket.") and not own_pair:
            os.write(2, f"the network was used: {event}".encode())
            os._exit(70)

    sys.addaudithook(refuse)
    """
)
FULL_SCREEN = WITHOUT_NETWORK + "from keyferry.wizard.command_line import main\nsys.exit(main())\n"


@pytest.fixture
def before(profile, machine):
    return ["--profile", str(profile), "--state", str(machine.folder), "--machine", "machine-1"]


def test_the_full_screen_runs_in_a_terminal_where_the_network_is_refused(machine, vendor, before):
    """The usual terminal; the long tests have older ones."""
    run_in_a_terminal(machine, vendor, before, "xterm-256color")


def run_in_a_terminal(machine: Machine, vendor: Vendor, before: list[str], term: str) -> None:
    key = vendor.activation_key()
    variables = {"KEYFERRY_ANCHOR_DIR": str(machine.anchors), "LANG": "C.UTF-8", "TERM": term}
    with Terminal(sys.executable, "-c", FULL_SCREEN, *before, **variables) as terminal:
        terminal.wait_for("Activate this computer")
        terminal.press("\r")
        terminal.wait_for("five groups of five")
        terminal.press(key.text.lower())
        terminal.wait_for("has no typos")
        terminal.press("\r")
        terminal.wait_for("No phone?")
        begun = machine.control().pending()
        assert begun.activation_key == key
        terminal.press("c")
        terminal.wait_for("√ Copied")
        # OSC 52: the terminal puts it onto the clipboard of the person in front of it, also over SSH.
        assert f"\x1b]52;c;{b64encode(key.text.encode()).decode()}\a" in terminal.all_shown
        terminal.press("\r")
        terminal.wait_for("0 of 30")
        today = datetime.now(UTC).date()
        # A bracketed paste, as a terminal sends it.
        terminal.press(f"\x1b[200~{vendor.computer_key(begun, issued=today, expires=None)}\x1b[201~")
        terminal.wait_for("is activated on this computer")
        terminal.press("\x11")
        assert terminal.ends_with() == 0
    machine.clock.moment = datetime.now(UTC)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_an_encoding_without_blocks_gets_the_second_drawing_and_plain_signs(machine, key, before):
    machine.control().begin(key)
    variables = {"KEYFERRY_ANCHOR_DIR": str(machine.anchors), "LANG": "C.UTF-8"}
    with Terminal(
        sys.executable, "-c", FULL_SCREEN, *before, PYTHONIOENCODING="ascii", **variables
    ) as terminal:
        terminal.resize(140, 60)
        terminal.wait_for("> ")
        terminal.settle()
        terminal.press("\r")
        terminal.wait_for("Scan this with a phone")
        terminal.settle()
        terminal.press("\x11")
        assert terminal.ends_with() == 0
    terminal.sent.decode("ascii")
    assert "\\u" not in terminal.all_shown
    # A dark module is two columns of the reversed colors.
    assert f"\x1b[7;{BLACK_ON_WHITE}m  " in terminal.all_shown


@pytest.mark.parametrize(
    "use",
    [
        "socket.socket(socket.AF_INET)",
        "socket.getaddrinfo('localhost', 80)",
        "socket.socket(socket.AF_UNIX).connect('/nowhere')",
        "socket.socket(socket.AF_UNIX).bind('/nowhere')",
    ],
)
def test_the_watch_lets_only_the_loops_own_pair_pass(tmp_path, use):
    assert child(WITHOUT_NETWORK + f"import socket; {use}", anchors=tmp_path).returncode == 70
    pair = "import asyncio; asyncio.run(asyncio.sleep(0))"
    assert child(WITHOUT_NETWORK + pair, anchors=tmp_path).returncode == 0


def test_without_a_terminal_it_is_a_wrong_use(before, tmp_path):
    run = child(WIZARD, *before, anchors=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "The full-screen wizard needs a terminal" in run.stderr


def test_commands_for_scripts_do_not_wait_for_the_full_screen(before, tmp_path):
    program = textwrap.dedent(
        """
        import sys
        from keyferry.wizard.command_line import main
        main()
        print("textual" in sys.modules or "asyncio" in sys.modules, file=sys.stderr)
        """
    )
    run = child(program, *before, "status", "--json", anchors=tmp_path)
    assert run.stderr == "False\n"


def test_language_and_theme_are_options_and_else_follow_the_environment(run, monkeypatch):
    opened: list[tuple[str | None, str | None, Path]] = []

    def remember(_control, _profile, folder, *, language, theme, environment):
        assert environment is os.environ
        opened.append((language, theme, folder))
        return 0

    monkeypatch.setattr(command_line, "has_terminal", lambda: True)
    monkeypatch.setattr(command_line, "open_wizard", remember)
    assert run()[0] == 0
    assert run("--language", "de", "--theme", "light")[0] == 0
    assert [(language, theme) for language, theme, _ in opened] == [(None, None), ("de", "light")]


def test_what_is_missing_before_the_full_screen_is_said_in_one_line(monkeypatch, capsys, profile):
    monkeypatch.setattr(command_line, "has_terminal", lambda: True)
    assert command_line.main(["--language", "de"]) == 2
    assert "Missing --profile FILE" in capsys.readouterr().err
    assert command_line.main(["--profile", str(profile), "--machine", "machine-1"]) == 2
    assert "Missing --state DIR" in capsys.readouterr().err
