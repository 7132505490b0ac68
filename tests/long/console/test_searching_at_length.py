"""Many licenses, many keys and all filters, at the console."""

from textual.widgets import DataTable

from keyferry.server.core.licensing import licenses
from keyferry.server.faces.console import access as accesses
from tests.console.person import at_the_console
from tests.console.test_searching import wanted

__all__ = ["wanted"]


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
