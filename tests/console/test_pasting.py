"""What is pasted at the console with line breaks, as from an email, arrives whole."""

from __future__ import annotations

from keyferry.protocol.request_token import scan_url
from tests.conftest import Vendor
from tests.console.person import PASSWORD, at_the_console


def broken(text: str, at: int, mark: str) -> str:
    """A text as it is copied from a mail program: with a break before, within and behind."""
    return f"{mark}{text[:at]}{mark}{text[at:]}{mark}"


async def test_a_key_a_link_and_codes_keep_their_tails(vendor, manager):
    """The line breaks of Windows; the long tests have those of other systems."""
    await keep_their_tails(vendor, manager, "\r\n")


async def keep_their_tails(vendor: Vendor, manager: str, mark: str) -> None:
    key = vendor.issue()
    machine = vendor.machine(key)
    async with at_the_console() as person:
        await person.paste(f"{mark}{manager}{mark}", "tab")
        await person.paste(f"{mark}{PASSWORD}{mark}", "enter")
        assert person.step == "Main"
        await person.search(broken(key.text, 15, mark))
        assert person.keys_listed == [key.text]
        await person.search(broken(scan_url("https://keys.example.com", machine.activation_token), 60, mark))
        assert person.step == "Activate"
        await person.press("enter", "escape")
        assert vendor.seats_used(key) == 1
        await person.press("d")
        await person.fill("computer-id", broken(machine.computer_id.text, 12, mark))
        await person.fill("proof", broken(machine.code.text, 8, mark), "enter")
        assert "is free (released, verified)" in person.sees
    assert vendor.seats_used(key) == 0
