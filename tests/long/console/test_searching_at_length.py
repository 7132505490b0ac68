"""Many licenses, many keys and all filters, at the console."""

from datetime import date

from keyferry.server.core.licensing import licenses
from keyferry.server.faces.console import lists
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
        assert "all · 114" in person.sees
        await person.press("ctrl+end")
        assert len(person.keys_listed) == 100
        await person.press("ctrl+end")
        assert len(person.keys_listed) == 114
        assert len(set(person.keys_listed)) == 114
        assert {key.text for key in keys} <= set(person.keys_listed)


async def test_page_keys_walk_while_the_search_has_the_focus(vendor, manager):
    keys = [vendor.issue().text for _ in range(20)][::-1]
    async with at_the_console(manager) as person:
        listed = person.app.screen.query_one("#licenses")
        await person.press("slash", "pagedown")
        assert keys.index(listed.pointed.license.activation_key) == listed.page_height
        await person.press("pageup", "down")
        assert listed.pointed.license.activation_key == keys[1]


async def test_the_filter_goes_through_the_standings(vendor, manager):
    active, suspended = vendor.issue(), vendor.issue()
    vendor.change(suspended, licenses.suspend)
    async with at_the_console(manager) as person:
        await person.press("f")
        assert person.keys_listed == [active.text]
        await person.press("f")
        assert "No license that is “ends soon” is listed. Press f to see others." in person.sees
        await person.press("f")
        assert person.keys_listed == [suspended.text]
        assert "on hold · 1" in person.sees
        # Expired and full are none, not used are both, and all are all again.
        await person.press("f", "f")
        assert person.keys_listed == []
        await person.press("f")
        assert len(person.keys_listed) == 2
        await person.press("f")
        assert "all · 2" in person.sees


async def test_licenses_are_sorted_by_one_column_after_the_other(vendor, manager):
    late, never, soon = (vendor.issue(expires=day) for day in (date(2028, 1, 1), None, date(2026, 12, 1)))
    async with at_the_console(manager) as person:
        assert person.keys_listed == [soon.text, never.text, late.text]
        await person.press("s")
        assert "Ends ↑" in person.sees
        assert person.keys_listed == [soon.text, late.text, never.text]


async def test_fast_typing_asks_one_question_at_a_time_and_ends_with_the_last(
    vendor, wanted, manager, monkeypatch
):
    asked, under_way = [], []
    listing = lists.listings.licenses

    def watched(session, searched, **more):
        under_way.append(searched)
        assert len(under_way) == 1
        asked.append(searched.search)
        try:
            return listing(session, searched, **more)
        finally:
            under_way.pop()

    monkeypatch.setattr(lists.listings, "licenses", watched)
    async with at_the_console(manager) as person:
        asked.clear()
        await person.pilot.press("slash", *"ada@example.com")
        await person.settled()
        assert asked[-1] == "ada@example.com"
        assert person.keys_listed == [wanted.text]
