"""Keys that come before the dialog that they are for."""

import pytest

from tests.console.person import at_the_console

pytestmark = pytest.mark.usefixtures("mail_works")


async def test_keys_that_are_pressed_before_a_dialog_is_there_do_no_harm(vendor, manager):
    vendor.activate(vendor.machine(vendor.issue()))
    async with at_the_console(manager) as person:
        for keys in ("enter enter", "d f4 enter", "n enter f3", "r enter", "2 f", "3 delete enter", "1 1"):
            await person.pilot.press(*keys.split())
            await person.settled()
            for _ in range(3):
                if person.step != "Main":
                    await person.press("escape")
            assert person.step == "Main", person.step


async def test_a_correction_that_comes_in_one_piece_takes_back_what_was_meant(vendor):
    async with at_the_console() as person:
        for key in ("a", "b", "x", "backspace", "c", "left", "d", "home", "e", "end", "f", "tab", "g"):
            person.app.simulate_key(key)
        await person.settled()
        assert (person.value("name"), person.value("password")) == ("eabdcf", "g")


async def test_what_is_typed_right_behind_tab_is_for_the_next_field(vendor, manager):
    async with at_the_console() as person:
        for key in (*manager, "tab", *"secret", "shift+tab", "x"):
            person.app.simulate_key(key)
        await person.settled()
        assert (person.value("name"), person.value("password")) == (f"{manager}x", "secret")
