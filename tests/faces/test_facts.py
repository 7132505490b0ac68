"""What faces show of licenses and activations is read in one place, and no more of it than they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.facts import key_facts, license_facts, release_facts
from keyferry.server.db import db, reading
from tests.server.watching import watched_statements

# All customers, and all computers of a license: the value that is compared looks different on each engine.
_READ_WHOLE = re.compile(r" FROM customer | FROM activation WHERE \S+ = activation\.license_id ORDER BY")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what goes to the database, whoever sends it."""
    said: list[str] = []
    with watched_statements(db.engine, lambda _, statement: said.append(" ".join(statement.split()))):
        yield said


def facts_of(key: ActivationKey, now, **asked: str):
    with reading() as session:
        license = licenses.find(session, key)
        handed = {name: getattr(license, attribute) for name, attribute in asked.items()}
        return license_facts(license, license.product, now, **handed)


@pytest.mark.parametrize(
    ("operation", "token"),
    [
        ("requests", "activation_token"),
        ("requests", "deactivation_token"),
        ("deactivations", "deactivation_token"),
    ],
)
def test_the_phone_reads_neither_the_customer_nor_all_computers(vendor, app, operation, token):
    machine = vendor.machine(vendor.issue(seats=3, customer="ada@example.com"))
    vendor.activate(machine)
    with statements() as said:
        answer = app.test_client().post(f"/phone/v1/{operation}", json={"token": getattr(machine, token)})
    assert answer.status_code == 200
    assert any(" FROM license " in one for one in said)
    assert not [one for one in said if _READ_WHOLE.search(one)]


def test_a_license_is_shown_with_what_was_handed_over_and_nothing_else(vendor):
    key = vendor.issue(seats=3, customer="ada@example.com")
    vendor.activate(vendor.machine(key))
    with statements() as said:
        facts = facts_of(key, vendor.clock.now)
    assert (facts.customer, facts.computers) == (None, ())
    assert not [one for one in said if _READ_WHOLE.search(one)]
    with statements() as said:
        facts = facts_of(key, vendor.clock.now, customer="customer", computers="activations")
    assert (facts.customer, [one.computer_name for one in facts.live]) == ("ada@example.com", ["LAB-PC-07"])
    assert len([one for one in said if _READ_WHOLE.search(one)]) == 2


def test_facts_show_no_key_in_their_repr(vendor):
    machine = vendor.machine(vendor.issue())
    done, now = vendor.activate(machine), vendor.clock.now
    shown = repr(key_facts(done, now)) + repr(release_facts(vendor.release(machine), now))
    assert machine.computer_id.text in shown
    assert machine.activation_key.text not in shown
    assert done.computer_key not in shown
