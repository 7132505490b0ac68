"""Whatever a keyboard, a clipboard or a window sends to the real console, it goes on and can be left."""

import sys

from keyferry.server.core.models import Activation, License
from keyferry.server.db import db, reading
from tests.console.person import PASSWORD
from tests.hostile import KEYS, SIZES, assert_harmless
from tests.terminals import Terminal

COMMAND = (sys.executable, "-m", "keyferry.server.command_line", "console")

# It answers one key after the other, and a flood takes its time.
TRIES = 100
AT_ONCE = 8


def goes_on(terminal: Terminal, place: object) -> None:
    """The window is as it was, and whatever is open is closed; then the help can be asked for."""
    for columns in (81, 80):
        terminal.resize(columns, 24)
        terminal.settle()
    for _ in range(TRIES):
        terminal.press("\x1b[27u")
        terminal.settle()
        terminal.press("\x1bOP")
        terminal.settle()
        if "Keyboard shortcuts" in terminal.shown:
            break
    else:
        raise AssertionError((place, terminal.shown[-2000:]))
    terminal.press("\x1b[27u")
    terminal.settle()


def test_no_key_and_no_paste_ends_the_console_or_does_anything(vendor, manager, settings):
    key = vendor.issue(customer="ada@example.com")
    db.engine.dispose()
    with Terminal(*COMMAND, KEYFERRY_HOME=str(settings.home)) as terminal:
        terminal.wait_for("Password")
        terminal.press(f"{manager}\r{PASSWORD}\r")
        terminal.wait_for(key.last_group)
        for place, keys in enumerate(KEYS, start=1):
            terminal.send(keys)
            if place % AT_ONCE == 0 or place == len(KEYS):
                goes_on(terminal, place)
        for columns, lines in SIZES:
            terminal.resize(columns, lines)
            terminal.settle()
        goes_on(terminal, SIZES)
        terminal.press("\x1b[21~")
        assert terminal.ends_with() == 0
    assert_harmless(terminal.sent)
    with reading() as session:
        assert [session.query(one).count() for one in (License, Activation)] == [1, 0]
