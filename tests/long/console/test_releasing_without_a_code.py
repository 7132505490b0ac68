"""At the console a seat is freed without a code, for a written reason."""

from tests.console.person import at_the_console, events
from tests.console.test_deactivate_dialog import key, machine, the_activation

__all__ = ["key", "machine"]


async def test_without_a_code_a_written_reason_frees_the_seat_and_is_kept(vendor, key, machine, manager):
    async with at_the_console(manager) as person:
        await person.press("d", "f4")
        assert "(■) Without a code" in person.sees
        assert person.value("computer-id") == machine.computer_id.text
        await person.press("enter")
        assert "Give a reason of up to" in person.sees
        await person.paste("The disk died", "enter")
        assert "The seat of LAB-PC-07 is free (released without a code): 0 of 3 seats in use." in person.sees
        await person.press("escape", "tab")
        assert "reason: The disk died" in person.sees
        # A second time it says that nothing is left to do.
        await person.press("d", "f4")
        await person.paste("again", "enter")
        assert "was already released without a code. No changes: 0 of 3 seats in use." in person.sees
    row = the_activation()
    assert (row.ended_how, row.ended_by, row.reason) == ("forced", "grace", "The disk died")
    [event] = [one for one in events() if one.event == "released_forced"]
    assert (event.channel, event.who, event.detail) == ("console", "grace", {"reason": "The disk died"})
