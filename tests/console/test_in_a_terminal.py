"""`keyferry console` in a real terminal, and where there is none."""

import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from keyferry.server.config import Settings
from keyferry.server.core.staff import sessions
from keyferry.server.db import db, reading
from keyferry.server.faces.console import app as app_module
from keyferry.server.faces.console import opening
from keyferry.server.faces.console.themes import theme_of
from tests.console.person import PASSWORD
from tests.faces.conftest import instance, keyferry  # noqa: F401
from tests.terminals import PATIENCE, Terminal

ROOT = Path(__file__).parents[2]
# The package has the command under the same name.
COMMAND = import_module("keyferry.server.command_line.console")


def test_the_real_console_signs_in_searches_and_signs_out(vendor, manager, settings):
    key = vendor.issue(customer="ada@example.com")
    db.engine.dispose()
    command = (sys.executable, "-m", "keyferry.server.command_line", "console")
    with Terminal(*command, KEYFERRY_HOME=str(settings.home)) as terminal:
        terminal.wait_for("Password")
        # Typed ahead, as over a slow line.
        terminal.press(f"{manager}\r{PASSWORD}\r")
        terminal.wait_for(key.last_group)
        terminal.wait_for("manager")
        assert PASSWORD not in terminal.all_shown
        terminal.press("/nothing like it")
        terminal.wait_for("No license was found")
        terminal.press("\x11")
        assert terminal.ends_with() == 0
    with reading() as session:
        [row] = session.query(sessions.OperatorSession)
        assert (row.channel, row.device) == ("console", "xterm-256color")
        assert row.ended_at is not None


def close_the_window(terminal: Terminal) -> int:
    terminal.hang_up()
    return terminal.process.wait(timeout=PATIENCE)


def test_a_terminal_that_is_closed_ends_the_session(vendor, manager, settings):
    """Its window; the long tests end the program, too."""
    ends_the_session(manager, settings, close_the_window, -signal.SIGHUP)


def ends_the_session(
    manager: str, settings: Settings, ending: Callable[[Terminal], int], exit_code: int
) -> None:
    db.engine.dispose()
    command = (sys.executable, "-m", "keyferry.server.command_line", "console")
    with Terminal(*command, KEYFERRY_HOME=str(settings.home)) as terminal:
        terminal.wait_for("Password")
        terminal.press(f"{manager}\r{PASSWORD}\r")
        terminal.wait_for("Manage Keys")
        assert ending(terminal) == exit_code
    with reading() as session:
        [row] = session.query(sessions.OperatorSession)
        assert row.ended_at is not None


def test_without_a_terminal_it_says_so(instance):  # noqa: F811
    assert instance("console", "--json").refusal == "no_terminal"
    said = instance("console")
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr.startswith("keyferry: The console needs a terminal.")


def test_a_server_that_is_not_initialized_is_reported_before_the_screen_opens(keyferry, monkeypatch):  # noqa: F811
    monkeypatch.setattr(COMMAND, "has_terminal", lambda: True)
    assert keyferry("console", "--json").refusal == "not_initialized"


def test_a_fault_ends_the_session_and_shows_no_values(vendor, monkeypatch, instance):  # noqa: F811
    """A failing console raises what failed, for the command line to put into one line."""

    def fails(console: app_module.ConsoleApp) -> None:
        console.failure = KeyError("19KP6-ZS5RC-91FXS-3R92C-42300")

    monkeypatch.setattr(COMMAND, "has_terminal", lambda: True)
    monkeypatch.setattr(app_module.ConsoleApp, "run", fails)
    said = instance("console")
    assert said.exit_code == 1
    assert "Keyferry itself failed (KeyError in open_console" in said.stderr
    assert "19KP6" not in said.stderr


@pytest.mark.parametrize(("ground", "theme"), [("15;0", "dark"), ("0;15", "light"), ("", "dark")])
def test_the_theme_fits_the_ground_of_the_terminal(ground, theme):
    assert theme_of({"COLORFGBG": ground}) == theme


def test_other_commands_do_not_read_the_screens():
    program = "import sys, keyferry.server.command_line; print('textual' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
    assert opening.THEMES[0] == "dark"
