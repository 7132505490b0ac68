"""A PostgreSQL that stops, breaks off, may not be written or is held, and the answers meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection, event, text

from keyferry.server.db import db
from tests.server.in_trouble import Faces, assert_busy, assert_well, faces_of
from tests.server.watching import watched_statements

pytestmark = pytest.mark.engines("postgresql")


END_MY_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
def faces(vendor) -> Faces:
    return faces_of(vendor)


@pytest.fixture
def outside(settings) -> Iterator[psycopg.Connection]:
    """A connection of somebody else."""
    url = settings.database.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_a_server_that_stops_and_comes_again_is_used_again_without_a_restart(
    faces, postgresql_server, caplog
):
    postgresql_server.stop()
    try:
        assert_busy([*faces.look(), *faces.ask()], "database_unreachable", caplog)
        assert faces.stranger.get("/a").status_code == 200
        assert_busy([*faces.look(), *faces.ask()], "database_unreachable", caplog)
    finally:
        postgresql_server.start()
    assert_well([*faces.look(), *faces.ask()], caplog)
    assert faces.phone("activations").status_code == 200


def before_a_row(driver: psycopg.Connection, statement: str) -> None:
    # Of codes that were typed it is on its own, of a scanned code in one statement with the rest.
    if statement.startswith(("INSERT INTO activation", "WITH ")):
        driver.execute(END_MY_CONNECTION)


def before_the_commit(connection: Connection) -> None:
    connection.exec_driver_sql(END_MY_CONNECTION)


@contextmanager
def interrupted_commits() -> Iterator[None]:
    event.listen(db.engine, "commit", before_the_commit)
    try:
        yield
    finally:
        event.remove(db.engine, "commit", before_the_commit)


@pytest.mark.parametrize(("moment", "is_typed"), [("row", False), ("row", True), ("commit", True)])
def test_a_connection_that_breaks_off_in_the_middle_is_trouble_and_counts_nothing(
    faces, caplog, moment, is_typed
):
    with watched_statements(db.engine, before_a_row) if moment == "row" else interrupted_commits():
        answer = faces.type_codes() if is_typed else faces.phone("activations")
        assert_busy([answer], "database_unreachable", caplog)
    assert_well([*faces.look(), *faces.ask()], caplog)


def test_a_database_that_may_only_be_read_is_reported_and_pages_that_read_still_come(faces, outside, caplog):
    name = sql.Identifier(outside.info.dbname)
    outside.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
    db.engine.dispose()
    assert_busy(faces.ask(), "database_read_only", caplog)
    assert_well(faces.look(), caplog)
    outside.execute(sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name))
    # Who only read has kept its connection. Whoever may not write with it leaves it, and with it all others.
    assert_busy([faces.phone("activations")], "database_read_only", caplog)
    assert_well(faces.ask(), caplog)


def test_nobody_waits_for_a_lock_without_an_end(faces, outside, caplog):
    with db.engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "15s"
        connection.exec_driver_sql("SET lock_timeout = '50ms'")
        connection.commit()
    with outside.transaction():
        outside.execute("LOCK TABLE license, operator_session, server_property")
        assert_busy([faces.phone("activations"), faces.staff.get("/portal/")], "database_busy", caplog)
    assert_well([*faces.look(), *faces.ask()], caplog)
