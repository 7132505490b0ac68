"""A list that is saved from the console: for programs, or for Excel."""

from __future__ import annotations

import csv

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
