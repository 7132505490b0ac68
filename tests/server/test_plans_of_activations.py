"""No statement of an activation, a repeat, a preview or a release goes through a table that grows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.licensing.judging import Request
from keyferry.server.db import db
from keyferry.server.services import operations
from keyferry.server.services.requests import Typed
from tests.machines import Machine
from tests.refusals import refused
from tests.server.plans import LARGE, whole_tables
from tests.server.watching import Sent, sent_statements

pytestmark = pytest.mark.engines("sqlite", "postgresql")

PHONE = By(Channel.PHONE, address="192.0.2.7")
ROWS = ("SELECT", "WITH", "UPDATE", "DELETE")
LARGE_HERE = f"{LARGE}|former_computer_id|former_activation_key"
Asks = Callable[[Machine], Request | Typed]


def scanned(machine: Machine) -> Request:
    return machine.scanned


def typed(machine: Machine) -> Typed:
    return Typed(machine.activation_key.text, machine.computer_id.text, machine.name)


@pytest.fixture(params=[scanned, typed])
def asks(request) -> Asks:
    return request.param


def planned(sent: Sent) -> Sent:
    """What was sent and reads rows; there was something.

    What SQLite would look for at an INSERT are rows that refer to the new one; it does where a foreign key is
    violated at that moment, which none is.
    """
    reads = ROWS if db.engine.dialect.name == "sqlite" else (*ROWS, "INSERT")
    with_plans = [(text, values) for text, values in sent if text.lstrip().upper().startswith(reads)]
    assert any("activation_key" in text for text, _ in with_plans)
    return with_plans


def test_a_first_activation_goes_by_indexes(vendor, asks):
    machine = vendor.machine(vendor.issue())
    with sent_statements(db.engine) as sent:
        operations.activate(asks(machine), by=PHONE)
    assert any("INSERT INTO audit_event" in text for text, _ in sent)
    assert whole_tables(planned(sent), LARGE_HERE) == []


def test_a_repeat_and_a_preview_go_by_indexes(vendor, asks):
    machine = vendor.machine(vendor.issue(seats=2))
    another = vendor.machine(machine.activation_key, "LAB-PC-08")
    vendor.activate(machine)
    with sent_statements(db.engine) as sent:
        operations.activate(asks(machine), by=PHONE)
        operations.preview(asks(machine), by=PHONE)
        operations.preview(asks(another), by=PHONE)
    assert whole_tables(planned(sent), LARGE_HERE) == []


def test_another_computer_id_of_a_machine_goes_by_indexes(vendor):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    later = machine.continuing()
    with sent_statements(db.engine) as sent:
        operations.activate(later.scanned, by=PHONE)
        operations.activate(machine.scanned, by=PHONE)
    assert any("INSERT INTO former_computer_id" in text for text, _ in sent)
    assert whole_tables(planned(sent), LARGE_HERE) == []


def test_a_refusal_goes_by_indexes(vendor, asks):
    machine = vendor.machine(vendor.issue())
    vendor.activate(vendor.machine(machine.activation_key, "LAB-PC-08"))
    with sent_statements(db.engine) as sent, refused("no_seat_left"):
        operations.activate(asks(machine), by=PHONE)
    assert whole_tables(planned(sent), LARGE_HERE) == []


def test_a_release_goes_by_indexes(vendor):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    code = Code(machine.code)
    with sent_statements(db.engine) as sent:
        number, key = machine.profile.product_number, machine.activation_key
        asked = DeactivationRequest(number, machine.computer_id, key, (machine.proof,))
        operations.preview_release(asked, by=PHONE)
        operations.release(typed(machine), code, by=PHONE)
    assert whole_tables(planned(sent), LARGE_HERE) == []


def test_a_sent_scan_is_found(vendor):
    with sent_statements(db.engine) as sent, db.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        driver.execute("UPDATE license SET notes = NULL WHERE notes = 'a'")
        driver.execute("SELECT id FROM activation WHERE reason = 'a'").fetchall()
        connection.rollback()
    assert len(whole_tables(sent)) == 2


@pytest.mark.engines("postgresql")
def test_a_license_stays_on_its_page_so_that_no_index_is_written(vendor):
    keys = [vendor.issue() for _ in range(250)]
    before = pages_of_licenses()
    assert len(set(before.values())) > 2
    for key in keys:
        vendor.activate(vendor.machine(key))
    assert pages_of_licenses() == before


def pages_of_licenses() -> dict[int, int]:
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, (ctid::text::point)[0]::integer FROM license"))
        return {row[0]: row[1] for row in rows}
