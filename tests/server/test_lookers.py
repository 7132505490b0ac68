"""Sessions that look stay open for the next one, as long as nothing is in them and the file is the same."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from keyferry.server.core.errors import NotFound
from keyferry.server.core.models import Product
from keyferry.server.core.prepared import Prepared, connection_of
from keyferry.server.db import db, looking

_ASKED = Prepared(select(Product.name))

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def product_name(session: Session) -> str:
    driver = connection_of(session).connection.dbapi_connection
    return driver.execute("SELECT name FROM product").fetchone()[0]


def looked_with() -> Session:
    with looking() as session:
        assert product_name(session) == "Demo CAD"
    return session


def test_one_looks_after_another(vendor):
    assert looked_with() is looked_with()


def test_two_at_a_time_have_one_each(vendor):
    with looking() as one, looking() as other:
        assert product_name(one) == product_name(other)
        assert one is not other


def test_what_was_committed_since_is_seen(vendor):
    looked_with()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE product SET name = 'Renamed'"))
    with looking() as session:
        assert product_name(session) == "Renamed"


def test_whoever_leaves_something_in_a_session_is_its_last(vendor):
    with looking() as used:
        assert used.scalars(select(Product)).one().name == "Demo CAD"
    assert looked_with() is not used


def test_a_refusal_ends_the_session(vendor):
    refused = looked_with()
    with suppress(NotFound), looking() as session:
        assert session is refused
        raise NotFound("There’s no such license.", code="unknown_activation_key")
    assert looked_with() is not refused


@pytest.mark.engines("sqlite")
def test_a_database_that_was_replaced_is_looked_at_as_it_is_now(vendor, settings):
    before, file = looked_with(), settings.sqlite_file
    shutil.copy(file, file.with_name("copy"))
    file.with_name("copy").replace(file)
    for more in ("-wal", "-shm"):
        file.with_name(file.name + more).unlink(missing_ok=True)
    with looking() as session:
        assert session is not before


def test_a_process_that_was_forked_looks_with_its_own(vendor, monkeypatch):
    before = looked_with()
    own = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: own + 1)
    assert looked_with() is not before


def test_nothing_stays_open_once_the_engine_is_disposed_of(vendor):
    before = looked_with()
    db.engine.dispose()
    assert before.get_bind().closed
    assert looked_with() is not before


@pytest.mark.engines("postgresql")
def test_each_statement_is_a_transaction_of_its_own_and_only_while_it_is_kept(vendor):
    with looking() as session:
        driver = connection_of(session).connection.dbapi_connection
        driver.execute("SELECT 1")
        assert driver.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    db.engine.dispose()
    assert not driver.autocommit


@pytest.mark.engines("postgresql")
def test_a_connection_whose_server_ended_it_is_not_looked_with_again(vendor):
    with looking() as session:
        driver = connection_of(session).connection.dbapi_connection
    with db.engine.connect() as outside:
        outside.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": driver.info.backend_pid})
    assert looked_with() is not session


@pytest.mark.engines("postgresql")
def test_whoever_loses_a_connection_leaves_those_that_are_kept(vendor):
    with looking() as kept:
        lose_a_connection()
    assert looked_with() is not kept


def lose_a_connection() -> None:
    with looking() as lost, db.engine.connect() as outside:
        ended = {"pid": connection_of(lost).connection.dbapi_connection.info.backend_pid}
        outside.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), ended)
        with pytest.raises(DBAPIError):
            _ASKED.rows(lost, {})
