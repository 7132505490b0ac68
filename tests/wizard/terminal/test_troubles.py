"""Everything that can be wrong has its screen, with words that say what to do."""

import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from keyferry.wizard.errors import Cause, StorageUnavailable
from keyferry.wizard.results import LicenseState
from keyferry.wizard.terminal.widgets.choice import Choice
from tests.wizard.terminal.person import Person, tell

WORDS = {
    "damaged": {
        "en": "license on this computer is damaged",
        "de": "Lizenz auf diesem Computer ist beschädigt",
    },
    "another": {"en": "doesn’t fit this computer", "de": "passt nicht zu diesem Computer"},
    "clock": {"en": "The clock looks wrong", "de": "Die Uhr geht anscheinend falsch"},
    "expired": {
        "en": "key ended on April 1, 2026: scan",
        "de": "Schlüssel dieses Computers galt bis zum 1. April 2026",
    },
    "retired": {"en": "You need a new computer key", "de": "Sie brauchen einen neuen Computerschlüssel"},
    "newer": {"en": "This license is from a newer version", "de": "stammt von einer neueren Version"},
    "account": {"en": "by another account", "de": "in einem anderen Konto"},
    "replaces": {"en": "this activation replaces it", "de": "ersetzt diese Aktivierung die dortige"},
    "folder": {"en": "can’t be used", "de": "nicht benutzen"},
}


@pytest.fixture
def licensed(machine):
    return machine.activate()


def test_a_damaged_state_is_set_aside_and_begun_anew(machine, licensed, language):
    machine.state_file.write_text("{}")

    async def story(person: Person) -> None:
        assert WORDS["damaged"][language] in person.sees
        await person.request(licensed.activation_key, "anew")
        assert person.step == "Scan"
        assert ".json.damaged-1" in person.sees

    tell(machine, story, language=language)
    assert machine.control().status().state is LicenseState.PENDING


def test_a_computer_that_finds_another_computers_license_is_activated_beside_it(machine, licensed, language):
    machine.identifier = "machine-2"

    async def story(person: Person) -> None:
        assert WORDS["another"][language] in person.sees
        assert not person.screen.query("#anew")
        await person.request(licensed.activation_key, "activate_too")
        assert person.step == "Scan"
        assert "damaged-1" not in person.sees

    tell(machine, story, language=language)
    machine.identifier = "machine-1"
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_state_of_a_newer_version_is_named_and_offers_nothing_that_would_part_with_it(
    machine, vendor, licensed, language
):
    older = machine.vendor
    newer = replace(vendor, epochs=list(vendor.epochs))
    newer.rotate()
    machine.vendor = newer
    machine.control().begin(licensed.activation_key)
    machine.vendor = older
    before = machine.state_file.read_bytes()

    async def story(person: Person) -> None:
        assert WORDS["newer"][language] in person.sees
        assert [choice.id for choice in person.screen.query(Choice)] == ["look_again", "quit"]
        machine.vendor = newer
        person.app.control = machine.control()
        await person.choose("look_again")
        assert "●" in person.lines_joined

    tell(machine, story, language=language)
    assert machine.state_file.read_bytes() == before


def test_a_license_that_a_copy_gave_up_leads_to_its_code_and_to_a_new_activation(
    machine, licensed, tmp_path, language
):
    shutil.copytree(machine.folder, tmp_path / "second")
    machine.at(tmp_path / "second").control().deactivate()

    async def story(person: Person) -> None:
        assert WORDS["account"][language] in person.sees
        choices = [choice.id for choice in person.screen.query(Choice)]
        assert choices == ["show_code", "activate", "quit"]
        assert person.app.focused.id == "show_code"
        await person.press("enter")
        assert person.step == "Released"
        assert licensed.computer_id.text in person.sees

    tell(machine, story, language=language)


def test_another_account_is_named_before_a_request_that_would_replace_it(machine, language):
    async def story(person: Person) -> None:
        await person.choose("activate")
        assert WORDS["replaces"][language] in person.sees
        await person.press("f1")
        assert "“.anchor”" in person.sees or "„.anchor“" in person.sees

    tell(machine, story, language=language)


def test_accounts_that_share_a_license_are_not_warned_of_each_other(machine, language):
    (machine.folder.parent / f"{machine.folder.name}.anchor").mkdir()

    async def story(person: Person) -> None:
        await person.choose("activate")
        assert WORDS["replaces"][language] not in person.sees

    tell(machine, story, language=language)


def test_a_clock_that_was_moved_back_is_looked_at_again_once_it_is_right(machine, licensed, language):
    machine.clock.advance(days=10)
    machine.control().status()
    machine.clock.advance(days=-9)

    async def story(person: Person) -> None:
        assert WORDS["clock"][language] in person.sees
        machine.clock.advance(days=9)
        await person.choose("look_again")
        assert "●" in person.lines_joined

    tell(machine, story, language=language)


def test_an_expired_license_leads_to_the_renewal(machine, licensed, language):
    machine.clock.advance(days=90)

    async def story(person: Person) -> None:
        assert WORDS["expired"][language] in person.sees
        await person.press("enter")
        assert person.step == "Scan"

    tell(machine, story, language=language)


def test_a_retired_epoch_leads_to_a_new_request(machine, vendor, licensed, language):
    vendor.rotate()
    vendor.retired.add(1)

    async def story(person: Person) -> None:
        assert WORDS["retired"][language] in person.sees
        await person.choose("new_key")
        await person.paste(licensed.activation_key.text)
        await person.choose("continue", "type_key")
        await person.paste(vendor.computer_key(machine.control().pending()))
        assert person.step == "Done"

    tell(machine, story, language=language)


def test_a_folder_that_cannot_be_read_is_named_with_what_to_do(machine, licensed, language):
    machine.state_file.unlink()
    machine.state_file.mkdir()

    async def story(person: Person) -> None:
        assert WORDS["folder"][language] in person.sees
        assert machine.folder.name in person.sees
        machine.state_file.rmdir()
        await person.choose("look_again")
        assert "○" in person.lines_joined

    tell(machine, story, language=language)


def test_a_read_only_folder_is_named_at_the_request(machine, vendor, language):
    machine.folder = Path("/proc/self/keyferry")

    async def story(person: Person) -> None:
        await person.request(vendor.activation_key())
        assert person.step == "Problem"
        assert "/proc/self/keyferry" in person.sees
        await person.choose("back")
        assert person.step == "ActivationKey"
        await person.choose("continue", "home")
        assert person.step == "Home"

    tell(machine, story, language=language)


def test_a_folder_that_fails_while_the_key_is_stored_is_reported(machine, vendor, monkeypatch):
    issued = vendor.computer_key(machine.control().begin(vendor.activation_key()))

    async def story(person: Person) -> None:
        await person.choose("type_key")
        full = StorageUnavailable("The disk is full.", code="state_not_writable", cause=Cause.NO_SPACE)
        monkeypatch.setattr(person.app.control, "complete", Mock(side_effect=full))
        await person.paste(issued)
        assert person.step == "Problem"
        assert "Free up some space" in person.sees
        assert "For the vendor’s support: The disk is full." in person.sees
        await person.press("escape")
        monkeypatch.undo()
        await person.press("enter")
        assert person.step == "Done"

    tell(machine, story)


@pytest.mark.parametrize("operation", ["deactivate", "begin"])
def test_an_operation_that_is_refused_is_explained_where_it_was_tried(
    machine, licensed, monkeypatch, operation
):
    async def story(person: Person) -> None:
        refusal = StorageUnavailable("No.", code="anchor_not_writable")
        monkeypatch.setattr(person.app.control, operation, Mock(side_effect=refusal))
        if operation == "begin":
            await person.choose("renew")
        else:
            await person.give_up()
        assert "small record outside the license folder" in person.sees

    tell(machine, story)


def test_a_code_that_these_words_do_not_know_is_explained_in_the_controls_own(machine, licensed, monkeypatch):
    async def story(person: Person) -> None:
        refusal = StorageUnavailable("Turn the key to the left.", code="never_heard_of")
        monkeypatch.setattr(person.app.control, "begin", Mock(side_effect=refusal))
        await person.choose("renew")
        assert "Turn the key to the left." in person.sees

    tell(machine, story)


def test_an_unexpected_failure_shows_no_traceback_and_no_key(machine, vendor, monkeypatch, capsys):
    key = vendor.activation_key()
    failures: list[Exception] = []

    async def story(person: Person) -> None:
        def fail(*_: object, **__: object) -> None:
            secret = key.text
            raise RuntimeError(f"unexpected {secret}")

        monkeypatch.setattr(person.app.control, "begin", fail)
        failures.append(person.app)
        await person.request(key)

    with pytest.raises(Exception, match="unexpected"):
        tell(machine, story)
    printed = "".join(capsys.readouterr())
    assert key.text not in printed
    assert "Traceback" not in printed
    assert failures[0].failure is not None


def test_the_state_is_asked_again_whenever_the_overview_comes_back(machine, vendor, licensed):
    async def story(person: Person) -> None:
        await person.choose("deactivate")
        machine.control().deactivate()
        await person.press("escape")
        assert "Demo CAD isn’t activated yet" in person.sees

    tell(machine, story)


def test_whom_to_ask_stands_beside_every_trouble(machine, vendor, begun):
    vendor.contact = ("licenses@halden.example", "+1 555 0142")
    issued = vendor.computer_key(begun)

    async def story(person: Person) -> None:
        await person.choose("type_key")
        await person.paste(issued[:6] + "?????-" + issued[12:15] + "??" + issued[17:])
        assert "Still stuck? licenses@halden.example, +1 555 0142" in person.sees
        await person.press("f1")
        assert "Questions? licenses@halden.example" in person.sees
        await person.press("escape", "escape")
        machine.state_file.write_text("{}")
        await person.press("f1", "escape")
        assert "Questions? licenses@halden.example, +1 555 0142" in person.sees

    tell(machine, story)
