"""The list of licenses: searched while one types, a page at a time."""

import pytest
from sqlalchemy.exc import OperationalError

from keyferry.server.faces.console import lists
from tests.console.person import at_the_console


@pytest.fixture
def wanted(vendor):
    """A license with a customer and a computer, between others."""
    vendor.issue(customer="grace@example.com")
    key = vendor.issue(customer="ada@example.com", seats=3, features=("export",))
    vendor.activate(vendor.machine(key, "LAB-PC-07"))
    other = vendor.issue(customer="grace@example.com", seats=2)
    vendor.activate(vendor.machine(other, "OFFICE-1"))
    return key


async def test_any_part_of_key_customer_computer_name_or_id_finds_it(vendor, wanted, manager):
    computer_id = vendor.machine(wanted).computer_id.text
    async with at_the_console(manager) as person:
        key = wanted.text
        for part in (key, key[6:17].lower(), key.replace("-", "")[3:15], "ada@", "lab-pc"):
            await person.search(part)
            assert person.keys_listed == [wanted.text], part
        await person.search("lab")
        [computer] = person.app.screen.query_one("#detail").view.license.computers
        await person.search(computer.computer_id[2:14])
        assert person.keys_listed == [wanted.text]
        assert computer.computer_id != computer_id


async def test_letters_search_as_they_are_typed_and_escape_shows_all_again(vendor, wanted, manager):
    async with at_the_console(manager) as person:
        await person.press("slash")
        await person.type("ada")
        assert person.keys_listed == [wanted.text]
        assert "all · 1" in person.sees
        await person.press("escape", "escape")
        assert len(person.keys_listed) == 3
        assert "all · 3" in person.sees


async def test_the_license_under_the_cursor_is_shown_with_its_computers(vendor, wanted, manager):
    async with at_the_console(manager) as person:
        await person.press("down")
        assert "ada@example.com" in person.sees
        assert "1 of 3 seats no end date · export" in person.sees
        assert "● LAB-PC-07" in person.sees
        assert "since Nov 24" in person.sees
        await person.press("tab")
        assert "Activated Nov 24, 2026, 12:00 by ada" in person.sees


async def test_nothing_found_says_so_and_offers_nothing_to_do(vendor, wanted, manager):
    async with at_the_console(manager) as person:
        await person.search("nobody at all")
        assert "No license was found. Try a shorter part of its key" in person.sees
        for key in ("f3", "d", "r", "h", "e", "enter"):
            await person.press(key)
            assert person.step == "Main"


async def test_an_empty_server_says_so(app, manager):
    async with at_the_console(manager) as person:
        assert "First steps: 0 of 7 done" in person.sees
        await person.press("n")
        assert "There are no products yet. Add the first one in the tab Products." in person.sees


async def test_a_database_in_trouble_is_reported_and_the_console_stays(vendor, wanted, manager, monkeypatch):
    def busy(*_, **__):
        error = type("Busy", (Exception,), {"sqlite_errorname": "SQLITE_BUSY"})()
        raise OperationalError("SELECT", {}, error)

    async with at_the_console(manager) as person:
        with monkeypatch.context() as patch:
            patch.setattr(lists.listings, "licenses", busy)
            await person.search("ada")
            assert "The database couldn’t do this in time" in person.sees
        await person.search("ada@")
        assert person.keys_listed == [wanted.text]
