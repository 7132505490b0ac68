"""What happened to a license: told to whoever may see licenses, as the portal tells it."""

from __future__ import annotations

from keyferry.server.core.models import Role
from tests.console.person import at_the_console


async def test_who_may_not_see_the_audit_sees_what_happened_to_a_license(vendor, add_operator):
    vendor.activate(vendor.machine(vendor.issue(customer="ada@example.com"), "LAB-PC-07"))
    vendor.issue(customer="grace@example.com")
    async with at_the_console(add_operator(Role.VIEWER)) as person:
        await person.search("ada")
        await person.press("t")
        assert person.step == "History"
        assert "License issued" in person.sees
        assert "LAB-PC-07" in person.sees
        assert "All in audit" not in person.sees
        await person.press("a")
        assert person.step == "History"
        await person.press("down", "enter")
        assert person.step == "Main"


async def test_who_may_see_the_audit_goes_on_to_all_of_it(vendor, manager):
    key = vendor.issue()
    vendor.activate(vendor.machine(key))
    async with at_the_console(manager) as person:
        await person.press("t", "a")
        assert person.app.screen.open == "audit"
        assert f"…{key.last_group}" in person.sees
