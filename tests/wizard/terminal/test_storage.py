"""What the screens say of disks that lack something, that fail, and that others are using."""

import errno
import os

from keyferry.wizard import durable, locks, reading, state_folder
from keyferry.wizard.results import LicenseState
from tests.wizard.terminal.person import LARGE, Person, tell

WORDS = {
    "warning": {"en": "can’t confirm that files are on the disk", "de": "kann nicht bestätigen"},
    "done": {"en": "Done, but not safely saved yet", "de": "Erledigt, aber noch nicht sicher gespeichert"},
    "given up": {"en": "The license was deactivated, but", "de": "Die Lizenz wurde deaktiviert, aber"},
    "disk": {"en": "The disk reported an error", "de": "Der Datenträger hat einen Fehler gemeldet"},
    "busy": {"en": "Another program is using", "de": "Ein anderes Programm benutzt"},
    "time": {"en": "The current time couldn’t be saved", "de": "Die Uhrzeit ließ sich nicht"},
}


def failing(number: int):
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_file_system_that_confirms_nothing_is_named_on_every_screen_that_shows_what_was_done(
    machine, vendor, monkeypatch, language
):
    monkeypatch.setattr(durable.os, "fsync", failing(errno.EINVAL))

    async def story(person: Person) -> None:
        await person.request(vendor.activation_key())
        assert person.step == "Scan"
        assert WORDS["warning"][language] in person.sees
        await person.choose("type_key")
        await person.paste(vendor.computer_key(machine.control().pending()))
        assert person.step == "Done"
        assert WORDS["warning"][language] in person.sees
        await person.choose("home", "deactivate", "yes")
        assert person.step == "Released"
        assert WORDS["warning"][language] in person.sees

    tell(machine, story, language=language, size=LARGE)


def test_a_license_that_was_given_up_on_a_failing_disk_is_reported_as_that(machine, monkeypatch, language):
    machine.activate()
    sync, synced = state_folder.sync_folder, []

    def failing_later(folder):
        synced.append(folder)
        return sync(folder) if len(synced) == 1 else failing(errno.EIO)()

    async def story(person: Person) -> None:
        monkeypatch.setattr(state_folder, "sync_folder", failing_later)
        await person.give_up()
        assert person.step == "Problem"
        for words in ("done", "given up", "disk"):
            assert WORDS[words][language] in person.sees
        await person.press("escape")
        assert person.step == "Home"
        assert WORDS["given up"][language] in person.sees
        monkeypatch.undo()
        await person.choose("look_again", "show_code")
        assert person.step == "Released"

    tell(machine, story, language=language)
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED


def test_a_folder_that_another_program_uses_is_called_busy_and_not_damaged(machine, monkeypatch, language):
    machine.activate()
    good = machine.state_file.read_bytes()
    machine.state_file.write_bytes(b"half")
    monkeypatch.setattr(reading, "PATIENCE", 0.1)
    lock = locks.locked(machine.state_file)
    lock.__enter__()

    async def story(person: Person) -> None:
        assert WORDS["busy"][language] in person.sees
        machine.state_file.write_bytes(good)
        lock.__exit__(None, None, None)
        await person.choose("look_again")
        assert "●" in person.lines_joined

    tell(machine, story, language=language)


def test_why_the_time_could_not_be_stored_is_said_in_words(machine, monkeypatch, language):
    machine.activate()
    machine.clock.advance(days=1)
    monkeypatch.setattr(durable.os, "write", failing(errno.EIO))

    async def story(person: Person) -> None:
        assert "●" in person.lines_joined
        assert WORDS["time"][language] in person.sees
        assert WORDS["disk"][language] in person.sees

    tell(machine, story, language=language, size=LARGE)
