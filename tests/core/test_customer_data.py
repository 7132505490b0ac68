"""Whoever asks what is stored about a customer gets all of it: no table and no column is forgotten."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.customers import data
from keyferry.server.core.errors import NotAllowed, NotFound
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.models import (
    Base,
    Batch,
    Customer,
    DemoMachine,
    FormerComputerId,
    License,
    OutboxMail,
    ReleaseLink,
    Role,
)
from keyferry.server.db import reading, transaction
from keyferry.server.services import customer_data, customers
from tests.audit_log import events
from tests.conftest import STAFF

EMAIL, OTHER = "ada@example.com", "grace@example.com"
MANAGER = By(Channel.PORTAL, "ms-manager", "192.0.2.9", Role.MANAGER)
PHONE = By(Channel.PHONE, address="198.51.100.7")

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def referring() -> dict[str, Table]:
    """The tables that lead to a customer by their keys, over whatever others, or by a license's number."""
    found = {"customer": Base.metadata.tables["customer"]}
    while True:
        more = {
            name: table
            for name, table in Base.metadata.tables.items()
            if name not in found and (leads_to(found, table) or "license_id" in table.columns)
        }
        if not more:
            return found
        found |= more


def leads_to(found: dict[str, Table], table: Table) -> bool:
    return any(key.column.table.name in found for key in table.foreign_keys)


def sections() -> dict[str, data.Section]:
    return {one.model.__tablename__: one for one in (data.CUSTOMER, *data.SECTIONS)}


def test_every_column_of_every_table_that_leads_to_a_customer_is_exported_or_left_out_for_a_reason():
    assert set(referring()) == set(sections())
    for name, table in referring().items():
        known = {*sections()[name].columns, *data.LEFT_OUT.get(name, {})}
        assert known == set(table.columns.keys()), name


@pytest.fixture
def stories(vendor):
    """Two customers of whom every table knows something."""
    for email in (EMAIL, OTHER):
        live_through(vendor, email)
    customers.edit(1, email=EMAIL, name="Ada King", notes="pays late", version="", by=MANAGER)
    return vendor


def live_through(vendor, email: str) -> None:
    now = vendor.clock.now
    key = vendor.issue(seats=5, features=("cam",), customer=email, expires=date(2027, 6, 1))
    vendor.issue(customer=email)
    machine = vendor.machine(key, f"PC of {email}")
    vendor.activate(machine)
    # The same machine again: another computer ID takes over.
    activation = vendor.activate(vendor.machine(key, f"PC of {email}")).activation
    dead = vendor.machine(key, f"DEAD-PC of {email}")
    vendor.activate(dead)
    vendor.release(dead, Forced(f"the disk of {email} died"))
    with transaction() as session:
        license = licenses.find(session, key)
        license.notes = f"of {email}"
        license_changes.replace_key(session, license, by=MANAGER, now=now)
        held = {"customer_id": license.customer_id, "created_at": now}
        session.add(
            Batch(mark=email, wanted=3, product_number=1, seats=2, features=5, notes=f"b {email}", **held)
        )
        link = {"license_id": license.id, "customer_id": license.customer_id}
        session.add(ReleaseLink(digest=f"digest {email}", computer_id="1A", valid_until=now, **link))
        former = {"fingerprint": 77, "commitment": license.id, "computer_id": "1X", "how": "burnt"}
        session.add(FormerComputerId(license_id=license.id, at=now, **former))
        demo = {"license_id": license.id, "epoch": 1, "computer_id": "1D", "begun_at": now}
        session.add(DemoMachine(sealed_secret=f"secret {email}", **demo))
        license.order_reference = f"order of {email}"
        audit.record(session, event=Event.REQUEST_REFUSED, by=PHONE, now=now, license=license, code="refused")
        for about in ({"license": license, "activation": license.activations[0]}, {}):
            posted = mails.license_keys(email, held=[])
            outbox.post(session, posted, keyring=vendor.keyring, by=PHONE, now=now, **about)
        taken = outbox.take(session, now)
        assert taken is not None
        outbox.delivered(session, taken, now)
        outbox.delivered(session, outbox.take(session, now + timedelta(days=1)), now)
    assert activation.ended_at is None


def exported(number: int = 1) -> tuple[str, dict[str, Any]]:
    file = customer_data.export(number, by=MANAGER)
    text = "".join(file.pieces)
    return text, json.loads(text)


def plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date) else value


def of_the_first(table: Table, rows: list[Any]) -> list[Any]:
    """The rows that are about the first customer, found in another way than the product does."""
    with reading() as session:
        held = set(session.scalars(select(License.id).where(License.customer_id == 1)))
        mailed = set(session.scalars(select(OutboxMail.id).where(OutboxMail.recipient == EMAIL)))

    def is_theirs(row: Any) -> bool:
        values = row._mapping
        detail = values.get("detail") or {}
        return (
            (table.name == "customer" and values["id"] == 1)
            or values.get("customer_id") == 1
            or values.get("license_id") in held
            or values.get("recipient") == EMAIL
            or detail.get("customer") == 1
            or detail.get("mail") in mailed
        )

    return [row for row in rows if is_theirs(row)]


@pytest.mark.parametrize("size", [500, 2])
def test_every_value_that_is_stored_about_a_customer_is_in_the_file_and_nothing_of_others(
    stories, monkeypatch, size
):
    monkeypatch.setattr(data, "AT_ONCE", size)
    monkeypatch.setattr(data, "LOOKED_AT", 3 * size)
    text, written = exported()
    for name, table in referring().items():
        section = sections()[name]
        found = [written["customer"]] if name == "customer" else written[section.name]
        with reading() as session:
            rows = list(session.execute(select(table)))
        theirs = of_the_first(table, rows)
        assert theirs, f"no row of {name}: the story lacks it"
        assert len(rows) > len(theirs)
        assert sorted(row["id"] for row in found) == sorted(row._mapping["id"] for row in theirs)
        by_number = {row["id"]: row for row in found}
        for row in theirs:
            for column, value in row._mapping.items():
                if column in data.LEFT_OUT.get(name, {}):
                    assert column not in by_number[row._mapping["id"]]
                elif column not in ("who", "ended_by", "address") or row._mapping.get("who") is None:
                    assert by_number[row._mapping["id"]][column] == plain(value), (name, column)
    assert OTHER not in text
    assert written["licenses"][0]["feature_names"] == ["cam"]


def test_staff_are_not_named_and_the_customers_own_network_is(stories):
    text, written = exported()
    assert MANAGER.who not in text
    assert MANAGER.address not in text
    assert {row["who"] for row in written["events"]} == {None, "staff"}
    assert PHONE.address in {row["address"] for row in written["events"]}


def test_the_file_says_when_it_was_made_and_the_audit_who_took_it(stories):
    file = customer_data.export(1, by=MANAGER)
    assert file.name == "customer-Ada-King-2026-11-24.json"
    _, written = exported()
    assert written["exported_at"] == stories.clock.now.isoformat()
    [_, event] = events("customer_data_exported")
    assert (event.who, event.detail) == ("ms-manager", {"customer": 1})
    # It is in the file itself, too.
    assert [row["event"] for row in written["events"]][-1] == "customer_data_exported"


def test_only_who_may_change_customers_gets_it(stories):
    by = By(Channel.PORTAL, "victor", role=Role.SUPPORT)
    with pytest.raises(NotAllowed):
        customer_data.export(1, by=by)
    with pytest.raises(NotFound):
        customer_data.export(7, by=MANAGER)
    assert events("customer_data_exported") == []


def test_a_customer_without_anything_has_empty_sections(vendor):
    with transaction() as session:
        session.add(Customer(email=EMAIL, created_at=vendor.clock.now))
    _, written = exported()
    assert written["customer"]["email"] == EMAIL
    assert {name: rows for name, rows in written.items() if rows == [] and name != "events"} == {
        one.name: [] for one in data.SECTIONS if one.name != "events"
    }


def test_whoever_is_asked_of_is_named_by_an_address_where_there_is_no_name(vendor):
    vendor.issue(customer="einkauf@müller.example")
    assert customer_data.export(1, by=STAFF).name == "customer-einkauf-müller.example-2026-11-24.json"
