"""The tab Customers: what one holds in the other tabs, all its keys by email, and all its data as a file."""

import csv
import io
import json

import pytest

from keyferry.server.core.models import OutboxMail
from keyferry.server.db import reading
from tests.console.person import at_the_console, events
from tests.console.test_customers_tab import customers

__all__ = ["customers"]


async def test_what_a_customer_holds_is_listed_in_the_other_tabs(customers, manager):
    async with at_the_console(manager) as person:
        await person.press("3", "enter")
        assert person.app.screen.open == "keys"
        assert len(person.keys_listed) == 2
        await person.press("3", "p")
        assert person.app.screen.open == "computers"
        assert "all · 1" in person.sees
        await person.press("3", "down", "p")
        assert "No computer of grace@example.com has been activated yet. Press Esc to see all." in person.sees
        await person.press("escape")
        assert "all · 1" in person.sees
        await person.press("3", "f")
        assert "No customer is here under “ends in 30 days”." in person.sees
        await person.press("f", "f", "f", "s", "s")
        assert [row.email for row in person.app.screen.pane.rows.items] == [
            "grace@example.com",
            "ada@example.com",
        ]


@pytest.mark.usefixtures("mail_works")
async def test_a_customer_gets_all_keys_by_email_and_all_data_as_a_file(
    customers, manager, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    async with at_the_console(manager) as person:
        await person.press("3", "k")
        assert "ada@example.com gets one email with 2 activation keys." in person.sees
        await person.press("enter")
        assert "The email to ada@example.com is on its way." in person.sees
        await person.press("escape", "g", "enter")
        assert person.step == "Main", person.sees
        await person.press("x", "enter")
        assert person.step == "Main", person.sees
    with reading() as session:
        assert session.query(OutboxMail).one().recipient == "ada@example.com"
    [data] = tmp_path.glob("*.json")
    assert json.loads(data.read_text())["customer"]["email"] == "ada@example.com"
    table = (tmp_path / "customers-2026-11-24.csv").read_text().removeprefix("\ufeff")
    assert [row["email"] for row in csv.DictReader(io.StringIO(table))] == [
        "ada@example.com",
        "grace@example.com",
    ]
    names = {one.event for one in events()}
    assert {"license_keys_asked_for", "customer_data_exported", "customers_exported"} <= names
