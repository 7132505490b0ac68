"""Deactivating at the console: proven by a code, or forced for a reason by who may."""

import pytest

from keyferry.server.core.models import Activation
from keyferry.server.db import reading
from tests.console.person import at_the_console, events


def the_activation() -> Activation:
    with reading() as session:
        return session.query(Activation).order_by(Activation.id).first()


def refusals() -> list[tuple[str, str]]:
    return [(event.event, event.code) for event in events() if event.code is not None]


@pytest.fixture
def key(vendor):
    return vendor.issue(seats=3)


@pytest.fixture
def machine(vendor, key):
    machine = vendor.machine(key)
    vendor.activate(machine)
    return machine


async def test_the_right_code_frees_the_seat_proven(vendor, key, machine, manager):
    async with at_the_console(manager) as person:
        await person.press("d")
        # The only computer is filled in: the code is what is missing.
        assert person.value("computer-id") == machine.computer_id.text
        assert person.app.focused.id == "proof"
        await person.press("enter")
        assert "Type the code that the License Wizard shows" in person.sees
        await person.paste(machine.code.text.lower().replace("-", " "), "enter")
        assert "The seat of LAB-PC-07 is free (released, verified): 0 of 3 seats in use." in person.sees
        await person.press("escape")
        assert "0/3" in person.sees
        assert "○ LAB-PC-07" in person.sees
    row = the_activation()
    assert (row.ended_how, row.ended_by) == ("proven", "grace")
    assert vendor.seats_used(key) == 0


async def test_a_wrong_code_is_refused_and_counted(vendor, key, machine, manager, monkeypatch):
    monkeypatch.setattr("keyferry.server.services.guard.PER_LICENSE", 3)
    wrong = vendor.machine(key).code.text
    async with at_the_console(manager) as person:
        await person.press("d")
        for _ in range(3):
            await person.fill("proof", wrong, "enter")
            assert "This deactivation verification code doesn’t match this activation." in person.sees
            assert person.value("proof") == wrong
        await person.fill("proof", machine.code.text, "enter")
        assert "Too many attempts. Wait 60 min, then try again." in person.sees
    assert vendor.seats_used(key) == 1
    # Written once an hour, and counted.
    assert refusals() == [("release_refused", "wrong_deactivation_code")]


async def test_already_released_says_so_and_changes_nothing(vendor, key, machine, manager):
    vendor.release(machine)
    before = the_activation().ended_at
    vendor.clock.pass_days(1)
    async with at_the_console(manager) as person:
        await person.press("d")
        await person.fill("computer-id", machine.computer_id.text)
        await person.fill("proof", machine.code.text, "enter")
        assert "Nothing to release" in person.sees
        assert "was already released, verified. No changes: 0 of 3 seats in use." in person.sees
    assert the_activation().ended_at == before


async def test_a_mistyped_code_is_repaired_where_the_commitment_verifies(vendor, key, machine, manager):
    async with at_the_console(manager) as person:
        await person.press("d")
        await person.paste("?" + machine.code.text[1:], "enter")
        if person.step == "Deactivate":
            assert f"F3 Use {machine.code.text}" in person.sees
            await person.press("f3", "enter")
        assert "is free (released, verified)" in person.sees
