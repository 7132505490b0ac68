"""Every screen of the real console, over a database whose names are meant for the terminal."""

import sys

from keyferry.server.db import db
from tests.console.person import PASSWORD
from tests.console.test_hostile_data import hostile
from tests.faces.conftest import instance, keyferry
from tests.hostile import MARKUP, assert_harmless
from tests.terminals import Terminal

__all__ = ["hostile", "instance", "keyferry"]
COMMAND = (sys.executable, "-m", "keyferry.server.command_line")
MAIL = {"KEYFERRY_SMTP_URL": "smtp://127.0.0.1:9", "KEYFERRY_MAIL_FROM": "keys@example.com"}
F1, F3, F4, F5, F6, F7, F8 = "\x1bOP", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~"
F9, F10, DOWN, ESCAPE = "\x1b[20~", "\x1b[21~", "\x1b[B", "\x1b[27u"
WALK = [
    ("\x1b[Z", "Activated 2026"),
    (F3, "Activate a computer"),
    # Neither name nor address is a valid one: without them it works.
    ("\r", "A computer name can have"),
    ("\x15\r", "Enter the customer"),
    ("\x15\r", "Keeps its seat"),
    ("s", "Groups"),
    ("m", "Email the key to the customer"),
    (ESCAPE, "Copy key"),
    ("f", "Save license file"),
    (ESCAPE, "Copy key"),
    (ESCAPE, "Manage Keys"),
    (F4, "Deactivate a computer"),
    (F4, "For a computer that is lost"),
    ("lost\r", "There is no proof"),
    (ESCAPE, "Manage Keys"),
    (F5, "Create license"),
    ("\x1b[A\r", "[red]"),
    (ESCAPE, "Customer email"),
    (ESCAPE, "Manage Keys"),
    (F6, "Current term"),
    (ESCAPE, "Manage Keys"),
    (F7, "Suspend license"),
    (ESCAPE, "Manage Keys"),
    (F8, "Press Enter to edit it"),
    ("\r", "Counts from the next request on"),
    (ESCAPE, "Press Enter to edit it"),
    (F8, "latest first"),
    (DOWN * 4, "12:00:00 UTC"),
    (F9, "refused attempt"),
]


def test_no_screen_hands_a_name_to_the_terminal_as_anything_but_text(hostile, settings, tmp_path):
    db.engine.dispose()
    with Terminal(*COMMAND, "console", KEYFERRY_HOME=str(settings.home), **MAIL) as terminal:
        terminal.wait_for("Password")
        terminal.press(f"grace\r{PASSWORD}\r")
        terminal.wait_for(hostile.text)
        for keys, text in WALK:
            terminal.press(keys)
            terminal.wait_for(text)
            terminal.settle()
        terminal.press(F10)
        assert terminal.ends_with() == 0
    assert_harmless(terminal.sent)
    assert MARKUP[:8] in terminal.all_shown
