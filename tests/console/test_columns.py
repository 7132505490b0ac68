"""Which columns of licenses an operator sees: chosen at the console or in the portal, the same in both."""

from keyferry.server.core.licensing import licenses
from keyferry.server.core.staff import operators
from keyferry.server.db import reading, transaction
from keyferry.server.faces.console.widgets.license_columns import TITLES
from keyferry.server.faces.portal import license_list
from keyferry.server.services import views
from tests.console.person import LARGE, at_the_console


def chosen(name: str) -> list[str] | None:
    with reading() as session:
        return operators.find(session, name).license_columns


def head(person) -> str:
    return " ".join(person.lines[5].split())


async def test_columns_are_chosen_seen_and_put_back(vendor, manager):
    vendor.issue(customer="ada@example.com")
    async with at_the_console(manager, size=LARGE) as person:
        assert head(person) == "Activation key Customer Product Seats Ends Status"
        await person.press("w")
        assert person.step == "Columns"
        # Off with the product, on with the last event and the day of issue.
        await person.press("down", "space", *("down",) * 4, "space", "down", "space", "enter")
        assert head(person) == "Activation key Customer Seats Ends Status Last event Issued ↓"
        assert person.lines[7].split()[-4:] == ["Nov", "24", "Nov", "24"]
        await person.press("w", "escape")
        assert "Issued" in head(person)
        assert chosen(manager) == ["customer", "seats", "ends", "status", "last", "issued", "key"]
        await person.press("w", "u")
        assert head(person) == "Activation key Customer Product Seats Ends Status"
    assert chosen(manager) is None


async def test_what_the_portal_was_told_counts_as_far_as_there_is_room(vendor, manager):
    key = vendor.issue(customer="ada@example.com")
    with transaction() as session:
        operator = operators.find(session, manager)
        licenses.find(session, key).order_reference = "PO-7"
    views.choose_columns(operator, list(TITLES))
    async with at_the_console(manager) as person:
        assert head(person) == "Key Customer Product Seats Ends Status"
        views.choose_columns(operator, ["customer", "order", "key"])
        await person.press("2", "1")
        assert head(person) == "Activation key Customer Order"
        assert key.text in person.lines[7]
        assert "PO-7" in person.lines[7]


def test_console_and_portal_offer_the_same_columns():
    assert tuple(TITLES) == views.LICENSE_COLUMNS == tuple(license_list.COLUMNS)
    assert [str(one) for one in license_list.COLUMNS.values()] == list(TITLES.values())


async def test_columns_are_moved_and_the_portal_keeps_their_order(vendor, manager):
    vendor.issue(customer="ada@example.com")
    async with at_the_console(manager, size=LARGE) as person:
        await person.press("w", "left", "right", "down", "down", "left", "left", "left", "enter")
        assert head(person) == "Activation key Ends Product Customer Seats Status"
        # The length of the key is no column.
        await person.press("w", *("down",) * 8, "left", *("up",) * 4, "right", "enter")
        assert head(person) == "Activation key Ends Product Customer Seats Status"
    assert chosen(manager) == ["ends", "product", "customer", "seats", "status", "key"]
