"""A list that is saved from the console: for programs, or for Excel."""

from __future__ import annotations

import csv

from keyferry.server.core.models import Operator, Role
from keyferry.server.db import transaction
from tests.console.person import at_the_console
from tests.workbooks import rows_of


async def test_the_same_list_is_saved_as_csv_and_as_a_workbook(vendor, manager, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    vendor.issue(customer="ünal@example.com")
    async with at_the_console(manager) as person:
        await person.press("x")
        assert "For Excel, end its name with .xlsx." in person.sees
        await person.fill("path", str(tmp_path / "list.csv"), "enter")
        await person.press("x")
        await person.fill("path", str(tmp_path / "list.xlsx"), "enter")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert "ünal@example.com" in rows[1]
    assert rows_of((tmp_path / "list.xlsx").read_bytes()) == rows
    assert (tmp_path / "list.xlsx").stat().st_mode & 0o777 == 0o600


async def test_what_may_no_longer_be_saved_is_said_and_the_console_goes_on(vendor, administrator):
    async with at_the_console(administrator) as person:
        for tab, key in (("4", "p"), ("5", "x")):
            await person.press(tab)
            with transaction() as session:
                session.query(Operator).one().role = Role.VIEWER.value
            await person.press(key)
            assert person.step == "Notice", person.sees
            assert "Nothing to save" in person.sees
            assert "Your role, viewer, doesn’t let you" in person.sees
            with transaction() as session:
                session.query(Operator).one().role = Role.ADMINISTRATOR.value
            await person.press("escape")
