"""Views of a list: the console saves and opens them as the portal does."""

from __future__ import annotations

from datetime import timedelta

from keyferry.server.core.models import Listing
from keyferry.server.core.staff import operators, saved_views
from keyferry.server.db import reading, transaction
from tests.conftest import Clock
from tests.console.person import PASSWORD, at_the_console, events


async def test_a_list_is_saved_with_search_filter_and_order_and_opened_by_its_name(vendor, manager):
    full, other = vendor.issue(customer="ada@example.com"), vendor.issue(customer="ada@example.com", seats=2)
    vendor.activate(vendor.machine(full))
    async with at_the_console(manager) as person:
        await person.press("v")
        assert "Search, filter, or sort the list first." in person.sees
        await person.press("escape", *"fffffs")
        await person.search("ada")
        await person.press("v")
        assert "Save this list: “ada”, full, by" in person.sees
        await person.press("enter")
        assert "visible characters for the view’s name" in person.sees
        await person.fill("name", "Ada’s full ones", "enter")
        assert "Ada’s full ones · 1" in person.sees
        await person.press("escape", "escape")
        assert set(person.keys_listed) == {full.text, other.text}
        await person.press("v", "enter")
        assert person.keys_listed == [full.text]
        assert person.app.screen.pane.search.value == "ada"
        await person.press("f")
        assert person.keys_listed != [full.text]


async def test_a_view_of_the_portal_is_opened_and_removed_and_others_are_saved_for_it(
    vendor, manager, clock: Clock
):
    soon = vendor.issue(expires=clock.now.date() + timedelta(days=80))
    vendor.issue(expires=clock.now.date() + timedelta(days=200))
    with transaction() as session:
        grace = operators.find(session, manager)
        # What the console has no filter for.
        saved_views.save(
            session, grace, Listing.LICENSES, "Within 90 days", "ends=90&sort=expiry", now=clock.now
        )
    async with at_the_console(manager, size=(120, 36)) as person:
        await person.press("v")
        assert "Within 90 days ends within 90 days, by expiry" in person.sees
        await person.press("enter")
        assert person.keys_listed == [soon.text]
        assert "View: Within 90 days 1 license" in person.sees
        await person.press("v", "delete")
        assert "View “Within 90 days” removed." in person.sees
        await person.press("escape", "2", "f", "v")
        await person.fill("name", "Active ones", "enter")
        assert "View: Active ones 0 computers" in person.sees
    with reading() as session:
        [kept] = saved_views.of_operator(session, operators.find(session, manager), Listing.COMPUTERS)
        assert (kept.name, kept.query) == ("Active ones", "state=active")


async def test_customers_and_the_audit_have_views_as_the_portal_has_them(vendor, manager, clock: Clock):
    vendor.activate(vendor.machine(vendor.issue(customer="full@example.com")))
    vendor.issue(customer="free@example.com")
    with transaction() as session:
        grace = operators.find(session, manager)
        saved_views.save(session, grace, Listing.CUSTOMERS, "Newest", "q=example", now=clock.now)
        query = "event=license_issued&who=ada&address=192.0.2.7"
        saved_views.save(session, grace, Listing.AUDIT, "Issued there", query, now=clock.now)
    async with at_the_console(manager, size=(120, 36)) as person:
        await person.press("3", "v", "enter")
        assert "Newest 2 customers" in person.sees
        assert [row.email for row in person.app.screen.pane.rows.items] == [
            "free@example.com",
            "full@example.com",
        ]
        await person.press("escape", "F", "right", "right", "enter", "v")
        assert "Save this list: all seats in use, by day added" in person.sees
        await person.fill("name", "Full ones", "enter")
        assert [row.email for row in person.app.screen.pane.rows.items] == ["full@example.com"]
        await person.press("5", "v", "enter")
        assert person.app.screen.pane.search.value == "ada"
        assert "Nothing is in the view “Issued there” at the moment." in person.sees
        await person.press("escape", "d", "d", "v")
        assert "Save this list: in the last 7 days" in person.sees
        await person.fill("name", "This week", "enter")
        assert f"This week {len(events())} events" in person.sees
        # A week later, they are those of that week.
        clock.now += timedelta(days=8)
        await person.press("r")
        await person.fill("password", PASSWORD, "enter")
        assert "This week 1 event" in person.sees
        assert "Signed in" in person.sees
    with reading() as session:
        kept = {
            one.name: one.query
            for of in (Listing.CUSTOMERS, Listing.AUDIT)
            for one in saved_views.of_operator(session, operators.find(session, manager), of)
        }
    assert kept["Full ones"] == "view=full&sort=added&dir=desc"
    assert kept["This week"] == "since=7"
