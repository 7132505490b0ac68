"""Deactivating at the console: proven by a code, or forced for a reason by who may."""

import pytest

from keyferry.server.core import properties
from keyferry.server.core.models import Activation, Role
from keyferry.server.db import reading, transaction
from tests.conftest import STAFF
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
        await person.press("f4")
        # The only computer is filled in: the code is what is missing.
        assert person.value("computer-id") == machine.computer_id.text
        assert person.app.focused.id == "proof"
        await person.press("enter")
        assert "Type the code that the License Wizard shows" in person.sees
        await person.paste(machine.code.text.lower().replace("-", " "), "enter")
        assert "The seat of LAB-PC-07 is free (proven): 0 of 3 seats in use." in person.sees
        await person.press("escape")
        assert "0/3" in person.sees
        assert "○ proven" in person.sees
    row = the_activation()
    assert (row.ended_how, row.ended_by) == ("proven", "grace")
    assert vendor.seats_used(key) == 0


async def test_a_wrong_code_is_refused_and_counted(vendor, key, machine, manager, monkeypatch):
    monkeypatch.setattr("keyferry.server.services.guard.PER_LICENSE", 3)
    wrong = vendor.machine(key).code.text
    async with at_the_console(manager) as person:
        await person.press("f4")
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
        await person.press("f4")
        await person.fill("computer-id", machine.computer_id.text)
        await person.fill("proof", machine.code.text, "enter")
        assert "Nothing to release" in person.sees
        assert "was already released (proven). No changes: 0 of 3 seats in use." in person.sees
    assert the_activation().ended_at == before


async def test_the_code_of_another_machine_license_or_earlier_activation_is_refused(
    vendor, key, machine, manager
):
    other = vendor.machine(key, "OTHER")
    vendor.activate(other)
    elsewhere = vendor.machine(vendor.issue())
    vendor.activate(elsewhere)
    earlier = vendor.machine(key, "MOVED")
    vendor.activate(earlier)
    vendor.release(earlier)
    later = vendor.machine(key, "MOVED")
    vendor.activate(later)
    async with at_the_console(manager) as person:
        await person.search(key.text)
        await person.press("f4")
        wrong = "doesn’t match this activation"
        for computer, code, said in [
            (machine, other, wrong),
            (machine, elsewhere, wrong),
            (later, earlier, wrong),
            (elsewhere, elsewhere, "This computer ID doesn’t belong to this activation key."),
            (vendor.machine(key, "NEVER"), other, "This computer was never activated"),
        ]:
            await person.fill("computer-id", computer.computer_id.text)
            await person.fill("proof", code.code.text, "enter")
            assert person.step == "Deactivate"
            assert said in person.sees
    assert vendor.seats_used(key) == 3


async def test_a_mistyped_code_is_repaired_where_the_commitment_verifies(vendor, key, machine, manager):
    async with at_the_console(manager) as person:
        await person.press("f4")
        await person.paste("?" + machine.code.text[1:], "enter")
        if person.step == "Deactivate":
            assert f"{machine.code.text}? Press F3 to use it." in person.sees
            await person.press("f3", "enter")
        assert "is free (proven)" in person.sees


async def test_a_computer_is_chosen_from_those_of_the_license(vendor, key, machine, manager):
    second = vendor.machine(key, "OFFICE")
    vendor.activate(second)
    async with at_the_console(manager) as person:
        await person.press("f4")
        assert person.app.focused.id == "computers"
        await person.press("enter")
        assert person.value("computer-id") == second.computer_id.text
        assert person.app.focused.id == "proof"
        await person.fill("computer-id", "", "enter")
        assert "Choose a computer, or type its ID." in person.sees


async def test_the_computer_under_the_cursor_is_taken(vendor, key, machine, manager):
    vendor.activate(vendor.machine(key, "OFFICE"))
    async with at_the_console(manager) as person:
        await person.press("tab", "tab", "down", "f4")
        assert person.value("computer-id") == machine.computer_id.text


async def test_without_a_code_a_written_reason_frees_the_seat_and_is_kept(vendor, key, machine, manager):
    async with at_the_console(manager) as person:
        await person.press("f4", "f4")
        assert "Release without code" in person.sees
        assert person.value("computer-id") == machine.computer_id.text
        await person.press("enter")
        assert "Give a reason of up to" in person.sees
        await person.paste("The disk died", "enter")
        assert "The seat of LAB-PC-07 is free (forced): 0 of 3 seats in use." in person.sees
        await person.press("escape", "tab", "tab")
        assert "reason: The disk died" in person.sees
        # A second time it says that nothing is left to do.
        await person.press("f4", "f4")
        await person.paste("again", "enter")
        assert "was already released (forced). No changes: 0 of 3 seats in use." in person.sees
    row = the_activation()
    assert (row.ended_how, row.ended_by, row.reason) == ("forced", "grace", "The disk died")
    [event] = [one for one in events() if one.event == "released_forced"]
    assert (event.channel, event.who, event.detail) == ("console", "grace", {"reason": "The disk died"})


async def test_who_may_not_force_a_release_is_not_offered_it(vendor, key, machine, add_operator):
    async with at_the_console(add_operator(Role.SUPPORT)) as person:
        await person.press("f4")
        assert "Release without code" not in person.sees
        await person.press("f4")
        assert person.step == "Deactivate"
        await person.paste(machine.code.text, "enter")
        assert "is free (proven)" in person.sees


async def test_the_limit_of_releases_holds_for_codes_and_not_for_who_may_force(vendor, key, machine, manager):
    with transaction() as session:
        properties.put(session, "options/maxReleaseCount", "1", by=STAFF, now=vendor.clock.now)
    released = vendor.machine(key, "OFFICE")
    vendor.activate(released)
    vendor.release(released)
    async with at_the_console(manager) as person:
        await person.press("f4")
        await person.paste(machine.code.text, "enter")
        limit = "Transfer limit reached: this license changed computers too often in the last 30 days."
        assert limit in person.sees
        await person.press("f4")
        await person.paste("The customer moved offices", "enter")
        assert "is free (forced)" in person.sees
    assert refusals() == [("release_refused", "release_limit_reached")]
