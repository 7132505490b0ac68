"""The list of licenses: searched while one types, a page at a time."""

import pytest
from sqlalchemy.exc import OperationalError
from textual.widgets import DataTable

from keyferry.server.core.licensing import licenses
from keyferry.server.faces.console import access as accesses
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
        await person.type("ada")
        assert person.keys_listed == [wanted.text]
        assert "1 license" in person.sees
        await person.press("escape")
        assert len(person.keys_listed) == 3
        assert "3 licenses" in person.sees


async def test_the_license_under_the_cursor_is_shown_with_its_computers(vendor, wanted, manager):
    async with at_the_console(manager) as person:
        await person.press("down")
        assert "ada@example.com" in person.sees
        assert "1 of 3 seats in use, never expires" in person.sees
        assert "Features export" in person.sees
        assert "LAB-PC-07" in person.sees
        assert "● active since 2026-11-24" in person.sees
        await person.press("tab", "tab")
        assert "Activated 2026-11-24 12:00 by ada" in person.sees


async def test_nothing_found_says_so_and_offers_nothing_to_do(vendor, wanted, manager):
    async with at_the_console(manager) as person:
        await person.search("nobody at all")
        assert "No license has this in its key" in person.sees
        for key in ("f3", "f4", "f6", "f7", "enter"):
            await person.press(key)
            assert person.step == "Main"


async def test_an_empty_server_says_so(app, manager):
    async with at_the_console(manager) as person:
        assert "There are no licenses yet." in person.sees
        await person.press("f5")
        assert "There are no products yet." in person.sees


async def test_more_rows_come_with_the_cursor(vendor, manager):
    for _ in range(3):
        vendor.issue()
    first = vendor.issue(customer="ada@example.com")
    keys = [first, *(vendor.issue() for _ in range(110))]
    async with at_the_console(manager) as person:
        assert len(person.keys_listed) == 50
        assert "114 licenses" in person.sees
        table = person.app.screen.query_one("#licenses", DataTable)
        table.focus()
        await person.press("ctrl+end")
        assert len(person.keys_listed) == 100
        await person.press("ctrl+end")
        assert len(person.keys_listed) == 114
        assert len(set(person.keys_listed)) == 114
        assert {key.text for key in keys} <= set(person.keys_listed)


async def test_page_keys_walk_while_the_search_has_the_focus(vendor, manager):
    keys = [vendor.issue().text for _ in range(20)][::-1]
    async with at_the_console(manager) as person:
        listed = person.app.screen.query_one("#license-list")
        await person.press("pagedown")
        assert keys.index(listed.pointed.activation_key) == listed.page_height
        await person.press("pageup", "down")
        assert listed.pointed.activation_key == keys[1]


async def test_the_filter_goes_through_the_standings(vendor, manager):
    active, suspended = vendor.issue(), vendor.issue()
    vendor.change(suspended, licenses.suspend)
    async with at_the_console(manager) as person:
        await person.press("f9")
        assert person.keys_listed == [active.text]
        await person.press("f9")
        assert person.keys_listed == [suspended.text]
        assert "1 suspended license" in person.sees
        await person.press("f9")
        assert "No license is expired. Press F9 to see others." in person.sees
        await person.press("f9")
        assert len(person.keys_listed) == 2


async def test_fast_typing_asks_one_question_at_a_time_and_ends_with_the_last(
    vendor, wanted, manager, monkeypatch
):
    asked, under_way = [], []
    listing = accesses.listings.licenses

    def watched(session, searched, **more):
        under_way.append(searched)
        assert len(under_way) == 1
        asked.append(searched.search)
        try:
            return listing(session, searched, **more)
        finally:
            under_way.pop()

    monkeypatch.setattr(accesses.listings, "licenses", watched)
    async with at_the_console(manager) as person:
        asked.clear()
        await person.pilot.press(*"ada@example.com")
        await person.settled()
        assert asked[-1] == "ada@example.com"
        assert person.keys_listed == [wanted.text]


async def test_a_database_in_trouble_is_reported_and_the_console_stays(vendor, wanted, manager, monkeypatch):
    def busy(*_, **__):
        error = type("Busy", (Exception,), {"sqlite_errorname": "SQLITE_BUSY"})()
        raise OperationalError("SELECT", {}, error)

    async with at_the_console(manager) as person:
        with monkeypatch.context() as patch:
            patch.setattr(accesses.listings, "licenses", busy)
            await person.search("ada")
            assert "The database didn’t answer in time" in person.sees
        await person.search("ada@")
        assert person.keys_listed == [wanted.text]
