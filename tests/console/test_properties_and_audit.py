"""The tabs Settings and Audit."""

from datetime import timedelta

from keyferry.server.core import properties
from keyferry.server.core.models import Role
from keyferry.server.db import reading
from keyferry.server.faces.console.marked import shortened
from tests.console.person import at_the_console


def set_values() -> dict[str, object]:
    with reading() as session:
        return {name: row.value for name, row in properties.stored(session).items()}


async def test_a_property_is_explained_set_and_says_who_changed_it_when(vendor, administrator):
    async with at_the_console(administrator) as person:
        await person.press("6")
        assert "Customers can activate in Self Help [■] yes" in person.sees
        assert "customerSite/showActivateLink Yes or no, default: yes. Never changed." in person.sees
        await person.press("enter")
        assert "► (■) Yes" in person.sees
        await person.press("down", "enter")
        assert person.step == "Main"
        assert "Customers can activate in Self Help [ ] no" in person.sees
        assert "Changed Nov 24, 2026, 12:00 by ada." in person.sees
        await person.press("down", "space")
        assert "Customers can deactivate in Self Help [ ] no" in person.sees
        await person.press("v")
        assert "Customers can look up" not in person.sees
        await person.press("u")
        assert "2 of 31 changed" not in person.sees
    assert set_values() == {"customerSite/showActivateLink": False}


async def test_the_audit_shows_what_was_refused_and_who_it_was(vendor, manager, clock):
    key = vendor.issue()
    vendor.activate(vendor.machine(key))
    async with at_the_console(manager) as person:
        await person.press("d")
        await person.paste(vendor.machine(key).code.text, "enter", "escape")
        await person.press("5")
        assert "everything · all days · 6" in person.sees
        assert "Today, November 24" in person.sees
        assert "Release refused: wrong verification code" in person.sees
        assert f"grace · Console License {shortened(key.text)}" in person.sees
        assert "√ Activated on a new seat · LAB-PC-07" in person.sees
        assert key.text not in person.sees
        await person.press("f")
        assert "refused · all days · 1" in person.sees
        for _ in range(6):
            await person.press("f")
        clock.now += timedelta(minutes=1)
        vendor.issue()
        await person.press("r")
        assert "all days · 7" in person.sees
        assert "License issued" in person.lines[8]
        await person.press("home", "enter")
        assert person.app.screen.open == "keys"


async def test_more_events_come_with_the_cursor(vendor, manager):
    for _ in range(60):
        vendor.issue()
    async with at_the_console(manager) as person:
        await person.press("5")
        table = person.app.screen.query_one("#audit-table")
        # A line for the day comes first.
        assert len(table.items) == 51
        await person.press("ctrl+end")
        assert len(table.items) == 64


async def test_nothing_refused_says_so(vendor, add_operator):
    async with at_the_console(add_operator(Role.MANAGER)) as person:
        await person.press("5", "f9")
        assert "refused · all days · 0" in person.sees
        assert "Nothing has been refused." in person.sees
