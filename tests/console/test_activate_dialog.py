"""Activating at the console: the same key as everywhere, every refusal beside its field, mail and file."""

import stat
from datetime import date
from pathlib import Path

import pytest

from keyferry.protocol.request_token import scan_url
from keyferry.server.core.licensing import activation, licenses
from keyferry.server.core.licensing.activated import license_file
from keyferry.server.core.mail import outbox
from keyferry.server.core.models import Activation
from keyferry.server.db import reading, transaction
from keyferry.server.faces.console.views import KeyFacts
from keyferry.server.faces.console.widgets.ticks import Tick
from keyferry.server.words.spelling import spelled
from tests.conftest import STAFF
from tests.console.person import Person, at_the_console, events

pytestmark = pytest.mark.usefixtures("mail_works")


async def give(person: Person, computer_id: str) -> None:
    await person.press("f3")
    await person.paste(computer_id, "enter")


def mail_in_the_outbox(vendor):
    with transaction() as session:
        taken = outbox.take(session, vendor.clock.now)
        return taken and outbox.opened(taken, vendor.keyring)


def file_name(given: KeyFacts) -> str:
    return f"demo-cad-LAB-PC-07-{given.activation.computer_id[-5:]}.lic"


async def spell_copy_and_save(person: Person, given: KeyFacts, folder: Path) -> None:
    await person.press("s")
    assert f"1 {given.computer_key[:5]} {spelled(given.computer_key)[0]}" in person.sees
    await person.press("s", "c")
    assert person.app.clipboard == given.computer_key
    assert "√ Copied to your terminal’s clipboard" in person.sees
    await person.press("f")
    assert person.value("path") == str(folder / file_name(given))
    await person.press("enter")
    assert person.step == "ComputerKey"
    await person.press("f", "enter")
    assert "There’s already a file" in person.sees
    await person.fill("path", str(folder / "no" / "folder.lic"), "enter")
    assert "can’t be written" in person.sees


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
async def test_the_key_is_the_one_that_every_other_way_gives(vendor, manager, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    key = vendor.issue(seats=2, customer="ada@example.com", expires=date(2027, 12, 31), features=("cam",))
    machine = vendor.machine(key)
    async with at_the_console(manager) as person:
        await person.press("enter")
        assert "Demo CAD for ada@example.com, takes seat 1 of 2" in person.sees
        assert person.value("email") == "ada@example.com"
        await person.paste(machine.computer_id.text.lower())
        await person.fill("computer-name", machine.name)
        await person.fill("notes", "called on Tuesday", "enter")
        assert person.step == "ComputerKey", person.sees
        assert "Computer key for LAB-PC-07" in person.sees
        assert "Demo CAD for ada@example.com" in person.sees
        assert "Uses a new seat: 1 of 2 seats in use. Valid until Dec 31, 2027." in person.sees
        given = person.app.screen.key
        for number, group in enumerate(given.computer_key.split("-"), start=1):
            assert f" {number} " in person.sees
            assert " ".join(group) in person.sees
        await spell_copy_and_save(person, given, tmp_path)
        await person.press("escape", "escape")
        assert person.step == "Main"
        assert "1/2" in person.sees
        assert "LAB-PC-07" in person.sees
    saved = tmp_path / file_name(given)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    with transaction() as session:
        again = activation.activate(
            session, machine.request, keyring=vendor.keyring, by=STAFF, now=vendor.clock.now
        )
        assert saved.read_text() == license_file(again, keyring=vendor.keyring)
    with reading() as session:
        row = session.query(Activation).one()
        assert (row.channel, row.who, row.notes) == ("console", "grace", "called on Tuesday")
    written = [(event.event, event.channel, event.who) for event in events()]
    assert ("activated_new_seat", "console", "grace") in written


async def test_without_a_mail_server_no_mail_is_offered(vendor, manager):
    machine = vendor.machine(vendor.issue(customer="ada@example.com"))
    vendor.clock.pass_days(1)
    async with at_the_console(manager) as person:
        await person.press("f3")
        assert "This server can’t send email." in person.sees
        assert not person.app.screen.query(Tick)
        await person.press("escape")
        await give(person, machine.computer_id.text)
        assert " m " not in person.lines[-1]
        await person.press("m")
        assert person.step == "ComputerKey"
        assert "This server can’t send email. Save the license file, or spell the key." in person.sees
    assert mail_in_the_outbox(vendor) is None


async def test_a_mistyped_id_is_repaired_at_one_key_where_its_tag_fits(vendor, manager):
    key = vendor.issue()
    machine = vendor.machine(key)
    typed = "?" + machine.computer_id.text[1:]
    async with at_the_console(manager) as person:
        await person.press("f3")
        await person.fill("computer-name", "LAB-PC-07")
        await person.fill("computer-id", typed, "enter")
        assert "! This computer ID is mistyped." in person.sees
        assert f"F3 Use {machine.computer_id.text}" in person.sees
        assert person.value("computer-id") == typed
        assert person.app.focused.id == "computer-id"
        await person.press("f3")
        assert person.value("computer-id") == machine.computer_id.text
        assert person.value("computer-name") == "LAB-PC-07"
        assert "is mistyped" not in person.sees
        await person.press("enter")
        assert person.step == "ComputerKey"


async def test_refusals_stand_beside_their_field_and_are_over_when_one_types(vendor, manager):
    key, other = vendor.issue(), vendor.issue()
    stranger = vendor.machine(other).computer_id.text
    async with at_the_console(manager) as person:
        await person.search(key.text)
        await person.press("f3", "enter")
        assert "Type the computer ID that the License Wizard shows." in person.sees
        await person.paste(stranger)
        assert "Type the computer ID" not in person.sees
        await person.press("enter")
        assert "This computer ID doesn’t belong to this activation key." in person.sees
        await person.fill("computer-id", stranger[:11], "enter")
        assert "This is too short: the computer ID has 25 characters, and you typed 10." in person.sees
        await person.fill("computer-id", key.text, "enter")
        assert "This is the activation key. Type the computer ID here." in person.sees
        await person.press("escape")
        assert person.step == "Main"
    assert vendor.seats_used(key) == 0


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("full", "The only seat of this license is in use"),
        ("suspended", "This license is on hold."),
        ("expired", "This license expired on 2026-12-01."),
        ("released", "This computer ID is no longer valid: its seat was released."),
    ],
)
async def test_what_the_license_forbids_is_said(vendor, manager, trouble, said):
    key = vendor.issue(expires=date(2026, 12, 1) if trouble == "expired" else None)
    machine = vendor.machine(key)
    if trouble == "full":
        vendor.activate(vendor.machine(key, "OTHER"))
    if trouble == "suspended":
        vendor.change(key, licenses.suspend)
    if trouble == "expired":
        vendor.clock.pass_days(10)
    if trouble == "released":
        vendor.activate(machine)
        vendor.release(machine)
    async with at_the_console(manager) as person:
        await give(person, machine.computer_id.text)
        assert said in person.sees
        assert person.step == "Activate"
    [refused] = [event for event in events() if event.code is not None]
    assert (refused.event, refused.channel, refused.who) == ("activation_refused", "console", "grace")
    assert refused.activation_key_ending == key.last_group


async def test_enter_on_a_computer_gives_its_key_once_more(vendor, manager):
    key = vendor.issue()
    machine = vendor.machine(key)
    before = vendor.activate(machine).computer_key
    async with at_the_console(manager) as person:
        await person.press("tab", "enter")
        assert person.value("computer-id") == machine.computer_id.text
        assert person.value("computer-name") == machine.name
        await person.press("enter")
        assert person.app.screen.key.computer_key == before
        assert "Keeps its seat: 1 of 1 seat in use." in person.sees
        await person.press("escape")
        assert person.step == "Main"


async def test_a_pasted_link_of_the_wizard_fills_the_dialog(vendor, manager):
    key = vendor.issue()
    vendor.issue()
    machine = vendor.machine(key)
    async with at_the_console(manager) as person:
        link = scan_url("https://keys.example.com", machine.activation_token)
        # As a mail program has wrapped it.
        await person.search(f"{link[:50]}\n> {link[50:]}")
        assert person.step == "Activate", person.sees
        assert person.value("computer-id") == machine.computer_id.text
        assert person.value("computer-name") == machine.name
        await person.press("enter")
        assert person.step == "ComputerKey"
        await person.press("escape")
        await person.search(scan_url("https://keys.example.com", machine.deactivation_token))
        assert person.step == "Deactivate"
        await person.press("enter")
        assert "The seat of LAB-PC-07 is free (released, verified): 0 of 1 seat in use." in person.sees
        await person.press("escape")
        await person.search("https://keys.example.com/A#RUBBISH")
        assert "This link can’t be used" in person.sees
