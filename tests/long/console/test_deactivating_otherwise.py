"""Codes of other computers, and the limit of releases, at the console."""

from keyferry.server.core import properties
from keyferry.server.db import transaction
from tests.conftest import STAFF
from tests.console.person import at_the_console
from tests.console.test_deactivate_dialog import key, machine, refusals

__all__ = ["key", "machine"]


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
            (vendor.machine(key, "NEVER"), other, wrong),
        ]:
            await person.fill("computer-id", computer.computer_id.text)
            await person.fill("proof", code.code.text, "enter")
            assert person.step == "Deactivate"
            assert said in person.sees
    assert vendor.seats_used(key) == 3


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
        assert "is free (released without a code)" in person.sees
    assert refusals() == [("release_refused", "release_limit_reached")]
