"""One answer to each spelling of a code that is pasted into the full screen."""

import pytest

from keyferry.protocol.computer_key import Style
from tests.protocol.vector_spellings import READ, REFUSED
from tests.wizard.terminal.person import SMALL, Person, tell


def test_every_spelling_of_an_activation_key_is_read(machine, key):
    async def story(person: Person) -> None:
        await person.choose("activate")
        for how, spelled in READ.items():
            await person.press("ctrl+u")
            await person.paste(spelled(key.text))
            assert person.typed.text == key.text, how
            assert "has no typos" in person.sees, how
            await person.choose("boxes")
        for how, spelled in REFUSED.items():
            await person.press("ctrl+u")
            await person.paste(spelled(key.text))
            await person.press("enter")
            assert person.step == "ActivationKey", how
            assert "has no typos" not in person.sees, how
            await person.choose("boxes")

    tell(machine, story, size=SMALL)


@pytest.mark.parametrize("style", Style)
def test_spellings_of_a_computer_key_are_read(machine, vendor, key, style):
    vendor.style = style
    computer_key = vendor.computer_key(machine.control().begin(key))

    async def story(person: Person) -> None:
        await person.choose("type_key")
        for how in ("a wrong character in a message", "behind more than 4,096 characters"):
            await person.paste(REFUSED[how](computer_key))
            assert person.step == "ComputerKey", how
            await person.press("ctrl+u")
        await person.paste(READ["as the phone shares it"](computer_key))
        assert person.step == "Done"

    tell(machine, story, size=SMALL)
