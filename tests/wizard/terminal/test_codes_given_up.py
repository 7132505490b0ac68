"""All codes of what was given up, each with its computer ID; and c copies what it stands beside."""

from tests.wizard.terminal.person import Person, tell


def test_every_code_is_listed_with_its_computer_id_the_licenses_first(machine, vendor, key):
    machine.activate(key)
    machine.control().begin(key, new_request=True)
    first = machine.control().deactivate(key)
    assert len(first.codes) > 1
    other = vendor.activation_key()
    machine.activate(other)
    machine.control().deactivate(other)

    async def story(person: Person) -> None:
        await person.choose("show_code")
        assert other.text in person.sees
        await person.press("a")
        assert person.step == "Codes"
        await person.choose("key-0")
        assert person.step == "Released"
        assert key.text in person.sees
        await person.press("a")
        places = [person.sees.index(f"{code.computer_id.text} {code.code.text}") for code in first.codes]
        assert places == sorted(places)
        await person.choose("back")
        assert person.step == "Released"

    tell(machine, story)


def test_a_letter_copies_what_it_stands_beside(machine, key):
    licensed = machine.activate(key)

    async def story(person: Person) -> None:
        await person.press("c")
        assert person.app.clipboard == key.text
        assert f"{key.text} √ Copied" in person.sees
        await person.press("i")
        assert person.app.clipboard == licensed.computer_id.text
        assert f"{key.text} c Copy" in person.sees
        await person.give_up()
        await person.press("c")
        assert person.app.clipboard == machine.control().show_code().code.text
        assert "√ Copied" in person.sees

    tell(machine, story)
