"""A pasted link of a wizard counts as a whole: what it proves, and every code that it shows."""

from __future__ import annotations

import pytest

from keyferry.protocol.request_token import scan_url
from tests.console.person import at_the_console


@pytest.fixture
def machine(vendor):
    machine = vendor.machine(vendor.issue(lease_days=60))
    vendor.activate(machine)
    return machine


def link(token: str) -> str:
    return scan_url("https://keys.example.com", token)


async def test_what_a_link_proves_is_kept_in_the_dialog(vendor, manager, machine):
    after = machine.continuing()
    async with at_the_console(manager) as person:
        await person.press("enter")
        await person.paste(link(after.activation_token), "enter")
        assert person.step == "ComputerKey", person.sees
        assert "Keeps its seat, with a new computer ID" in person.sees
    assert vendor.release(after).recorded == "proven"


async def test_all_codes_of_a_link_are_tried(vendor, manager, machine):
    """What the wizard has was scanned on, and the key for that was never typed in."""
    delivered, unseen = machine.continuing(), machine.continuing()
    vendor.activate(delivered)
    async with at_the_console(manager) as person:
        await person.press("d")
        await person.fill("proof", link(unseen.deactivation_token_with(machine, delivered)), "enter")
        assert "0 of 1 seat in use" in person.sees, person.sees
    assert vendor.seats_used(machine.activation_key) == 0
