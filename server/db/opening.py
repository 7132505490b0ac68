"""Opening a database, and its transactions, with what everything here relies on."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from select import POLLIN, poll
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import URL, Connection, Engine, ExceptionContext, QueuePool, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError

from keyferry.server.config import ConfigError, Settings
from keyferry.server.core.models import Base
from keyferry.server.core.prepared import driven, is_of_standby
from keyferry.server.db.tickets import SHARING, aside, new_ticket

db = SQLAlchemy(model_class=Base)

_BUSY_SECONDS = 15
_BUSY_TIMEOUT = f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}"
_BEGIN_WRITING = "BEGIN IMMEDIATE"
_ASK_AGAIN_SECONDS = 0.1
_PRAGMAS = (
    _BUSY_TIMEOUT,
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # At 64 MB within a commit, which `checkpoints` has left little to do: only then does nobody else
    # write, and the log begins anew.
    "PRAGMA wal_autocheckpoint = 16000",
    # For each connection, of which a process has several: 1 MB is what a search through a million wants.
    "PRAGMA cache_size = -1000",
)

# Nothing that we rely on is left to the database, the account or the server's configuration to choose.
_POSTGRESQL_SESSION = """
    SET client_encoding = 'UTF8';
    SET standard_conforming_strings = on;
    SET DateStyle = 'ISO, YMD';
    SET TimeZone = 'UTC';
    SET default_transaction_isolation = 'read committed';
    SELECT set_config(name, value, false) FROM pg_settings JOIN (
        VALUES ('search_path', 'public'), ('lock_timeout', '15s'), ('statement_timeout', '30s')
    ) AS ours (name, value) USING (name) WHERE source <> 'client'
"""
# A server that is gone without a word is noticed, too.
_POSTGRESQL_CONNECTION = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
_POOL_SECONDS = 10
# One for each of a process's eight threads and four fibers, for four sessions that wait to look, and for what
# works beside them. What is opened beyond these is closed after its use, and to open one takes PostgreSQL as
# long as ten activations.
_POSTGRESQL_POOL = {"pool_size": 18, "max_overflow": 3}


def init_database(app: Flask, settings: Settings) -> None:
    """Bind the database to an application; nothing is opened yet."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(make_url(settings.database))
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    try:
        db.init_app(app)
    except ModuleNotFoundError:
        raise ConfigError(
            "PostgreSQL needs a driver. Install it: pip install 'keyferry[server,postgresql]'.",
            code="database_driver_missing",
        ) from None
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _listen_to_sqlite(db.engine)
        else:
            _listen_to_postgresql(db.engine)


def connected(engine: Engine) -> Connection:
    """Take a connection; raises SQLAlchemyError."""
    # While the first is opened, SQLAlchemy has all others wait by a lock, which no fiber can leave.
    is_there = isinstance(engine.pool, QueuePool) and engine.pool.checkedin() > 0
    return engine.connect() if is_there or engine.dialect.name == "sqlite" else aside(engine.connect)


def begin_reading(connection: Connection) -> None:
    """Begin a transaction that only reads, and sees one state of the database throughout."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        driver.execute("BEGIN")
    else:
        driver.read_only = True


def begin_writing(connection: Connection) -> None:
    """Begin a transaction that may write: on SQLite it has the write lock from the beginning."""
    if connection.dialect.name == "sqlite":
        # Sessions that join must know of it, or they would end it.
        connection.begin()
        if SHARING.get() is None:
            driven(connection, _BEGIN_WRITING)
        else:
            _begin_on_shared_thread(connection)
    else:
        # What may write is not said to: where the database itself may only be read, that is a refusal.
        driver: Any = connection.connection.dbapi_connection
        driver.read_only = None


def _begin_on_shared_thread(connection: Connection) -> None:
    """Wait for SQLite's write lock without sleeping in SQLite, which would hold up the whole thread.

    Only programs without our queue are waited for here, so asking again is good enough.
    """
    deadline = time.monotonic() + _BUSY_SECONDS
    driven(connection, "PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                driven(connection, _BEGIN_WRITING)
                return
            except DBAPIError as error:
                if not _is_busy(error) or time.monotonic() >= deadline:
                    raise
            new_ticket().acquire(timeout=_ASK_AGAIN_SECONDS)
    finally:
        driven(connection, _BUSY_TIMEOUT)


def _is_busy(error: DBAPIError) -> bool:
    name: str = getattr(error.orig, "sqlite_errorname", None) or ""
    return name.startswith("SQLITE_BUSY")


def _engine_options(url: URL) -> dict[str, Any]:
    # Statements carry activation keys: neither an error nor a log line may show them.
    options = {"hide_parameters": True, "pool_timeout": _POOL_SECONDS}
    if url.get_backend_name() != "postgresql":
        return options
    return {**options, **_POSTGRESQL_POOL, "connect_args": connection_options(url)}


def connection_options(url: URL) -> dict[str, str]:
    """Return what a connection to PostgreSQL is opened with, beside what its address itself says."""
    return {name: value for name, value in _POSTGRESQL_CONNECTION.items() if name not in url.query}


def _listen_to_sqlite(engine: Engine) -> None:
    path = str(engine.url.database)

    @event.listens_for(engine, "do_connect")
    def require_file(dialect: Any, record: Any, *_: object) -> None:
        record.info["file"] = _file_at(path)
        # SQLite would make an empty database, and remove the log of the one that was moved away.
        if record.info["file"] is None:
            raise sqlite3.OperationalError("unable to open database file")

    @event.listens_for(engine, "checkout")
    def require_same_file(connection: Any, record: Any, proxy: Any) -> None:
        # What is written to a file that was moved away or replaced, nobody would find again.
        if record.info["file"] != _file_at(path):
            raise DisconnectionError("another file")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        # The driver would begin transactions by itself, too late and without the write lock.
        connection.isolation_level = None
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except sqlite3.OperationalError as error:
            # It can't make its files beside the database there, and says only that it can't open one.
            if error.sqlite_errorname == "SQLITE_CANTOPEN" and not os.access(os.path.dirname(path), os.W_OK):
                error.sqlite_errorname = "SQLITE_READONLY_DIRECTORY"
            raise


def is_alive(connection: Connection) -> bool:
    """Whether a connection that was kept open leads to the database still, as far as is known here."""
    if connection.dialect.name == "sqlite":
        file: tuple[int, int] = connection.connection.info["file"]
        return file == _file_at(str(connection.engine.url.database))
    driver: Any = connection.connection.dbapi_connection
    return not driver.closed and not _has_news(driver)


def _file_at(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _listen_to_postgresql(engine: Engine) -> None:
    # Only who has PostgreSQL has its driver.
    from keyferry.server.db.postgresql_connection import opened_connection

    @event.listens_for(engine, "do_connect")
    def open_ours(dialect: Any, record: Any, arguments: Any, options: Any) -> Any:
        return opened_connection(*arguments, **options)

    # Before SQLAlchemy's own look at the connection: it asks for the schema that the search path leads to.
    @event.listens_for(engine, "connect", insert=True)
    def prepare(connection: Any, record: Any) -> None:
        connection.execute(_POSTGRESQL_SESSION)
        connection.commit()

    @event.listens_for(engine, "checkout")
    def require_alive(connection: Any, record: Any, proxy: Any) -> None:
        # A server that ends says so, one that waits says nothing, and asking would take as long as a query.
        if not connection.closed and not _has_news(connection):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    @event.listens_for(engine, "handle_error")
    def leave_standby(context: ExceptionContext) -> None:
        context.is_disconnect = context.is_disconnect or is_of_standby(context.original_exception)


def _has_news(connection: Any) -> bool:
    poller = poll()
    poller.register(connection.fileno(), POLLIN)
    return bool(poller.poll(0))
