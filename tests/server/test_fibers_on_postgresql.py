"""Fibers on PostgreSQL: one thread has many requests under way, each of which waits for its own answer."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from keyferry.server import create_app
from keyferry.server.db import db, looking, transaction
from keyferry.server.db.postgresql_connection import opened_connection
from tests.server.fiber_thread import FiberThread

pytestmark = pytest.mark.engines("postgresql")

PATIENCE = 20


class Requests:
    """The fibers of one thread, each in the context of the application."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.thread = FiberThread()

    def ask(self, work: Callable[[], object]) -> Future[object]:
        [done] = self.ask_all([work])
        return done

    def ask_all(self, works: list[Callable[[], object]]) -> list[Future[object]]:
        return self.thread.submit_all([lambda work=work: self._do(work) for work in works])

    def _do(self, work: Callable[[], object]) -> object:
        with self.app.app_context():
            return work()


@pytest.fixture
def requests(app) -> Iterator[Requests]:
    requests = Requests(app)
    yield requests
    requests.thread.shutdown()


@pytest.fixture
def outside(settings) -> Iterator[psycopg.Connection]:
    """A connection of somebody else."""
    url = settings.database.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def look() -> object:
    with looking() as session:
        return session.execute(text("SELECT 'seen'")).scalar()


def wait_for_lock() -> object:
    with transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(7)"))
        return session.execute(text("SELECT pg_backend_pid()")).scalar()


def backend_that_waits(outside: psycopg.Connection) -> int:
    asked = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while (found := outside.execute(asked).fetchone()) is None:
        pass
    waits: int = found[0]
    return waits


def test_who_waits_for_a_lock_keeps_nobody_else_waiting(requests, outside):
    outside.execute("SELECT pg_advisory_lock(7)")
    waits = requests.ask(wait_for_lock)
    backend = backend_that_waits(outside)
    assert requests.ask(look).result(PATIENCE) == "seen"
    assert not waits.done()
    outside.execute("SELECT pg_advisory_unlock(7)")
    assert waits.result(PATIENCE) == backend


def test_what_breaks_off_is_raised_where_it_is_waited_for(requests, outside):
    outside.execute("SELECT pg_advisory_lock(7)")
    waits = requests.ask(wait_for_lock)
    outside.execute("SELECT pg_terminate_backend(%s)", [backend_that_waits(outside)])
    with pytest.raises(DBAPIError) as broken:
        waits.result(PATIENCE)
    assert broken.value.connection_invalidated
    assert requests.ask(look).result(PATIENCE) == "seen"


def test_the_first_ones_of_a_process_come_at_once(settings):
    """SQLAlchemy has everybody wait by a lock until the first connection is open."""
    app = create_app(settings)
    requests = Requests(app)
    assert {one.result(PATIENCE) for one in requests.ask_all([look] * 8)} == {"seen"}
    requests.thread.shutdown()
    with app.app_context():
        db.engine.dispose()


def test_a_connection_that_is_being_opened_keeps_nobody_else_waiting(requests):
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        silent.settimeout(PATIENCE)
        port = silent.getsockname()[1]
        opens = requests.ask(lambda: opened_connection(host="127.0.0.1", port=port, sslmode="disable"))
        accepted, _ = silent.accept()
        with closing(accepted):
            assert requests.ask(look).result(PATIENCE) == "seen"
            assert not opens.done()
        with pytest.raises(psycopg.OperationalError):
            opens.result(PATIENCE)
