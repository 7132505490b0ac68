"""What a search shows while somebody types: a few of each kind, by indexes, however many there are."""

from __future__ import annotations

import pytest

from keyferry.server.core.customers import records
from keyferry.server.core.licensing import glances, license_changes, licenses
from keyferry.server.core.licensing.glances import Glance
from keyferry.server.db import reading, transaction
from tests.conftest import STAFF
from tests.core.test_long_lists import stocked
from tests.server.plans import watched, whole_tables

__all__ = ["stocked"]
pytestmark = pytest.mark.engines("sqlite", "postgresql")


def glance(text: str) -> Glance:
    with reading() as session:
        return glances.begins_with(session, text)


def test_each_kind_is_found_by_how_it_begins_a_few_of_each(stocked):
    found = glance("lab-")
    assert len(found.computers) == glances.MOST
    assert all(one.ended_at is None for one in found.computers)
    assert not any((found.licenses, found.customers))
    assert [one.activation_key[:5] for one in glance("1b0 04").licenses] == ["1B004"]
    assert [(one.email, held) for one, held in glance("B1@").customers] == [("b1@example.com", 1)]
    assert glance("") == glance(" * ") == Glance()
    assert not any((glance("nobody").licenses, glance("nobody").computers, glance("nobody").customers))


def test_a_whole_code_or_address_names_one_thing(vendor):
    key = vendor.issue(customer="ada@example.com")
    machine = vendor.machine(key)
    vendor.activate(machine)
    with transaction() as session:
        license = licenses.find(session, key)
        customer = license.customer
        assert glances.exactly(session, f"Key: {key.text.lower()}") is license
        assert glances.exactly(session, "Ada <ADA@example.com>") is customer
        assert glances.exactly(session, machine.computer_id.text.replace("-", " ")).license is license
        assert glances.exactly(session, key.text[:11]) is None
        assert glances.exactly(session, "ada@") is None
        records.edit(
            session, customer, email="ada@example.com", name="Lab", notes="", by=STAFF, now=vendor.clock.now
        )
        license_changes.replace_key(session, license, by=STAFF, now=vendor.clock.now)
        assert glances.exactly(session, key.text) is license
        assert [one.id for one, _ in glances.begins_with(session, "lAB").customers] == [customer.id]


@pytest.mark.thorough
def test_no_glance_goes_through_a_whole_table(stocked):
    with reading() as session, watched() as asked:
        for text in ("lab", "1B", "1B001-00000-00000-00000-00000", "10000-0000A", "a1@", "b"):
            glances.begins_with(session, text)
        glances.with_numbers(session, [1, 2], [3], [4])
    assert whole_tables(asked) == []
