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
F1, F4, F10, DOWN, ESCAPE = "\x1bOP", "\x1bOS", "\x1b[21~", "\x1b[B", "\x1b[27u"
CTRL_P, DELETE = "\x10", "\x1b[3~"
WALK = [
    (F1, "Keyboard shortcuts"),
    (ESCAPE, "Manage Keys"),
    (CTRL_P, "What do you want to do?"),
    (ESCAPE, "Manage Keys"),
    # To the computers, and the key of one once more.
    ("\t", "Activated Nov"),
    ("\r", "Activate a computer"),
    # The address is none: without it, it works. What nobody sees in the name is marked already.
    ("\r", "Enter the customer"),
    ("\x15\r", "Copy key"),
    ("s", "Groups"),
    ("m", "Email the key to the customer"),
    (ESCAPE, "Copy key"),
    ("f", "Save license file"),
    (ESCAPE, "Copy key"),
    (ESCAPE, "Manage Keys"),
    ("d", "Deactivate a computer"),
    (F4, "Reason"),
    ("lost\r", "There is no proof"),
    (ESCAPE, "Manage Keys"),
    # The features of the one product are shown once it is known.
    ("n", "cam"),
    ("\x1b[Z ", "[red]"),
    # What the open choice had covered.
    (ESCAPE, "optional"),
    (ESCAPE, "Manage Keys"),
    ("e", "Edit the license"),
    (ESCAPE, "Manage Keys"),
    ("r", "On a date"),
    (ESCAPE, "Manage Keys"),
    ("h", "Every activation of this license"),
    (ESCAPE, "Manage Keys"),
    ("k", "For a key that leaked"),
    (ESCAPE, "Manage Keys"),
    ("a", "1 listed license"),
    (ESCAPE, "Manage Keys"),
    ("t", "All in audit"),
    ("a", "who did it"),
    ("1", "key, customer"),
    ("2", "computer name"),
    ("f", "active"),
    ("F", "Customer email"),
    (DOWN, "Space"),
    (" ", "ype a word"),
    (ESCAPE, "Clear all"),
    (ESCAPE, "Manage Keys"),
    ("3", "email address or name"),
    ("e", "Edit the customer"),
    (ESCAPE, "Manage Keys"),
    ("m", "Other’s email"),
    (ESCAPE, "Manage Keys"),
    (DELETE, "Gone for good"),
    (ESCAPE, "Manage Keys"),
    ("g", "as JSON"),
    (ESCAPE, "Manage Keys"),
    ("4", "name or code"),
    ("e", "A feature stays"),
    (ESCAPE, "Manage Keys"),
    ("p", "It holds a secret"),
    (ESCAPE, "Manage Keys"),
    ("5", "who did it"),
    (DOWN * 4, "12:00:00 UTC"),
    ("f", "refused"),
    ("6", "find a property"),
    ("\r", "Counts from the next request on"),
    (ESCAPE, "Manage Keys"),
    ("v", "changed"),
]


def test_no_screen_hands_a_name_to_the_terminal_as_anything_but_text(hostile, settings, tmp_path):
    db.engine.dispose()
    with Terminal(*COMMAND, "console", KEYFERRY_HOME=str(settings.home), **MAIL) as terminal:
        terminal.wait_for("Password")
        terminal.press(f"grace\r{PASSWORD}\r")
        terminal.wait_for(hostile.last_group)
        for keys, text in WALK:
            terminal.press(keys)
            terminal.wait_for(text)
            terminal.settle()
        terminal.press(F10)
        assert terminal.ends_with() == 0
    assert_harmless(terminal.sent)
    assert MARKUP[:8] in terminal.all_shown
