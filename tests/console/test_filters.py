"""All filters of a list at once, in the words of the portal; what is chosen of several values."""

from datetime import timedelta

from keyferry.server.core.licensing import products
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.db import transaction
from keyferry.server.faces.console.filters import FILTERS
from keyferry.server.services import list_queries
from keyferry.server.services.list_queries import OF_LISTING
from tests.conftest import STAFF
from tests.console.person import at_the_console


def add_product(vendor) -> None:
    with transaction() as session:
        products.add_product(
            session,
            code="another",
            name="Another CAD",
            key_style="short",
            features=[],
            machine_source="os",
            keyring=vendor.keyring,
            by=STAFF,
            now=vendor.clock.now,
        )


def test_each_filter_of_the_portal_is_there():
    for listing, of in OF_LISTING.items():
        offered = {one.name for one in FILTERS[listing.value]}
        # Search and order have keys of their own; one license or customer is opened from its row.
        assert set(of.names) - {"q", "sort", "dir", "license", "customer"} == offered, listing
    [ends] = [one for one in FILTERS["licenses"] if one.name == "ends"]
    assert tuple(value for value, _ in ends.options if value) == list_queries.ENDS


async def test_licenses_are_narrowed_by_several_filters_and_shown_all_again(vendor, manager, clock):
    add_product(vendor)
    today = clock.now.date()
    full = vendor.issue(expires=today + timedelta(days=20))
    vendor.activate(vendor.machine(full))
    free = vendor.issue(seats=2, expires=today + timedelta(days=20))
    later = vendor.issue(expires=today + timedelta(days=200))
    async with at_the_console(manager, size=(120, 36)) as person:
        await person.press("F", "right", "down", "down", "space", "down", "down", "enter", "down", "right")
        assert "Product Another CAD" in person.sees
        assert "Seats with free seats" in person.sees
        await person.press("enter")
        assert "No license fits these filters. Press F to change them, Esc to see all." in person.sees
        await person.press("F", "left", "enter")
        assert "Filters: with free seats, ends within 30 days 1 license" in person.sees
        assert person.keys_listed == [free.text]
        await person.press("F")
        await person.do("nothing")
        await person.press("enter")
        assert person.keys_listed == [later.text, free.text, full.text]
        await person.press("F")
        await person.fill("ends-by", f"{today + timedelta(days=20)}", "enter")
        assert person.keys_listed == [free.text, full.text]
        await person.press("escape")
        assert len(person.keys_listed) == 3


async def test_what_is_no_day_is_said_beside_its_field(vendor, manager):
    async with at_the_console(manager) as person:
        await person.press("F")
        await person.fill("ends-by", "soon", "enter")
        assert "! Type a day like 2027-12-31." in person.sees
        await person.do("nothing")
        assert person.value("ends-by") == ""
        assert "Type a day" not in person.sees
        await person.press("enter")
        assert "all · 0" in person.sees
        await person.press("5", "F")
        await person.fill("since", "2026-99-01", "enter")
        assert "! Type a day like 2026-11-01, or 7 days." in person.sees


async def test_computers_are_narrowed_by_product_channel_day_and_customer(vendor, manager, clock):
    add_product(vendor)
    old, own = vendor.machine(vendor.issue(), "OLD-PC"), vendor.issue(customer="ada@example.com")
    vendor.activate(old)
    vendor.release(old, Forced("died"))
    clock.now += timedelta(days=40)
    vendor.activate(vendor.machine(own, "NEW-PC"))
    async with at_the_console(manager, size=(120, 36)) as person:
        await person.press("2", "F", "down", "down", "down", "right", "right", "enter")
        assert "Filters: in the last 7 days 1 computer" in person.sees
        assert "NEW-PC" in person.sees
        assert "OLD-PC" not in person.sees
        await person.press("escape", "F")
        await person.fill("email", "ADA@example.com", "enter")
        assert "Filters: of ADA@example.com 1 computer" in person.sees
        await person.press("escape", "F", "right", "right", "right", "enter")
        assert "Filters: without a code 1 computer" in person.sees
        assert "OLD-PC" in person.sees
        await person.press("F", "down", "space")
        await person.type("another", "enter", "enter")
        assert "No computer fits these filters." in person.sees


async def test_the_audit_shows_one_event_of_some_days(vendor, manager, clock):
    vendor.issue()
    clock.now += timedelta(days=10)
    vendor.activate(vendor.machine(vendor.issue()))
    async with at_the_console(manager, size=(120, 36)) as person:
        await person.press("5", "F", "down", "down", "space")
        await person.type("license issued", "enter")
        await person.fill("since", f"{clock.now.date()}", "enter")
        assert f"License issued, since {clock.now.date()} 1 event" in person.sees
        await person.press("F")
        await person.fill("since", "7 days", "enter")
        assert "License issued, in the last 7 days 1 event" in person.sees
        await person.press("F")
        await person.fill("since", "")
        await person.fill("until", f"{clock.now.date() - timedelta(days=1)}", "enter")
        assert "1 event" in person.sees
        await person.press("F")
        await person.fill("until", "")
        await person.fill("who", manager, "enter")
        assert person.app.screen.pane.search.value == manager
        assert "No event fits these filters." in person.sees
        await person.press("escape")
        assert "everything · all days" in person.sees


async def test_the_list_of_values_marks_its_first_row_without_colors_too(vendor, manager, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    add_product(vendor)
    async with at_the_console(manager, theme="terminal") as person:
        await person.press("n")
        assert "Choose a product Space ▼" in person.sees
        await person.press("enter")
        assert "► Another CAD (another) Demo CAD (demo-cad)" in person.sees
        await person.press("down", "enter")
        assert "Demo CAD (demo-cad) Space ▼" in person.sees
