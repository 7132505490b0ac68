"""Possible copies at the console: the last of the filters of the tab Computers."""

from __future__ import annotations

from tests.console.person import at_the_console


async def test_possible_copies_are_listed_with_what_happened_and_lead_to_their_license(vendor, manager):
    before = vendor.machine(vendor.issue(lease_days=60, customer="ada@example.com"), "LAB-PC-07")
    vendor.activate(before)
    vendor.activate(before.continuing())
    vendor.activate(before.continuing())
    vendor.activate(vendor.machine(vendor.issue(), "OFFICE-1"))
    async with at_the_console(manager) as person:
        await person.press("2", *"fffff")
        assert "possible copies · 1" in person.sees
        assert "Activated from an earlier state" in person.sees
        assert "LAB-PC-07" in person.sees
        assert "OFFICE-1" not in person.sees
        assert "Limit Counted: adds to the limit of takeovers without proof" in person.sees
        assert "Activate it with a reason, or put the license on hold" in person.sees
        await person.press("l")
        assert person.keys_listed == [before.activation_key.text]


async def test_where_there_are_none_no_cause_is_given(vendor, manager):
    vendor.activate(vendor.machine(vendor.issue(), "OFFICE-1"))
    async with at_the_console(manager) as person:
        await person.press("2", *"fffff")
        assert "There are no possible copies. Press f to see all computers." in person.sees
        await person.press("f")
        assert "OFFICE-1" in person.sees
