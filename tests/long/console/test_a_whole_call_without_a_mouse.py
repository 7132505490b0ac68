"""A customer calls: the license is found, a computer activated, its key copied, and mistakes undone."""

import sys
from base64 import b64decode
from re import findall

from keyferry.protocol.computer_key import Binding
from keyferry.protocol.repair import read_short
from keyferry.server.db import db
from tests.conftest import Vendor
from tests.console.person import PASSWORD, events
from tests.machines import Machine
from tests.terminals import Terminal

COMMAND = (sys.executable, "-m", "keyferry.server.command_line", "console")
ESCAPE, F3, F4, RIGHT, ENTER, TAB, CTRL_Q = "\x1b[27u", "\x1bOR", "\x1bOS", "\x1b[C", "\r", "\t", "\x11"


def call(machine: Machine, other: Machine) -> list[tuple[str, str]]:
    """Keys, and what is seen then."""
    mistyped = f"?{machine.computer_id.text[1:]}"
    return [
        # Found by a part of the customer's address, with a word that is in no other.
        ("/orbital", "all · 1"),
        (ENTER, "Activate"),
        (ENTER, "Activate a computer"),
        (mistyped + TAB + "LAB-PC-07" + ENTER, "is mistyped"),
        (F3, "Enter Esc"),
        (ENTER, "Copy key"),
        ("c", "Copied"),
        (ESCAPE, "LAB-PC-07"),
        # The wrong license on hold, and resumed.
        ("h", "Every activation of this license is refused"),
        (RIGHT + ENTER, "On hold"),
        ("h", "can be activated again"),
        (RIGHT + ENTER, "Active"),
        # The wrong computer, and its seat given back.
        (ENTER, "Activate a computer"),
        (other.computer_id.text + TAB + "OTHER-PC" + ENTER, "Copy key"),
        (ESCAPE, "OTHER-PC"),
        (TAB, "by grace"),
        ("d", "Deactivate a computer"),
        (F4, "Reason"),
        ("activated the wrong one" + ENTER, "There is no proof"),
        (ESCAPE, "released"),
        (ESCAPE + "t", "All in audit"),
        (ESCAPE, "LAB-PC-07"),
    ]


def test_a_license_is_found_a_computer_activated_its_key_copied_and_mistakes_undone(
    vendor: Vendor, manager, settings
):
    key = vendor.issue(customer="engineering@orbital.example", seats=2)
    vendor.issue(customer="ada@example.com", seats=2)
    machine, other = vendor.machine(key, "LAB-PC-07"), vendor.machine(key, "OTHER-PC")
    db.engine.dispose()
    with Terminal(*COMMAND, KEYFERRY_HOME=str(settings.home)) as terminal:
        terminal.wait_for("Password")
        terminal.press(f"{manager}{TAB}{PASSWORD}{ENTER}")
        terminal.wait_for("ada@example.com")
        for keys, seen in call(machine, other):
            terminal.settle()
            terminal.press(keys)
            terminal.wait_for(seen)
        terminal.press(CTRL_Q)
        assert terminal.ends_with() == 0
        [copied] = findall(r"\x1b]52;c;([\w+/=]+)\x07", terminal.all_shown)
    binding = Binding(vendor.product_code, key, machine.computer_id)
    assert read_short(b64decode(copied).decode(), binding, machine.keys.short_computer_key)
    assert vendor.seats_used(key) == 1
    done = [one.event for one in events() if one.channel == "console" and one.license_id]
    assert done == [
        *("activated_new_seat", "license_suspended", "license_resumed"),
        *("activated_new_seat", "released_forced"),
    ]
