"""A database whose every name is meant for the terminal rather than for a person."""

import sys

import pytest
from sqlalchemy import update

from demo.terminal_picture import cells_of
from keyferry.server.core.models import (
    Activation,
    AuditEvent,
    Customer,
    License,
    Operator,
    Product,
    Role,
    ServerProperty,
)
from keyferry.server.db import db, transaction
from tests.console.person import PASSWORD, at_the_console
from tests.faces.conftest import instance, keyferry
from tests.hostile import BLANK, FROM_RIGHT, MARKS, MARKUP, TEXT, assert_harmless
from tests.terminals import Terminal

__all__ = ["instance", "keyferry"]

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


@pytest.fixture
def hostile(vendor, add_operator, clock):
    """A license of a database that knew no rules; returns its key."""
    key = vendor.issue(seats=3, customer="ada@example.com", features=("export",))
    vendor.activate(vendor.machine(key))
    add_operator(Role.ADMINISTRATOR, "grace")
    # What is looked for by its value keeps it: codes, and names in lower case.
    texts = {
        Product: ["name"],
        Customer: ["email"],
        License: ["notes"],
        Activation: ["computer_name", "who", "notes", "reason"],
        Operator: ["name"],
    }
    with transaction() as session:
        for model, names in texts.items():
            session.execute(update(model).values(dict.fromkeys(names, TEXT)))
        session.execute(update(Product).values(features=[TEXT, "cam"]))
        session.add(
            ServerProperty(
                name="customerSite/customerSiteTitle", value=TEXT, changed_at=clock(), changed_by=TEXT
            )
        )
        for number, event in enumerate((TEXT[:30], "license_edited", "operator_added", "release_forced")):
            edited = event == "license_edited"
            detail = {"notes": [TEXT, TEXT]} if edited else {"reason": TEXT, "operator": TEXT}
            row = {"at": clock(), "event": event, "channel": "console", "who": TEXT, "address": TEXT}
            code = None if number else TEXT
            session.add(AuditEvent(**row, activation_key_ending=TEXT[:5], code=code, detail=detail))
    return key


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


async def test_a_name_stays_in_its_column_however_wide_it_claims_to_be(vendor, manager):
    key = vendor.issue(seats=9)
    names = (
        BLANK,
        MARKS,
        FROM_RIGHT,
        MARKUP,
        "\u202eturned",
        "one\n● forced  two",
        "\u2764\ufe0f" * 20,
        "PC",
    )
    for number, name in enumerate(names):
        vendor.activate(vendor.machine(key, f"PC-{number}"))
        with transaction() as session:
            session.execute(update(Activation).where(Activation.id == number + 1).values(computer_name=name))
    async with at_the_console(manager, size=(100, 40)) as person:
        await person.press("shift+tab")
        lines = [[cell.character for cell in line] for line in cells_of(person.app)]
        rows = [line for line in lines if "●" in line and "since" in "".join(line)]
        assert len(rows) == len(names)
        assert {"".join(row[48:57]) for row in rows} == {"● active "}
        assert {len(row) for row in rows} == {100}
        assert "� ● forced" not in person.sees


def test_no_command_hands_a_name_to_the_terminal_as_anything_but_text(hostile, instance):
    for command in (
        ("license", "show", hostile.text),
        ("license", "renew", hostile.text, "--days", "5"),
        ("license", "issue", "DEMO-CAD", "--seats", "1"),
        ("product", "rotate", "DEMO-CAD"),
        ("property", "list"),
        ("operator", "list"),
        ("operator", "disable", "grace"),
        ("license", "show", TEXT.replace("\0", "")),
        ("activate", hostile.text, TEXT.replace("\0", "")),
    ):
        said = instance(*command)
        assert_harmless((said.stdout + said.stderr).encode())
        assert "\nin a line of its own" not in said.stdout
