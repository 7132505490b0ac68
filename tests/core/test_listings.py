from __future__ import annotations

from datetime import date

import pytest

from keyferry.server.core.licensing import licenses, listings
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.listings import AuditWanted, Order, Wanted
from keyferry.server.core.models import License
from keyferry.server.db import reading

pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture
def found(vendor):
    """The activation keys that a search finds."""

    def found(search: str = "", **more) -> list[str]:
        with reading() as session:
            page = listings.licenses(session, Wanted(search, **more), now=vendor.clock.now)
            assert page.total == len(page.rows)
            return [license.activation_key for license in page.rows]

    return found


def test_any_part_of_a_key_finds_its_license_with_dashes_or_without(vendor, found):
    key, _ = vendor.issue(), vendor.issue()
    for part in (key.text, key.text.lower(), key.text[3:14], key.text[3:14].replace("-", " "), key.text[-5:]):
        assert found(part) == [key.text]
    assert found(key.text.replace("0", "o").replace("1", "l").replace("-", "")) == [key.text]


def test_any_part_of_a_customer_a_computers_name_or_its_id_finds_the_license(vendor, found):
    key, _ = vendor.issue(customer="ada.lovelace@example.com"), vendor.issue(customer="grace@example.com")
    machine = vendor.machine(key, "LAB-PC_07")
    vendor.activate(machine)
    for part in ("Lovelace", "lab-pc", "PC_0", machine.computer_id.text[4:20]):
        assert found(part) == [key.text]
    assert found("pc%0") == found("pcx07") == []


def test_the_wildcards_of_sql_are_characters_like_others(vendor, found):
    vendor.issue(customer="ada@example.com")
    assert found("%") == found("_") == []
    assert len(found("")) == 1


def test_what_can_be_no_code_is_still_looked_for_in_names(vendor, found):
    key = vendor.issue()
    vendor.activate(vendor.machine(key, "Übung 1"))
    assert found("Übung") == [key.text]
    # Databases stumble over some of what cannot be seen.
    assert found("\0") == [key.text]


@pytest.fixture
def stood(vendor):
    """One license for each standing, and one whose days have run out."""
    keys = {
        "active": vendor.issue(),
        "expired": vendor.issue(expires=date(2026, 11, 24)),
        "suspended": vendor.issue(expires=date(2026, 11, 24)),
        "ran_out": vendor.issue(days=1),
        "waits": vendor.issue(days=1),
    }
    vendor.change(keys["suspended"], licenses.suspend)
    vendor.activate(vendor.machine(keys["ran_out"]))
    return {name: key.text for name, key in keys.items()}


def test_a_standing_follows_the_day_rule_that_the_wizard_applies(vendor, found, stood):
    def by_standing() -> dict[str, set[str]]:
        return {name.value: set(found(standing=name)) for name in Standing}

    def one_by_one() -> dict[str, set[str]]:
        with reading() as session:
            every = session.query(License).all()
            now = vendor.clock.now
            return {
                one.value: {each.activation_key for each in every if licenses.standing(each, now) is one}
                for one in Standing
            }

    for _ in range(4):
        assert by_standing() == one_by_one()
        vendor.clock.pass_days(1)
    assert by_standing()["expired"] == {stood["expired"], stood["ran_out"]}
    assert by_standing()["active"] == {stood["active"], stood["waits"]}


def test_a_list_is_sorted_either_way_and_what_has_no_value_comes_last(vendor, found):
    late, none, early = (
        vendor.issue(expires=date(2028, 1, 1), customer="b@example.com", seats=3).text,
        vendor.issue(seats=2).text,
        vendor.issue(expires=date(2027, 1, 1), customer="a@example.com").text,
    )
    assert found() == [early, none, late]
    assert found(order=Order.ISSUED, descending=False) == [late, none, early]
    for order in (Order.EXPIRY, Order.CUSTOMER):
        assert found(order=order, descending=False) == [early, late, none]
        assert found(order=order) == [late, early, none]
    assert found(order=Order.SEATS) == [late, none, early]
    assert found(order=Order.KEY, descending=False) == sorted([late, none, early])
    assert len(found(order=Order.PRODUCT)) == 3


def test_a_product_is_chosen_by_its_code_in_either_case(vendor, found):
    key = vendor.issue()
    assert found(product="DEMO-cad") == [key.text]
    assert found(product="other") == []


def test_pages_hold_what_they_say_and_one_too_far_is_the_last(vendor):
    for _ in range(5):
        vendor.issue()
    with reading() as session:

        def page(number: int):
            return listings.licenses(session, Wanted(), now=vendor.clock.now, number=number, size=2)

        assert [len(page(number).rows) for number in (1, 2, 3)] == [2, 2, 1]
        assert (page(1).total, page(1).last) == (5, 3)
        assert page(99).number == 3
        assert page(-1).number == 1
        seen = [license.id for number in (1, 2, 3) for license in page(number).rows]
        assert seen == sorted(seen, reverse=True)
        assert len(set(seen)) == 5


def test_the_audit_is_listed_from_its_end_and_by_license(vendor):
    key, other = vendor.issue(), vendor.issue()
    vendor.activate(vendor.machine(key))
    vendor.activate(vendor.machine(other))
    with reading() as session:
        license = licenses.find(session, key)
        page = listings.audit_events(session, AuditWanted(license_id=license.id))
        assert [event.event for event in page.rows] == ["activated_new_seat", "license_issued"]
        assert listings.audit_events(session, AuditWanted(refused=True)).total == 0
        assert listings.audit_events(session, AuditWanted(channel="command_line", who="AD")).total > 4
        assert listings.audit_events(session, AuditWanted(channel="portal")).total == 0


def test_a_customer_holds_what_was_issued_to_the_address(vendor):
    first, second = vendor.issue(customer="ada@example.com"), vendor.issue(customer="ADA@example.com")
    vendor.issue(customer="grace@example.com")
    with reading() as session:
        held, total = listings.held_by(session, "ada@example.com", most=3)
        [newest], all_of_them = listings.held_by(session, "ada@example.com", most=1)
    assert ([license.activation_key for license in held], total) == ([second.text, first.text], 2)
    assert (newest.activation_key, all_of_them) == (second.text, 2)
