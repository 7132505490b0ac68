"""What the wizard says about what is typed: at once, and after the last character."""

from datetime import timedelta
from itertools import combinations

import pytest
from textual.geometry import Offset

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import grouped
from keyferry.protocol.codes import Kind, encode
from keyferry.protocol.computer_key import Style
from keyferry.protocol.errors import MalformedCode, NewerVersion
from tests.wizard.terminal.person import Person, tell


@pytest.fixture
def issued(vendor, begun):
    return vendor.computer_key(begun)


def other_symbol(symbol: str) -> str:
    return "A" if symbol != "A" else "B"


def with_wrong(text: str, *places: int) -> str:
    characters = list(text)
    for place in places:
        characters[place] = other_symbol(characters[place])
    return "".join(characters)


@pytest.mark.parametrize("take", ["enter", "f3"])
def test_a_mistyped_activation_key_is_offered_as_it_was_meant(machine, key, take):
    async def story(person: Person) -> None:
        await person.choose("activate")
        await person.type(with_wrong(key.text, 8).replace("-", ""))
        assert f"Did you mean {key.text[6:11]}?" in person.sees
        assert f"F3 Use {key.text}" in person.sees
        assert "2!" in person.lines_joined
        assert machine.control().pending() is None
        await person.press(take)
        assert machine.control().pending() is None
        assert person.typed.text == key.text
        assert "has no typos" in person.sees
        await person.press("enter")
        assert machine.control().pending().activation_key == key

    tell(machine, story)


def beyond_repair(text: str) -> str:
    """Mistype four characters; a key that then happens to lie close to another one is passed by."""
    for places in combinations((2, 4, 8, 10, 14, 16, 20, 22), 4):
        mistyped = with_wrong(text, *places)
        try:
            ActivationKey.from_text(mistyped)
        except MalformedCode as error:
            if error.suggestion is None:
                return mistyped
    raise AssertionError("every mistyped key lies close to another one")


def test_an_activation_key_that_cannot_be_corrected_is_not_taken(machine, key):
    async def story(person: Person) -> None:
        await person.choose("activate")
        await person.choose("continue")
        assert "You’ve typed 0." in person.sees
        await person.paste(beyond_repair(key.text))
        await person.choose("continue")
        assert "Compare each group" in person.sees
        assert machine.control().pending() is None

    tell(machine, story)


def test_a_computer_id_in_place_of_the_activation_key_is_recognized(machine, begun):
    async def story(person: Person) -> None:
        await person.choose("other_key")
        await person.paste(begun.computer_id.text)
        assert "This is the computer ID. Type the activation key here." in person.sees

    tell(machine, story)


def test_a_name_that_cannot_be_shown_is_explained(machine, key):
    async def story(person: Person) -> None:
        await person.choose("activate")
        await person.paste(key.text)
        await person.paste("LAB\u202e7")
        await person.choose("continue")
        assert person.step == "Problem"
        assert "only have visible characters and spaces" in person.sees
        await person.press("escape")
        assert person.step == "ActivationKey"

    tell(machine, story)


def test_what_cannot_be_a_character_is_said_at_once_and_keeps_its_place(machine, issued):
    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.type(issued[:2].lower() + "u")
        assert "Keys have no “u”" in person.sees
        assert person.typed.groups[0] == issued[:2] + "?"
        await person.press("backspace")
        assert "Keys have no" not in person.sees
        await person.type("o")
        assert "“o” is read as 0" in person.sees
        # A question mark is typed, and not taken for the key of the help.
        await person.type("?")
        assert person.step == "ComputerKey"
        assert person.typed.groups[0] == issued[:2] + "0?"

    tell(machine, story)


def test_backspace_goes_back_into_the_group_before(machine, issued):
    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.type(issued[:5])
        assert person.typed.group == 1
        await person.press("backspace", "backspace")
        assert (person.typed.group, person.typed.groups[0]) == (0, issued[:3])
        await person.type(issued[3:5])
        assert person.typed.group == 1
        await person.press("ctrl+u")
        assert person.typed.empty

    tell(machine, story)


def test_the_mouse_goes_to_a_box_and_typing_writes_over(machine, issued):
    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(with_wrong(issued, 12, 13, 14, 15, 24)[:33])
        await person.pilot.click("#boxes", offset=Offset(2 * 12 + 2, 1))
        assert (person.typed.group, person.typed.place) == (2, 0)
        await person.type(issued[12:16])
        assert person.typed.groups[2] == issued[12:17]

    tell(machine, story)


def test_what_was_read_differently_is_shown_after_the_last_character(machine, issued):
    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.type(with_wrong(issued, 0, 9).replace("-", "").lower())
        assert person.step == "Done"
        for group, place, at in ((1, 1, 0), (2, 4, 9)):
            fixed = f"group {group}, character {place}: {other_symbol(issued[at])} was read as {issued[at]}"
            assert fixed in person.without_frames
        assert issued in person.sees

    tell(machine, story)


def test_a_group_with_a_missing_character_is_corrected(machine, issued):
    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.type(issued[:3] + issued[4:])
        assert person.step == "Done"
        assert f"group 1, character 4: nothing was read as {issued[3]}" in person.sees

    tell(machine, story)


def test_the_groups_worth_a_second_look_are_marked(machine, issued):
    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(issued[:6] + "?????-" + issued[12:15] + "??" + issued[17:])
        assert "Look at groups 2 and 3 again" in person.sees
        assert "2!" in person.lines_joined
        assert "3!" in person.lines_joined
        assert (person.typed.group, person.typed.place) == (1, 0)
        await person.type(issued[6:11])
        await person.press("enter")
        assert person.step == "Done"

    tell(machine, story)


def test_the_row_of_a_signed_key_that_does_not_add_up_is_marked(machine, vendor, key):
    vendor.style = Style.SIGNED
    issued = vendor.computer_key(machine.control().begin(key))
    rows = with_wrong(issued, 36, 40, 42, 46)

    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(rows)
        assert "mistake in row 2" in person.sees
        assert person.screen.query_one("#boxes").doubtful == frozenset(range(7, 13))

    tell(machine, story)


def test_no_group_of_a_short_key_is_accused_without_a_reason(machine, issued):
    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(with_wrong(issued, 0, 6, 12, 18, 24, 30))
        assert "to say which" in person.sees
        assert person.screen.query_one("#boxes").doubtful == frozenset()

    tell(machine, story)


def test_too_little_is_counted_and_the_cursor_goes_to_the_gap(machine, issued):
    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.type(issued[:13])
        await person.press("enter")
        assert "You’ve typed 11." in person.sees
        assert (person.typed.group, person.typed.place) == (2, 1)

    tell(machine, story)


def test_an_activation_key_in_place_of_the_computer_key_is_recognized(machine, key, begun):
    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(key.text)
        await person.press("enter")
        assert "This is the activation key. Type the computer key here." in person.sees

    tell(machine, story)


def test_a_key_for_another_computer_is_explained_and_not_blamed_on_typing(machine, vendor, begun):
    other = machine.at(machine.folder.parent / "other").control().begin(vendor.activation_key())

    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(vendor.computer_key(other))
        assert "no typos, but it’s for another computer" in person.sees

    tell(machine, story)


def test_a_genuine_key_that_does_not_serve_now_is_explained(machine, vendor, begun):
    today = machine.clock.now().date()

    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(
            vendor.computer_key(begun, issued=today - timedelta(9), expires=today - timedelta(5))
        )
        assert "genuine, but it has expired. This computer’s clock says" in person.sees
        await person.press("ctrl+u")
        await person.paste(
            vendor.computer_key(begun, issued=today + timedelta(60), expires=today + timedelta(90))
        )
        assert "issued after" in person.sees

    tell(machine, story)


@pytest.mark.parametrize("scheme", [3, 31])
def test_a_key_of_a_newer_version_is_called_that_and_no_other_computers(machine, vendor, begun, scheme):
    key = grouped(encode(Kind.COMPUTER_KEY, (scheme, *range(24))))

    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(key)
        assert "a newer version of the application" in person.sees
        assert "another computer" not in person.sees

    tell(machine, story)
    with pytest.raises(NewerVersion, match="newer version"):
        machine.control().complete(key)


def test_an_activation_key_of_a_newer_version_is_called_that(machine):
    async def story(person: Person) -> None:
        await person.choose("activate")
        await person.paste(grouped(encode(Kind.ACTIVATION_KEY, (2, *range(19)))))
        assert "a newer version of the application" in person.sees

    tell(machine, story)


def test_a_license_file_of_another_computer_is_explained(machine, vendor, begun):
    other = machine.at(machine.folder.parent / "other").control().begin(vendor.activation_key())

    async def story(person: Person) -> None:
        await person.choose("use_file")
        await person.paste(vendor.license_file(other))
        assert "isn’t a license file for this computer" in person.sees
        await person.press("escape")
        await person.choose("type_key")
        await person.paste(vendor.license_file(other))
        assert "isn’t a license file for this computer" in person.sees

    tell(machine, story)
