"""Keys that are pressed twice, and screens that are left while the control is still at work."""

from threading import Event

from textual.widgets import Input

from keyferry.wizard.control import ActivationControl
from keyferry.wizard.results import LicenseState
from tests.wizard.terminal.person import Person, tell


def test_a_screen_that_is_closed_twice_closes_nothing_else(machine, begun):
    async def story(person: Person) -> None:
        for choices in ([], ["deactivate"]):
            await person.choose(*choices)
            before = person.step
            await person.press("f1")
            assert person.step == "Help"
            # Both are on their way before the first is answered.
            help_screen = person.app.screen
            help_screen.action_back()
            help_screen.action_help()
            await person.settled()
            assert person.step == before
        no = person.app.screen.query_one("#no")
        no.action_choose()
        no.action_choose()
        await person.settled()
        assert person.step == "Home"

    tell(machine, story)


def test_leaving_while_the_control_works_is_no_failure_and_loses_no_license(
    machine, vendor, begun, monkeypatch
):
    working, may_go_on, complete = Event(), Event(), ActivationControl.complete

    def slowly(self: ActivationControl, text: str) -> object:
        working.set()
        may_go_on.wait()
        return complete(self, text)

    async def story(person: Person) -> None:
        await person.choose("type_key")
        assert person.step == "ComputerKey"
        monkeypatch.setattr(ActivationControl, "complete", slowly)
        for character in vendor.computer_key(begun).replace("-", ""):
            person.app.simulate_key(character)
        while not working.is_set():
            await person.pilot.pause(0)
        screen = person.app.screen
        person.app.simulate_key("escape")
        while screen.is_running:
            await person.pilot.pause(0)
        may_go_on.set()
        await person.settled()
        assert person.app.failure is None
        assert person.step == "Home"

    tell(machine, story)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_what_is_typed_right_behind_tab_is_for_the_next_field(machine, vendor):
    key = vendor.activation_key()

    async def story(person: Person) -> None:
        await person.choose("activate")
        name = person.app.screen.query_one(Input)
        name.value = ""
        # The line of the name is next, and the boxes are before it.
        for pressed in ("tab", *"NEW-PC", "shift+tab", *key.text.replace("-", "")[:5]):
            person.app.simulate_key(pressed)
        await person.settled()
        assert (name.value, person.typed.groups[0]) == ("NEW-PC", key.text[:5])

    tell(machine, story)


def test_a_correction_that_comes_in_one_piece_takes_back_what_was_meant(machine, vendor):
    key = vendor.activation_key()
    first, second = key.text[:2], key.text[2:5]

    async def story(person: Person) -> None:
        await person.choose("activate")
        for pressed in (*first, "7", "7", "backspace", "backspace", *second, "tab", *"PX", "backspace", "C"):
            person.app.simulate_key(pressed)
        await person.settled()
        assert (person.typed.groups[0], person.app.screen.query_one(Input).value) == (key.text[:5], "PC")

    tell(machine, story)
