"""License files that are found: whom each is for, and what is plugged in later."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from keyferry.wizard.terminal.widgets.file_choice import FileChoice
from tests.wizard.parts import TODAY
from tests.wizard.terminal.person import Person, tell


@pytest.fixture
def stick(tmp_path, monkeypatch) -> Path:
    """Where the person is, as a folder of its own."""
    folder = tmp_path / "stick"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_each_file_says_whom_it_is_for_and_this_computers_comes_first(machine, vendor, begun, stick):
    other = machine.at(machine.folder.parent / "other").control().begin(vendor.activation_key())
    ended = vendor.license_file(begun, issued=TODAY - timedelta(90), expires=TODAY - timedelta(60))
    files = {"a.lic": ended, "b.lic": vendor.license_file(other), "c.lic": vendor.license_file(begun)}
    for name, file in files.items():
        (stick / name).write_text(file)
        os.utime(stick / name, (machine.clock.moment.timestamp(),) * 2)

    async def story(person: Person) -> None:
        await person.choose("use_file")
        lines = [line for line in person.lines if ".lic " in line and "Use" not in line]
        assert [line.split()[-5:-2] for line in lines]
        assert "√ this computer" in lines[0]
        assert "c.lic" in lines[0]
        assert "today, " in lines[0]
        assert "doesn’t match" in lines[1]
        assert "! has ended" in lines[2]
        assert "► Use c.lic" in person.sees
        await person.press("down")
        assert "► Use b.lic" in person.sees
        await person.press("enter")
        assert "isn’t a license file for this computer" in person.sees

    tell(machine, story)


def test_a_stick_that_is_plugged_in_later_is_found_with_one_key(machine, vendor, begun, stick):
    async def story(person: Person) -> None:
        await person.choose("use_file")
        assert "No license file was found" in person.sees
        (stick / "late.lic").write_text(vendor.license_file(begun))
        await person.press("tab", "r")
        assert len(person.screen.query(FileChoice)) == 1
        await person.choose("use")
        assert person.step == "Done"

    tell(machine, story)


def test_the_key_can_be_typed_instead(machine, begun, stick):
    async def story(person: Person) -> None:
        await person.choose("use_file", "type_key")
        assert person.step == "ComputerKey"
        await person.press("escape")
        assert person.step == "Home"

    tell(machine, story)
