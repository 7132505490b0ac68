"""The tab Computers: finding one, what its customer is to hear, and possible copies."""

import csv
import io

import pytest

from keyferry.server.core.models import Role
from tests.console.person import at_the_console, events, signed_in


@pytest.fixture
def copied(vendor):
    """A computer whose seat an earlier state of it took over; returns that state."""
    key = vendor.issue(seats=2, customer="ada@example.com", lease_days=60)
    before = vendor.machine(key, "LAB-PC-07")
    vendor.activate(before)
    vendor.activate(before.continuing())
    state = before.continuing()
    vendor.activate(state)
    return state


def rows(table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.as_csv().removeprefix("\ufeff"))))


async def test_a_computer_is_found_shown_again_and_released(vendor, copied, manager, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    vendor.activate(vendor.machine(copied.activation_key, "OFFICE-2"))
    async with at_the_console(manager) as person:
        await person.press("2")
        await person.search("LAB")
        assert "LAB-PC-07" in person.sees
        assert "OFFICE-2" not in person.lines[6]
        assert "√ Activated. Its key is valid until" in person.sees
        assert "! 2026-11-24 12:00 Activated from an earlier state" in person.sees
        await person.press("c")
        assert person.app.clipboard == copied.computer_id.text
        await person.press("enter")
        assert person.step == "Activate"
        assert person.value("computer-id") == copied.computer_id.text
        await person.press("enter", "escape", "d")
        assert person.value("computer-id") == copied.computer_id.text
        await person.fill("proof", copied.code.text, "enter", "escape")
        assert "Released. It holds no seat." in person.sees
        # It holds no seat: Enter opens its license.
        await person.press("d", "enter")
        assert person.app.screen.open == "keys"
        assert person.keys_listed == [copied.activation_key.text]
    assert "released_claimed" in [one.event for one in events()]


async def test_the_filter_ends_with_possible_copies_and_each_list_is_a_table(
    copied, manager, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    async with at_the_console(manager) as person:
        await person.press("2", *"fffff")
        assert "possible copies · 1" in person.sees
        assert "! Activated f…" in person.sees
        await person.press("x", "enter")
        assert person.step == "Main", person.sees
        assert "√ Saved possible-copies-2026-11-24.csv" in person.sees
        await person.press("l")
        assert person.keys_listed == [copied.activation_key.text]
    assert "Activated from an earlier state" in (tmp_path / "possible-copies-2026-11-24.csv").read_text()


def test_a_table_of_computers_holds_what_is_listed_and_no_whole_key(vendor, copied, add_operator):
    other = vendor.machine(vendor.issue(), "OFFICE-2")
    vendor.activate(other)
    vendor.release(other)
    access = signed_in(add_operator(Role.VIEWER), {})
    # The last state of the copied computer has its seat, and the two before it are replaced.
    assert [one["computer name"] for one in rows(access.computer_table({"state": "active"}))] == ["LAB-PC-07"]
    [row] = rows(access.computer_table({"q": "OFFICE"}))
    assert (row["status"], row["activation key ends in"]) == (
        "released, verified",
        other.activation_key.last_group,
    )
    assert other.activation_key.text not in str(access.computer_table({}))


async def test_a_viewer_sees_computers_and_is_offered_nothing_that_changes_one(copied, add_operator):
    async with at_the_console(add_operator(Role.VIEWER)) as person:
        await person.press("2")
        assert "Key again" not in person.lines[-1]
        assert "Deactivate" not in person.lines[-1]
        await person.press("d")
        assert person.step == "Main"
        await person.press("enter")
        assert person.app.screen.open == "keys"
