"""A database whose every name is meant for the terminal rather than for a person."""

import pytest
from sqlalchemy import update

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
from keyferry.server.db import transaction
from tests.faces.conftest import instance, keyferry
from tests.hostile import TEXT, assert_harmless

__all__ = ["instance", "keyferry"]


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
