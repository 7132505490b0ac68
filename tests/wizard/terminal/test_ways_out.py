"""The ways out that the full screen names, followed to a license or to a code."""

from datetime import timedelta

import pytest

from keyferry.wizard.results import LicenseState
from tests.wizard.parts import TODAY
from tests.wizard.terminal.person import Person, tell

TROUBLE = {"en": "Trouble scanning?", "de": "Scannen klappt nicht?"}
REJECTED = {
    "en": "The page says this computer ID is no longer valid",
    "de": "Die Seite sagt, diese Computer-ID gilt nicht mehr",
}
NEW_REQUEST = {"en": "Make a new request", "de": "Neue Anforderung stellen"}


@pytest.fixture
def licensed(machine):
    return machine.activate(expires=None)


async def make_new_request(person: Person, language: str) -> None:
    """From the QR code that the page no longer takes to a new one."""
    assert person.step == "Scan"
    assert TROUBLE[language] in person.sees
    await person.choose("trouble")
    assert REJECTED[language] in person.sees
    await person.choose("rejected")
    assert person.step == "Question"
    await person.choose("yes")
    assert person.step == "Scan"


async def type_new_key(person: Person, machine, vendor, **claims) -> None:
    await person.choose("type_key")
    await person.paste(vendor.computer_key(machine.control().pending(), **claims))
    assert person.step == "Done"
    await person.choose("home")
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_renewal_that_the_page_refuses_leads_to_a_new_request(machine, vendor, licensed, language):
    async def story(person: Person) -> None:
        await person.choose("renew")
        await make_new_request(person, language)
        assert licensed.computer_id.text not in person.sees
        assert machine.control().status().state is LicenseState.ACTIVE
        await type_new_key(person, machine, vendor, expires=None)

    tell(machine, story, language=language)


def test_a_new_request_can_be_refused_seen_again_and_discarded(machine, licensed):
    async def story(person: Person) -> None:
        await person.choose("renew", "trouble", "rejected", "no")
        assert person.step == "CodeTrouble"
        assert machine.control().pending() is None
        await person.choose("rejected", "yes")
        await person.press("escape")
        assert person.step == "Home"
        assert person.app.focused.id == "go_on"
        assert not person.screen.query("#renew")
        await person.choose("go_on")
        assert machine.control().pending().computer_id.text in person.sees
        await person.press("escape")
        await person.choose("drop_request")
        assert person.step == "Scan"
        assert licensed.computer_id.text in person.sees
        await person.press("escape")
        assert person.screen.query("#renew")

    tell(machine, story)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_clock_that_was_wrong_once_leads_to_a_new_request(machine, vendor, language):
    machine.activate()
    machine.clock.advance(days=4000)
    machine.control().status()
    machine.clock.advance(days=-3999)

    async def story(person: Person) -> None:
        assert NEW_REQUEST[language] in person.sees
        assert not person.screen.query("#renew")
        await person.choose("new_request", "yes")
        await type_new_key(person, machine, vendor, expires=None)

    tell(machine, story, language=language)


def test_an_issue_day_that_is_wrong_leads_to_a_new_request(machine, vendor, key, language):
    ahead = vendor.computer_key(
        machine.control().begin(key), issued=TODAY + timedelta(400), expires=TODAY + timedelta(430)
    )

    async def story(person: Person) -> None:
        await person.choose("go_on", "type_key")
        await person.paste(ahead)
        assert {"en": "March 2, 2026", "de": "2. März 2026"}[language] in person.sees
        assert TROUBLE[language] in person.sees
        assert REJECTED[language] in person.sees
        await person.press("escape")
        await make_new_request(person, language)
        await type_new_key(person, machine, vendor)

    tell(machine, story, language=language)


def test_a_key_that_stays_older_leads_to_a_new_request(machine, vendor, language):
    completed = machine.activate()
    older = vendor.computer_key(
        machine.control().begin(completed.activation_key), issued=TODAY - timedelta(9), expires=None
    )

    async def story(person: Person) -> None:
        await person.choose("renew", "type_key")
        await person.paste(older)
        assert {"en": "older than the one in use", "de": "älter als der benutzte"}[language] in person.sees
        assert REJECTED[language] in person.sees
        await person.press("escape")
        await make_new_request(person, language)
        await type_new_key(person, machine, vendor)

    tell(machine, story, language=language)


def test_an_expiry_by_a_wrong_clock_names_the_day_of_the_clock(machine, vendor, key, language):
    issued = vendor.computer_key(machine.control().begin(key))
    machine.clock.advance(days=4000)
    day = {"en": "February 12, 2037", "de": "12. Februar 2037"}[language]

    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(issued)
        assert day in person.sees
        machine.clock.advance(days=-4000)
        await person.press("enter")
        assert person.step == "Done"
        machine.clock.advance(days=4000)
        await person.choose("home")
        assert day in person.sees

    tell(machine, story, language=language)


def test_a_request_under_keys_that_were_retired_is_shown_anew(machine, vendor, key, language):
    old = machine.control().begin(key)
    vendor.rotate()
    vendor.retired.add(1)

    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(vendor.computer_key(old))
        assert {"en": "has retired the keys", "de": "zurückgezogen"}[language] in person.sees
        await person.press("escape")
        await person.choose("go_on")
        assert person.step == "Scan"
        assert old.computer_id.text not in person.sees
        await type_new_key(person, machine, vendor)

    tell(machine, story, language=language)


@pytest.mark.parametrize("kind", ["key", "file"])
def test_a_key_or_file_of_an_earlier_request_is_still_taken(machine, vendor, key, language, kind):
    earlier = machine.control().begin(key)
    machine.control().begin(key, new_request=True)

    async def story(person: Person) -> None:
        await person.choose("go_on", "type_key")
        await person.paste((vendor.computer_key if kind == "key" else vendor.license_file)(earlier))
        assert person.step == "Done"
        assert earlier.computer_id.text in person.sees

    tell(machine, story, language=language)
    assert machine.control().status().computer_id == earlier.computer_id


def test_a_key_that_was_made_for_another_computer_leads_to_the_code_that_is_shown(
    machine, vendor, key, language
):
    other = machine.at(machine.folder.parent / "other").control().begin(vendor.activation_key())
    shown = machine.control().begin(key)

    async def story(person: Person) -> None:
        await person.choose("go_on", "type_key")
        await person.paste(vendor.computer_key(other))
        assert {"en": "Scan the QR code shown now", "de": "Scannen Sie den QR-Code, der jetzt"}[language] in (
            person.sees
        )
        await person.paste(vendor.license_file(other))
        assert {"en": "Download it again", "de": "noch einmal herunter"}[language] in person.sees
        await person.press("escape")
        assert shown.computer_id.text in person.sees
        await type_new_key(person, machine, vendor)

    tell(machine, story, language=language)


def test_an_activation_key_that_was_replaced_is_not_called_another_license(
    machine, vendor, licensed, language
):
    issued = vendor.computer_key(machine.control().begin(vendor.activation_key()))

    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(issued)
        said = {"en": "If it belongs to another license", "de": "Gehört er zu einer anderen Lizenz"}[language]
        assert said in person.sees
        await person.choose("show_code")
        assert person.step == "Released"
        groups = machine.control().show_code().code.text.split("-")
        assert all(group in person.sees for group in groups)

    tell(machine, story, language=language)


ENDS_SOON = {"en": "key ends on April 1, 2026: scan", "de": "gilt nur noch bis zum 1. April 2026"}
CLOCK = {"en": "The license has no end, so it is valid", "de": "Die Lizenz ist unbefristet und gilt trotzdem"}


def test_a_key_that_ends_soon_is_told_and_leads_to_the_scan(machine, vendor, key, language):
    begun = machine.control().begin(key)
    machine.clock.advance(days=25)

    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(vendor.computer_key(begun))
        assert person.step == "Done"
        assert ENDS_SOON[language] in person.sees
        await person.choose("home")
        assert ENDS_SOON[language] in person.sees
        await person.choose("renew")
        assert person.step == "Scan"

    tell(machine, story, language=language)


def test_a_clock_in_1970_is_told_beside_a_license_without_an_end(machine, licensed, language):
    machine.clock.advance(days=-20500)

    async def story(person: Person) -> None:
        assert "●" in person.lines_joined
        assert CLOCK[language] in person.sees

    tell(machine, story, language=language)


def test_a_key_that_ended_by_a_wrong_clock_is_looked_at_again(machine, language):
    machine.activate()
    machine.clock.advance(days=31, hours=12)

    async def story(person: Person) -> None:
        assert {"en": "clock says April 2, 2026", "de": "zeigt den 2. April 2026"}[language] in person.sees
        machine.clock.advance(days=-1)
        await person.choose("look_again")
        assert "●" in person.lines_joined

    tell(machine, story, language=language)


@pytest.mark.parametrize("deactivates", [False, True], ids=["beside a license", "after a deactivation"])
def test_a_request_from_before_a_wrong_time_is_shown_anew(machine, vendor, key, deactivates):
    machine.activate()
    before = machine.control().begin(key)
    machine.clock.advance(days=4000)
    machine.control().status()
    machine.clock.advance(days=-4000)
    if deactivates:
        machine.control().deactivate()

    async def story(person: Person) -> None:
        if deactivates:
            await person.choose("new_request", "yes")
        else:
            await person.choose("go_on")
        assert person.step == "Scan"
        assert before.computer_id.text not in person.sees
        await type_new_key(person, machine, vendor)

    tell(machine, story)
