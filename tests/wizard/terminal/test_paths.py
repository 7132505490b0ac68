"""Every way through the wizard, at 80 by 24 characters and on a large terminal."""

import pytest

from keyferry.protocol.computer_key import Style
from keyferry.wizard.results import LicenseState
from tests.protocol.vector_journeys import JOURNEYS, LOST
from tests.wizard.terminal.person import SMALL, Person, tell

LOST_IN_WORDS = {
    "nothing": "This license file is empty",
    "the end is missing": "A part of this license file is missing",
    "a page to sign in": "If a web page was saved instead",
}


@pytest.fixture
def size() -> tuple[int, int]:
    """A small terminal; the long tests tell the same stories on a large one."""
    return SMALL


@pytest.fixture
def begun(machine, key):
    return machine.control().begin(key, "LAB-PC-07")


@pytest.fixture
def licensed(machine, key):
    return machine.activate(key)


def state(machine) -> LicenseState:
    return machine.control().status().state


def test_a_computer_is_activated_with_a_phone_using_the_keyboard_alone(machine, vendor, key, size):
    async def story(person: Person) -> None:
        assert "Demo CAD isn’t activated yet" in person.sees
        await person.press("enter")
        assert person.step == "ActivationKey"
        await person.type(key.text.lower())
        assert "has no typos" in person.sees
        await person.type("LAB-PC-07")
        await person.press("enter")
        assert person.step == "Scan"
        begun = machine.control().pending()
        for shown in (key.text, begun.computer_id.text, "LAB-PC-07", "No phone?"):
            assert shown in person.sees
        await person.press("enter")
        await person.type(vendor.computer_key(begun).replace("-", ""))
        assert person.step == "Done"
        for shown in ("is activated on this computer", "April 1, 2026", "export", key.text):
            assert shown in person.sees
        assert "was read as" not in person.sees
        await person.press("right", "enter")
        assert "● Demo CAD is activated" in person.sees
        assert "until April 1, 2026" in person.sees

    tell(machine, story, size=size)
    assert state(machine) is LicenseState.ACTIVE


def test_a_signed_key_is_typed_into_four_rows(machine, vendor, key, size):
    vendor.style = Style.SIGNED
    begun = machine.control().begin(key)
    issued = vendor.computer_key(begun)

    async def story(person: Person) -> None:
        await person.choose("type_key")
        assert person.typed.count == 24
        await person.paste(issued[: 23 * 6].replace("-", " "))
        assert "115 of 120" in person.sees
        await person.type(issued[-5:])
        assert person.step == "Done"

    tell(machine, story, size=size)
    assert state(machine) is LicenseState.ACTIVE


def test_who_has_a_computer_key_already_goes_on_where_it_was_requested(machine, vendor, key, begun, size):
    async def story(person: Person) -> None:
        assert "Waiting for the computer key" in person.sees
        await person.choose("type_key")
        assert begun.computer_id.text in person.sees
        await person.paste(f" {vendor.computer_key(begun)}\n")
        assert person.step == "Done"

    tell(machine, story, size=size)


def test_who_has_a_computer_key_but_no_request_reads_that_it_cannot_fit(machine, vendor, key, size):
    other = machine.at(machine.folder.parent / "other").control().begin(key)

    async def story(person: Person) -> None:
        await person.request(key)
        assert person.step == "Scan"
        await person.choose("type_key")
        await person.paste(vendor.computer_key(other))
        assert "for another computer, activation key, or request" in person.sees
        await person.press("escape", "escape", "f1")
        assert "is made for one computer ID" in person.sees

    tell(machine, story, size=size)


def test_the_same_activation_key_again_leads_on_with_the_same_request(machine, key, begun, size):
    machine.control().begin(key)

    async def story(person: Person) -> None:
        await person.request(key, "other_key")
        assert begun.computer_id.text in person.sees

    tell(machine, story, size=size)
    machine.control().complete(machine.vendor.computer_key(begun))

    async def renewing(person: Person) -> None:
        await person.request(key, "other_key")
        assert person.step == "Scan"
        assert begun.computer_id.text in person.sees

    tell(machine, renewing, size=size)


def test_a_license_file_found_nearby_is_used_with_one_key(
    machine, vendor, begun, size, tmp_path, monkeypatch
):
    (tmp_path / "demo.lic").write_text(vendor.license_file(begun))
    monkeypatch.chdir(tmp_path)

    async def story(person: Person) -> None:
        await person.choose("use_file")
        assert "demo.lic" in person.lines_joined
        await person.press("enter")
        assert person.step == "Done"

    tell(machine, story, size=size)
    assert state(machine) is LicenseState.ACTIVE


def test_a_license_file_is_named_by_its_path_or_pasted(machine, vendor, begun, size, tmp_path):
    path = tmp_path / "elsewhere" / "my license.lic"
    path.parent.mkdir()
    path.write_text(vendor.license_file(begun))

    async def naming(person: Person) -> None:
        await person.choose("use_file", "use")
        assert "Type the path" in person.sees
        await person.paste(f"'{tmp_path / 'missing.lic'}'")
        await person.press("enter")
        assert "This file can’t be read" in person.sees
        await person.press("ctrl+u")
        await person.paste(f'"{path}"')
        await person.press("enter")
        assert person.step == "Done"

    tell(machine, naming, size=size)

    async def pasting(person: Person) -> None:
        await person.choose("renew", "type_key")
        await person.paste(path.read_text())
        assert person.step == "Done"

    tell(machine, pasting, size=size)


def test_the_full_screen_reads_a_license_file_as_it_arrives(machine, vendor, begun, size, tmp_path):
    file, path = vendor.license_file(begun), tmp_path / "x.lic.txt"

    async def story(person: Person) -> None:
        await person.choose("use_file")
        await person.paste(str(path))
        for how, words in LOST_IN_WORDS.items():
            path.write_bytes(LOST[how][1](file))
            await person.press("enter")
            assert words in person.sees
        path.write_bytes(JOURNEYS["in UTF-16 with a byte order mark"](file))
        await person.press("enter")
        assert person.step == "Done"

    tell(machine, story, size=size)

    async def pasting(person: Person) -> None:
        await person.choose("renew", "use_file", "path")
        await person.paste(JOURNEYS["in a reply"](file).decode())
        assert person.step == "Done"

    tell(machine, pasting, size=size)


def test_a_license_is_renewed_by_scan(machine, vendor, licensed, size):
    async def story(person: Person) -> None:
        await person.press("enter")
        assert person.step == "Scan"
        assert "Scan to renew" in person.sees
        assert licensed.computer_id.text in person.sees
        machine.clock.advance(days=20)
        begun = machine.control().begin(licensed.activation_key)
        today = machine.clock.now().date()
        await person.press("enter")
        await person.paste(vendor.computer_key(begun, issued=today, expires=None))
        assert "no end date" in person.sees

    tell(machine, story, size=size)
    assert machine.control().status().claims.expires is None


def test_a_deactivation_is_explained_confirmed_and_gives_code_and_qr(machine, vendor, licensed, size):
    async def story(person: Person) -> None:
        await person.choose("deactivate")
        assert "frees the seat for another computer" in person.sees
        assert "can’t undo this" in person.sees
        assert person.app.focused.id == "no"
        assert state(machine) is LicenseState.ACTIVE
        await person.press("right", "enter")
        assert person.step == "Released"
        code = machine.control().show_code().code.text
        assert all(group in person.sees for group in code.split("-"))
        for shown in (licensed.activation_key.text, licensed.computer_id.text):
            assert shown in person.sees
        vendor.accepts_code(code, licensed.computer_id, licensed.activation_key)
        await person.press("escape")
        assert "Demo CAD isn’t activated yet" in person.sees
        await person.choose("show_code")
        assert all(group in person.sees for group in code.split("-"))

    tell(machine, story, size=size)
    assert state(machine) is LicenseState.NOT_ACTIVATED


@pytest.mark.parametrize("answers", [["no"], ["ESC"], ["ENTER"]])
def test_a_deactivation_can_be_thought_over(machine, licensed, size, answers):
    async def story(person: Person) -> None:
        await person.choose("deactivate")
        for answer in answers:
            keys = {"ESC": "escape", "ENTER": "enter"}
            await (person.press(keys[answer]) if answer in keys else person.choose(answer))
        assert person.step == "Home"
        assert state(machine) is LicenseState.ACTIVE

    tell(machine, story, size=size)


def test_what_is_pending_is_given_up_with_a_code_as_well(machine, begun, size):
    async def story(person: Person) -> None:
        await person.choose("deactivate")
        assert "The request is given up" in person.sees
        await person.choose("yes")
        assert person.step == "Released"
        groups = machine.control().show_code().code.text.split("-")
        assert all(group in person.sees for group in groups)

    tell(machine, story, size=size)


def test_another_activation_key_beside_a_request_keeps_both(machine, vendor, key, begun, size):
    other = vendor.activation_key()

    async def story(person: Person) -> None:
        await person.request(other, "other_key")
        new = machine.control().pending()
        assert new.activation_key == other
        assert new.computer_id.text in person.sees
        # Back, and on again: that must not drop what was just made.
        await person.press("escape")
        await person.choose("continue")
        assert new.computer_id.text in person.sees
        await person.press("escape", "escape")
        assert other.text in person.sees
        assert f"Show the request for {key.text}" in person.sees
        await person.choose("request-0")
        assert person.step == "Scan"
        assert begun.computer_id.text in person.sees

    tell(machine, story, size=size)
    assert {one.activation_key for one in machine.control().requests()} == {key, other}


def test_another_activation_key_takes_over_and_the_former_seat_can_be_freed(machine, vendor, licensed, size):
    other = vendor.activation_key()

    async def story(person: Person) -> None:
        await person.request(other, "other_key")
        await person.press("escape", "escape")
        assert "You also requested another computer key" in person.sees
        await person.choose("type_key")
        await person.paste(vendor.computer_key(machine.control().pending()))
        assert licensed.activation_key.text in person.sees
        await person.choose("show_code")
        assert person.step == "Released"
        assert licensed.activation_key.text in person.sees

    tell(machine, story, size=size)
    assert machine.control().status().activation_key == other


def test_the_wizard_goes_on_after_it_was_quit_in_the_middle(machine, key, size):
    async def first(person: Person) -> None:
        await person.request(key)
        await person.press("ctrl+q")

    tell(machine, first, size=size)

    async def later(person: Person) -> None:
        assert "Waiting for the computer key" in person.sees
        await person.choose("go_on")
        assert machine.control().pending().computer_id.text in person.sees

    tell(machine, later, size=size)


def test_quit_is_a_choice_too(machine, licensed, size):
    async def story(person: Person) -> None:
        await person.choose("quit")
        assert person.app.return_code == 0

    tell(machine, story, size=size)
