"""The tab Customers: editing, merging and deleting one, and what it takes along."""

import pytest
from sqlalchemy import insert, update

from keyferry.server.core import lists, walks
from keyferry.server.core.models import Customer, License, Role
from keyferry.server.db import reading, transaction
from tests.console.person import Person, at_the_console, events, signed_in


@pytest.fixture
def customers(vendor) -> None:
    vendor.issue(seats=3, customer="ada@example.com")
    vendor.activate(vendor.machine(vendor.issue(customer="ada@example.com")))
    vendor.issue(customer="grace@example.com")


def known() -> list[tuple[str, str | None, str | None]]:
    with reading() as session:
        return [(one.email, one.name, one.notes) for one in session.query(Customer).order_by(Customer.id)]


async def test_a_customer_is_edited_and_what_is_wrong_is_said_beside_its_field(customers, manager):
    async with at_the_console(manager) as person:
        await person.press("3")
        assert "2 licenses · 1 of 4 seats · 1 computer · 0 emails" in person.sees
        await person.press("e")
        await person.fill("email", "grace@example.com", "enter")
        assert "Another customer already has this email address." in person.sees
        await person.fill("email", "nobody", "enter")
        assert person.step == "EditCustomer"
        await person.fill("email", "Ada@Example.org")
        await person.fill("name", "Orbital Dynamics")
        await person.fill("notes", "Pays by invoice", "enter")
        assert person.step == "Main"
        assert "Orbital Dynamics ada@example.org" in person.sees
        # Nothing was changed: that is no failure.
        await person.press("e", "enter")
        assert person.step == "Main"
        await person.press("c")
        assert person.app.clipboard == "ada@example.org"
    assert known()[0] == ("ada@example.org", "Orbital Dynamics", "Pays by invoice")
    assert [one.event for one in events()][-1] == "customer_edited"


async def test_a_customer_is_merged_once_the_other_one_was_seen(customers, manager):
    async with at_the_console(manager) as person:
        await person.press("3", "m")
        assert "Its 2 licenses, name, and notes move to the other customer." in person.sees
        await person.fill("email", "ada@example.com", "enter")
        assert "That’s the same customer." in person.sees
        await person.fill("email", "nobody@example.com", "enter")
        assert "No customer has this email address." in person.sees
        await person.fill("email", "grace@example.com", "enter")
        assert "Into grace@example.com, grace@example.com, with 1 license so far." in person.sees
        assert "► Merge" in person.sees
        # Another address is another customer: it is shown first.
        await person.fill("email", "ada@example.com", "enter")
        assert "That’s the same customer." in person.sees
        assert len(known()) == 2
        await person.fill("email", "grace@example.com", "enter", "enter")
        assert person.step == "Main"
        assert "3 licenses" in person.sees
        await person.press("5")
        assert "customer 1 into grace@example.com, 2 licenses" in person.sees
    assert known() == [("grace@example.com", None, None)]


async def test_a_customer_is_deleted_only_by_its_name_and_the_licenses_stay(customers, manager):
    async with at_the_console(manager) as person:
        await person.press("3", "delete")
        assert "Its licenses stay, without a customer" in person.sees
        # Enter keeps it, as long as the name is not typed.
        await person.press("enter")
        assert person.step == "Main"
        await person.press("delete")
        await person.fill("confirmed", "grace@example.com", "enter")
        assert len(known()) == 2
        await person.press("delete")
        await person.fill("confirmed", "ADA@example.com", "enter")
        assert person.step == "DeleteCustomer"
        await person.press("enter")
        assert person.step == "Main"
        assert "ada@example.com" not in person.sees
    with reading() as session:
        assert session.query(License).count() == 3
    assert [one.event for one in events()][-1] == "customer_deleted"


async def test_support_sees_customers_and_changes_none(customers, add_operator):
    async with at_the_console(add_operator(Role.SUPPORT)) as person:
        await person.press("3")
        for word in ("Edit", "Merge", "Delete"):
            assert f" {word}" not in person.lines[-1]
        for key in ("e", "m", "delete", "g"):
            await person.press(key)
            assert person.step == "Main", key
        await person.press("ctrl+p")
        assert "Merge into another" not in person.sees
        assert "List its licenses" in person.sees


def test_a_formula_in_a_customers_name_is_a_text_in_the_table(vendor, add_operator):
    vendor.issue(customer="ada@example.com")
    access = signed_in(add_operator(Role.MANAGER), {})
    [number] = [one.number for one in access.customers({}).rows]
    view = access.customer(number)
    access.edit_customer(number, email=view.email, name="=1+1", notes="", version=view.version)
    assert "'=1+1" in access.customer_table({}).as_csv()


async def test_a_new_license_says_who_its_customer_is(vendor, manager):
    vendor.issue(customer="ada@example.com")
    with transaction() as session:
        session.query(Customer).one().name = "Orbital Dynamics"
    async with at_the_console(manager) as person:
        await person.press("n")
        await person.fill("email", "ADA@example.com")
        assert "Orbital Dynamics, 1 license so far" in person.sees
        await person.fill("email", "ida@example.com")
        assert "so far" not in person.sees


async def filtered(person: Person) -> None:
    await person.press("f")
    while "all seats in use" not in person.sees:
        await person.press("f")


async def test_the_search_for_those_a_filter_finds_goes_on_where_the_first_rows_fit_none(
    vendor, manager, monkeypatch
):
    vendor.activate(vendor.machine(vendor.issue(customer="zuse@example.com")))
    now = vendor.clock.now
    rows = [{"email": f"buyer-{number:03}@example.com", "created_at": now} for number in range(900)]
    with transaction() as session:
        session.execute(insert(Customer), rows)
    monkeypatch.setattr(lists, "MOST", 70)
    monkeypatch.setattr(walks, "LOOKED_AT", 1)
    async with at_the_console(manager) as person:
        await person.press("3")
        await filtered(person)
        assert "zuse@example.com" in person.sees
        assert "No customer" not in person.sees
        with transaction() as session:
            session.execute(update(License).values(seats=2))
        await filtered(person)
        assert "No customer is here under “all seats in use”." in person.sees


async def test_of_a_customer_with_very_many_licenses_only_that_is_shown(customers, manager, monkeypatch):
    monkeypatch.setattr(lists, "MOST", 1)
    async with at_the_console(manager) as person:
        await person.press("3")
        # What one customer holds is counted whole where it alone is looked at.
        assert "ada@example.com 1+ —" in person.sees
        assert "2 licenses · 1 of 4 seats" in person.sees
        assert "grace@example.com 1 0/1" in person.sees
