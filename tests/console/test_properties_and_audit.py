"""The tabs Server properties and Audit."""

from datetime import timedelta

from textual.widgets import DataTable

from keyferry.server.core import properties
from keyferry.server.core.models import Role
from keyferry.server.db import reading
from tests.console.person import at_the_console


def set_values() -> dict[str, object]:
    with reading() as session:
        return {name: row.value for name, row in properties.stored(session).items()}


async def test_a_property_is_explained_set_and_says_who_changed_it_when(vendor, administrator):
    async with at_the_console(administrator) as person:
        await person.press("f8")
        assert "customerSite/showActivateLink true" in person.sees
        text = "Customers can activate in Self Help. yes or no, default: true, never changed."
        assert text in person.sees
        await person.press("enter")
        await person.fill("value", "maybe", "enter")
        assert "customerSite/showActivateLink takes true or false." in person.sees
        assert person.value("value") == "maybe"
        await person.fill("value", "no", "enter")
        assert person.step == "Main"
        assert "customerSite/showActivateLink false" in person.sees
        assert "changed 2026-11-24 12:00 by ada" in person.sees
        await person.press("f3", "escape")
        assert person.step == "Main"
    assert set_values() == {"customerSite/showActivateLink": False}


async def test_the_audit_shows_what_was_refused_and_who_it_was(vendor, manager, clock):
    key = vendor.issue()
    vendor.activate(vendor.machine(key))
    async with at_the_console(manager) as person:
        await person.press("f4")
        await person.paste(vendor.machine(key).code.text, "enter", "escape")
        await person.press("f8")
        assert "6 events, latest first" in person.sees
        assert "Release refused: wrong verification code" in person.sees
        assert f"grace via Console, activation key …{key.last_group}" in person.sees
        assert key.text not in person.sees
        await person.press("f9")
        assert "1 refused attempt, latest first" in person.sees
        await person.press("f9")
        clock.now += timedelta(minutes=1)
        vendor.issue()
        await person.press("f5")
        assert "7 events" in person.sees
        assert "License issued" in person.lines[5]


async def test_more_events_come_with_the_cursor(vendor, manager):
    for _ in range(60):
        vendor.issue()
    async with at_the_console(manager) as person:
        await person.press("f8")
        table = person.app.screen.query_one("#audit-table", DataTable)
        assert table.row_count == 50
        await person.press("ctrl+end")
        assert table.row_count == 63


async def test_nothing_refused_says_so(vendor, add_operator):
    async with at_the_console(add_operator(Role.MANAGER)) as person:
        await person.press("f8", "f9")
        assert "0 refused attempts" in person.sees
        assert "Nothing has been refused." in person.sees
