"""The main path: sign in, search, activate, read the key out."""

from tests.console.person import Person, tell


def test_an_operator_searches_a_licence_and_reads_the_computer_key_out(vendor, manager):
    key = vendor.issue(seats=2, customer="ada@example.com")
    vendor.issue(seats=2, customer="grace@example.com")
    machine = vendor.machine(key)

    async def story(person: Person) -> None:
        assert len(person.keys_listed) == 2
        await person.search("ada@")
        assert person.keys_listed == [key.text]
        await person.press("f3")
        assert person.step == "Activate"
        await person.paste(machine.computer_id.text)
        await person.press("enter")
        assert person.step == "ComputerKey", person.sees
        assert person.app.screen.key.computer_key == vendor.activate(machine).computer_key

    tell(story, operator=manager)
