"""Every list of the portal is a workbook, too: Excel in many countries opens a CSV file in one column."""

from __future__ import annotations

import csv

import pytest

from tests.workbooks import rows_of


@pytest.mark.parametrize("listed", ["computers", "possible-copies", "products", "customers"])
def test_a_list_is_the_same_as_a_workbook_and_as_csv(vendor, desk, listed):
    before = vendor.machine(vendor.issue(lease_days=60, customer="ünal@example.com"), "Prüfstand; 測定室")
    for machine in (before, before.continuing(), before.continuing()):
        vendor.activate(machine)

    def taken(form: str) -> bytes:
        if listed == "customers":
            answer = desk.post("/portal/customers/export", format=form)
        else:
            answer = desk.get(f"/portal/{listed}.{form}")
        name = f'attachment; filename="{listed}-2026-11-24.{form}"'
        assert answer.headers["Content-Disposition"] == name
        return answer.get_data()

    page = desk.get(f"/portal/{listed}").text
    wanted = 'name="format" value="{}"' if listed == "customers" else f'href="/portal/{listed}.{{}}"'
    assert all(wanted.format(form) in page for form in ("csv", "xlsx"))
    rows = list(csv.reader(taken("csv").decode("utf-8-sig").splitlines()))
    assert len(rows) >= 2
    assert rows_of(taken("xlsx")) == rows
