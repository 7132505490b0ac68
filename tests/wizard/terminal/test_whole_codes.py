"""A QR code is on the screen as a whole, or words say what to do instead: a part of one leads nowhere."""

from demo.terminal_picture import picture_of
from keyferry.wizard.results import Begun, Released, name_within, urls_of
from tests.wizard.parts import Machine, Vendor
from tests.wizard.terminal.codes_on_screen import (
    Look,
    decoded,
    drawings_of,
    exchanged,
    modules_on,
    without_margins,
)
from tests.wizard.terminal.person import Person, tell

NAME = "LABORATORY-PC-07-CENTRAL"
SHORT = "https://keys.example.co"
MIDDLE = "https://licenses.engineering.example-corp.com:8443"
LONG = "https://licenses.of-the-department-of-mechanical-engineering.university.example.org:18443"
SIZES = [(40, 12), (60, 24), (71, 24), (80, 24), (80, 23), (132, 43)]


def prepared(machine: Machine, vendor: Vendor, kind: str, host: str, name: str = NAME) -> Begun | Released:
    vendor.server_url = host
    begun = machine.control().begin(vendor.activation_key(), name)
    if kind == "activation":
        return begun
    machine.control().complete(vendor.computer_key(begun))
    return machine.control().deactivate()


async def open_code(person: Person, kind: str) -> None:
    await person.choose("go_on" if kind == "activation" else "show_code")


def look_at_sizes(machine: Machine, vendor: Vendor, kind: str, host: str) -> None:
    shown = prepared(machine, vendor, kind, host)

    async def story(person: Person) -> None:
        await open_code(person, kind)
        look = Look(person, shown)
        for size in SIZES:
            await look.at(size, decode=True)
        look.judge()
        assert (40, 12) in look.cut
        assert (132, 43) in look.whole
        await look.at(look.room, decode=True)
        assert look.room in look.whole

    tell(machine, story)


def test_a_small_terminal_shows_the_code_at_once_and_a_key_gives_the_words_back(machine, vendor):
    shown = prepared(machine, vendor, "deactivation", SHORT)

    async def story(person: Person) -> None:
        await person.choose("show_code")
        assert person.step == "CodeAlone"
        assert decoded(picture_of(person.app)) == {shown.url}
        assert "Esc Back F3 Swap black and white" in person.sees
        await person.press("x")
        assert "needs the whole window. Press F4" in person.sees
        await person.press("f4")
        assert decoded(picture_of(person.app)) == {shown.url}

    tell(machine, story, size=(60, 24))


def test_where_there_is_no_room_the_words_stay_in_sight_with_the_ways_left(machine, vendor, language):
    shown = prepared(machine, vendor, "activation", LONG)

    async def story(person: Person) -> None:
        await person.press("enter")
        look = Look(person, shown, language)
        await look.at((40, 12))
        assert look.room is not None
        assert {"en": "Trouble scanning?", "de": "Scannen klappt nicht?"}[language] in person.sees
        assert {"en": "type the codes by hand", "de": "tippen Sie die Codes von Hand"}[
            language
        ] in person.sees
        await person.press("f4")
        assert modules_on(person.app) == ()
        assert {"en": "Esc Back", "de": "Esc Zurück"}[language] in person.sees
        await person.press("x")
        await person.press("t")
        assert person.step == "CodeTrouble"

    tell(machine, story, size=(40, 12), language=language)


def test_the_name_is_shortened_before_the_code_is_and_the_screen_says_which_name_it_carries(machine, vendor):
    shown = prepared(machine, vendor, "deactivation", MIDDLE)

    async def story(person: Person) -> None:
        await person.choose("show_code")
        [url] = decoded(picture_of(person.app))
        assert NAME not in person.sees
        assert f"shortened to fit {name_within(shown, url)}" in person.sees
        await person.resize(132, 43)
        await person.settled()
        assert decoded(picture_of(person.app)) == {shown.url}
        told = name_within(shown, shown.url)
        assert f"{'' if told == NAME else ', shortened to fit '}{told}" in person.sees

    tell(machine, story)


def test_a_code_with_black_and_white_exchanged_stays_whole_and_so_does_it_alone(machine, vendor):
    shown = prepared(machine, vendor, "activation", SHORT, "LAB-PC-07")
    drawn = {modules for url in urls_of(shown) for modules in drawings_of(url)}

    async def story(person: Person) -> None:
        await open_code(person, "activation")
        upright = modules_on(person.app)
        await person.choose("trouble", "invert")
        assert exchanged(modules_on(person.app)) == upright
        await person.press("f4")
        assert without_margins(exchanged(modules_on(person.app)))[0] in drawn
        await person.press("f3")
        assert without_margins(modules_on(person.app))[0] in drawn
        await person.press("f3")
        await person.resize(48, 22)
        await person.settled()
        assert without_margins(exchanged(modules_on(person.app)))[0] in drawn
        await person.resize(40, 12)
        await person.settled()
        assert modules_on(person.app) == ()

    tell(machine, story)
