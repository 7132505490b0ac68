"""Possible copies of computers, as staff see them."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.audit_log import events

COMPUTER = "/portal/computers/2"


@pytest.fixture
def machine(vendor):
    """A computer whose seat an earlier state of it took over."""
    before = vendor.machine(vendor.issue(lease_days=60), "LAB-PC-07")
    vendor.activate(before)
    vendor.activate(before.continuing())
    state = before.continuing()
    vendor.activate(state)
    return state


def test_staff_find_them_from_the_list_of_computers(desk, machine):
    assert 'href="/portal/possible-copies"' in desk.get("/portal/computers").text
    page = desk.get("/portal/possible-copies").text
    assert "Activated from an earlier state" in page
    assert f"…{machine.activation_key.last_group}" in page
    assert machine.activation_key.text not in page
    shown = desk.get(re.search(r'row-link" href="([^"]+)"', page)[1]).text
    assert "Possible copy" in shown
    assert "This seat was taken over without full proof" in shown


def test_without_any_proof_is_another_thing_and_comes_first(vendor, desk, machine):
    vendor.activate(vendor.machine(machine.activation_key, "LAB-PC-07"))
    page = desk.get("/portal/possible-copies").text
    assert page.index("Activated without proof") < page.index("Activated from an earlier state")
    assert [event.event for event in events("activated_stale", "activated_replacement")] == [
        "activated_stale",
        "activated_replacement",
    ]


def test_they_are_a_table_for_a_spreadsheet_too(desk, machine):
    text = desk.get("/portal/possible-copies.csv").get_data(as_text=True).removeprefix("\ufeff")
    head, row = list(csv.reader(io.StringIO(text)))
    assert dict(zip(head, row, strict=True)) | {"at (UTC)": "", "earlier computer ID": ""} == {
        "at (UTC)": "",
        "what happened": "Activated from an earlier state",
        "computer name": "LAB-PC-07",
        "earlier computer ID": "",
        "license": "1",
        "activation key ends in": machine.activation_key.last_group,
        "counts": "yes",
    }
