"""What the database refuses by itself, whatever the code above it believes."""

from datetime import datetime

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError

from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import Activation, Attempt, AuditEvent, License
from keyferry.server.db import reading, transaction

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def activation_values(license_id: int, **changes) -> dict:
    now = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
    return {
        "license_id": license_id,
        "epoch": 1,
        "fingerprint": 2**40 - 1,
        "commitment": 7,
        "computer_id": "A" * 29,
        "issued_on": now.date(),
        "channel": "phone",
        "activated_at": now,
        "refreshed_at": now,
        **changes,
    }


@pytest.fixture
def license_id(vendor) -> int:
    key = vendor.issue(seats=2)
    with reading() as session:
        return licenses.find(session, key).id


@pytest.mark.parametrize(
    "values", [{"seats_used": 3}, {"seats_used": -1}, {"seats": 0}, {"status": "lost"}, {"features": 1024}]
)
def test_a_license_cannot_be_oversold_or_nonsense(license_id, values):
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(License).where(License.id == license_id).values(**values))


def test_a_machine_lives_once_on_a_license_and_comes_back_after_its_end(license_id):
    ended = datetime.fromisoformat("2026-11-25T12:00:00+00:00")
    with transaction() as session:
        first = activation_values(license_id, ended_at=ended, ended_how="proven")
        session.execute(insert(Activation).values(first))
        session.execute(insert(Activation).values(activation_values(license_id, computer_id="B" * 29)))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(insert(Activation).values(activation_values(license_id, computer_id="C" * 29)))


@pytest.mark.parametrize(
    "changes",
    [
        {"ended_how": "proven"},
        {"ended_at": datetime.fromisoformat("2026-11-25T12:00:00+00:00")},
        {"channel": "fax"},
        {"license_id": 999},
    ],
)
def test_an_activation_cannot_be_nonsense(license_id, changes):
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(insert(Activation).values(activation_values(**{"license_id": license_id, **changes})))


def test_a_computer_id_is_burnt_by_its_row(license_id):
    ended = {"ended_at": datetime.fromisoformat("2026-11-25T12:00:00+00:00"), "ended_how": "forced"}
    with transaction() as session:
        session.execute(insert(Activation).values(activation_values(license_id, **ended)))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(insert(Activation).values(activation_values(license_id, fingerprint=1)))


# What only one of the engines can be told.
WAYS = {
    "sqlite": "INSERT OR REPLACE INTO audit_event (id, at, event, channel) "
    "VALUES (1, '2026-01-01', 'x', 'phone')",
    "postgresql": "TRUNCATE audit_event",
}


@pytest.mark.parametrize(
    "change",
    [
        lambda _: update(AuditEvent).values(who="somebody else"),
        lambda _: delete(AuditEvent),
        lambda engine: text(WAYS[engine]),
    ],
    ids=["update", "delete", "otherwise"],
)
def test_the_audit_record_is_append_only(vendor, database_engine, change):
    statement = change(database_engine)
    with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
        session.execute(statement)
    with reading() as session:
        assert session.scalars(select(AuditEvent.who)).all() == ["ada"]


def test_times_come_back_aware_and_naive_ones_are_refused(app, clock):
    with transaction() as session:
        session.add(Attempt(bucket="a", window_ends_at=clock.now, count=1))
    with reading() as session:
        assert session.get_one(Attempt, "a").window_ends_at == clock.now
    with pytest.raises(StatementError, match="no zone"), transaction() as session:
        session.add(Attempt(bucket="b", window_ends_at=clock.now.replace(tzinfo=None), count=1))
