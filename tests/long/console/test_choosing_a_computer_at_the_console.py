"""Computers are chosen, and released by whoever may, at the console."""

from keyferry.server.core.models import Role
from tests.console.person import at_the_console
from tests.console.test_deactivate_dialog import key, machine

__all__ = ["key", "machine"]


async def test_a_computer_is_chosen_from_those_of_the_license(vendor, key, machine, manager):
    second = vendor.machine(key, "OFFICE")
    vendor.activate(second)
    # Without colors, too, a mark says which one Enter chooses.
    async with at_the_console(manager, theme="terminal") as person:
        await person.press("f4")
        assert person.app.focused.id == "computers"
        assert f"► {second.computer_id.text} OFFICE" in person.sees
        assert "╔" in person.sees
        await person.press("enter")
        assert person.value("computer-id") == second.computer_id.text
        assert person.app.focused.id == "proof"
        await person.fill("computer-id", "", "enter")
        assert "Choose a computer, or type its ID." in person.sees


async def test_the_computer_under_the_cursor_is_taken(vendor, key, machine, manager):
    vendor.activate(vendor.machine(key, "OFFICE"))
    async with at_the_console(manager) as person:
        await person.press("tab", "down", "d")
        assert person.value("computer-id") == machine.computer_id.text


async def test_who_may_not_force_a_release_is_not_offered_it(vendor, key, machine, add_operator):
    async with at_the_console(add_operator(Role.SUPPORT)) as person:
        await person.press("f4")
        assert "Without a code" not in person.sees
        await person.press("f4")
        assert person.step == "Deactivate"
        await person.paste(machine.code.text, "enter")
        assert "is free (released, verified)" in person.sees
