"""SQLite’s log is taken into the database by a thread beside the requests, and never by losing anything."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from keyferry.server.core.models import Attempt
from keyferry.server.db import db, reading, transaction
from keyferry.server.db.checkpoints import Checkpoints

pytestmark = pytest.mark.engines("sqlite")

EACH = 10
PATIENCE = 20


def row(name: str) -> Attempt:
    return Attempt(bucket=name, window_ends_at=datetime(2026, 1, 1, tzinfo=UTC), count=1)


def write(name: str) -> None:
    with transaction() as session:
        session.add(row(name))


def names() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Attempt.bucket).order_by(Attempt.bucket)))


def names_without_log(folder: Path) -> list[str]:
    """Return what is in the database’s own file, of which a copy is opened."""
    alone = folder / "alone.db"
    shutil.copyfile(str(db.engine.url.database), alone)
    with closing(sqlite3.connect(alone)) as connection:
        return [name for (name,) in connection.execute("SELECT bucket FROM attempt ORDER BY bucket")]


def await_checkpoints() -> None:
    for thread in threading.enumerate():
        if thread.name == "checkpoint":
            thread.join(PATIENCE)
            assert not thread.is_alive()


@pytest.mark.usefixtures("app")
def test_enough_transactions_take_the_log_into_the_database(tmp_path):
    checkpoints = Checkpoints(db.engine, EACH)
    write("one")
    checkpoints.count(EACH - 1)
    await_checkpoints()
    assert names_without_log(tmp_path) == []
    checkpoints.count(1)
    await_checkpoints()
    assert names_without_log(tmp_path) == ["one"]


@pytest.mark.usefixtures("app")
def test_whoever_reads_and_writes_meanwhile_is_not_waited_for(tmp_path):
    write("one")
    with reading() as session:
        assert session.scalars(select(Attempt.bucket)).all() == ["one"]
        with transaction() as writing:
            writing.add(row("two"))
            writing.flush()
            Checkpoints(db.engine, EACH).count(EACH)
            await_checkpoints()
    assert names_without_log(tmp_path) == ["one"]
    assert names() == ["one", "two"]


@pytest.mark.usefixtures("app")
def test_a_database_that_is_away_costs_no_more_than_the_checkpoint(monkeypatch):
    escaped: list[object] = []
    monkeypatch.setattr(threading, "excepthook", escaped.append)
    write("one")
    database = Path(str(db.engine.url.database))
    aside = database.rename(database.with_name("aside.db"))
    Checkpoints(db.engine, EACH).count(EACH)
    await_checkpoints()
    aside.rename(database)
    assert (names(), escaped) == (["one"], [])


@pytest.mark.usefixtures("app")
def test_nobody_is_refused_where_no_thread_can_be_started(monkeypatch, tmp_path):
    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    checkpoints = Checkpoints(db.engine, EACH)
    write("one")
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        checkpoints.count(EACH)
    assert names_without_log(tmp_path) == []
    checkpoints.count(EACH)
    await_checkpoints()
    assert names_without_log(tmp_path) == ["one"]


@pytest.mark.usefixtures("app")
def test_what_customers_write_is_counted(tmp_path):
    # Tests before this one have been counted by the same application.
    written = [f"{number:03}" for number in range(800)]
    for name in written:
        write(name)
    await_checkpoints()
    assert names_without_log(tmp_path)[:400] == written[:400]
    assert names() == written
