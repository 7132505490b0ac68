"""The database: the only module that opens and commits, and the only one that knows each database's ways."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import URL, Connection, Engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from keyferry.server.config import ConfigError, Settings
from keyferry.server.core.models import Base
from keyferry.server.core.turns import Turns

MIGRATIONS = Path(__file__).with_name("migrations")

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate(directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)

_READS_ONLY = "keyferry_reads_only"
# SQLite lets one write at a time, and whoever waits for that sleeps blindly, for seconds if there are many.
# The threads of a process wait here instead, where the next one is woken.
_WRITERS = Turns(1, wait_seconds=15)
_PRAGMAS = (
    "PRAGMA busy_timeout = 15000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
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
# Where our tables are, if the address of the database does not choose a schema.
_OTHER_SCHEMA = """
    SELECT schemaname FROM pg_tables, pg_settings
    WHERE tablename IN ('license', 'audit_event') AND name = 'search_path' AND source <> 'client'
    GROUP BY schemaname HAVING count(*) = 2 ORDER BY schemaname LIMIT 1
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

# What SQLite and PostgreSQL report: the beginnings of SQLite's names, PostgreSQL's states, and what to say.
_TROUBLES = {
    "database_busy": (
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        ("40001", "40P01", "53200", "53300", "55P03", "57014"),
        "The database didn’t answer in time because others were using it. Try again.",
    ),
    "database_read_only": (
        ("SQLITE_READONLY", "SQLITE_PERM"),
        ("25006", "42501"),
        "This account can read the database but not write to it. Check who owns it and its folder.",
    ),
    "database_full": (
        ("SQLITE_FULL",),
        ("53100",),
        "The database’s disk is full. Free some space, then try again.",
    ),
    "database_disk_failed": (
        ("SQLITE_IOERR",),
        ("58030",),
        "The database’s disk reported an error. Check its free space and the system log.",
    ),
    "database_schema_missing": (
        (),
        ("3F000",),
        "The database has no such schema. Create it, or name another one in KEYFERRY_DATABASE_URL.",
    ),
    "database_unreachable": (
        ("SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT"),
        ("08",),
        "The database can’t be opened. Check that it’s running, that this account may use it, and "
        "KEYFERRY_DATABASE_URL.",
    ),
}


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
    migrate.init_app(app, db)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _listen_to_sqlite(db.engine)
        else:
            _listen_to_postgresql(db.engine)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a transaction that may write; commits at the end, rolls back on any exception. Do not nest it.

    This is the only place in the project that commits. On SQLite the first statement takes the write lock, so
    what was read is still true when it is written. Raises Busy (server_busy) where others take too long.
    """
    with _turn_to_write(), db.session.session_factory() as session, session.begin():
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """Open a transaction that only reads: it waits for nobody, and whatever it does is rolled back."""
    with db.session.session_factory() as session:
        session.connection(execution_options={_READS_ONLY: True})
        yield session


def _turn_to_write() -> AbstractContextManager[None]:
    return _WRITERS.turn() if db.engine.dialect.name == "sqlite" else nullcontext()


def require_migrated(settings: Settings) -> None:
    """Check that every table is there.

    Raises ConfigError (not_initialized, database_outdated, database_newer, database_unreachable).
    """
    _require_file(settings.sqlite_file)
    present, scripts = revision(), ScriptDirectory(str(MIGRATIONS))
    if present is None:
        raise ConfigError("The database is empty. Run `keyferry init` first.", code="not_initialized")
    _require_known(present, scripts)
    if present != scripts.get_current_head():
        raise ConfigError(
            "The database is from an older version of Keyferry. Run `keyferry init` to update it.",
            code="database_outdated",
        )


def revision() -> str | None:
    """Return the migration that the database stands at, None where it is empty; raises ConfigError."""
    try:
        with db.engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
            if present is None and connection.dialect.name == "postgresql":
                _require_no_other_schema(connection)
            return present
    except SQLAlchemyError as error:
        known = explained(error)
    raise known or _trouble("database_unreachable")


def upgrade() -> None:
    """Bring the database to the newest migration; nothing happens where it is there already.

    Raises ConfigError (database_newer).
    """
    _require_known(revision(), ScriptDirectory(str(MIGRATIONS)))
    command.upgrade(migrate.get_config(str(MIGRATIONS)), "head")


def explained(error: SQLAlchemyError) -> ConfigError | None:
    """Put into words what is wrong with the database, or return None where the statement was.

    The driver's text may hold the address and the account: it stays out.
    """
    if isinstance(error, PoolTimeout):
        return _trouble("database_busy")
    if not isinstance(error, DBAPIError):
        return None
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    state = getattr(error.orig, "sqlstate", None) or ""
    for code, (names, states, _) in _TROUBLES.items():
        if name.startswith(names) or state.startswith(states):
            return _trouble(code)
    # SQLite gives every failure a name; PostgreSQL's driver gives a lost connection no state.
    is_lost = isinstance(error, OperationalError | InterfaceError) and not name
    return _trouble("database_unreachable") if is_lost or error.connection_invalidated else None


@contextmanager
def troubles_in_words() -> Iterator[None]:
    """Raise ConfigError where the database is in trouble, for a face that shows it as it is."""
    try:
        yield
    except SQLAlchemyError as error:
        known = explained(error)
        if known is None:
            raise
        raise known from None


def _trouble(code: str) -> ConfigError:
    return ConfigError(_TROUBLES[code][2], code=code)


def _require_file(file: Path | None) -> None:
    try:
        if file is None or file.exists():
            return
    except OSError as error:
        message = f"The database {file} can’t be reached: {error.strerror}."
        raise ConfigError(message, code="database_unreachable") from None
    raise ConfigError(f"There’s no database {file}. Run `keyferry init` first.", code="not_initialized")


def _require_known(present: str | None, scripts: ScriptDirectory) -> None:
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise ConfigError(
            "The database is from a newer version of Keyferry. Update Keyferry.", code="database_newer"
        )


def _require_no_other_schema(connection: Connection) -> None:
    """Refuse to begin anew where the account's search path once led to our tables in another schema."""
    schema = connection.scalar(text(_OTHER_SCHEMA))
    if schema is not None:
        raise ConfigError(
            f"Keyferry's tables are in the schema {schema} of this database. To use them, add "
            f"?options=-csearch_path%3D{quote(schema)} to KEYFERRY_DATABASE_URL. To make new tables in the "
            "schema public, add ?options=-csearch_path%3Dpublic instead.",
            code="database_in_another_schema",
        )


def _engine_options(url: URL) -> dict[str, Any]:
    # Statements carry activation keys: neither an error nor a log line may show them.
    options = {"hide_parameters": True, "pool_pre_ping": True, "pool_timeout": _POOL_SECONDS}
    if url.get_backend_name() != "postgresql":
        return options
    # What the address itself says of the connection counts more.
    own = {name: value for name, value in _POSTGRESQL_CONNECTION.items() if name not in url.query}
    return {**options, "connect_args": own}


def _listen_to_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        # The driver would begin transactions by itself, too late and without the write lock.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads_only = connection.get_execution_options().get(_READS_ONLY)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _listen_to_postgresql(engine: Engine) -> None:
    # Before SQLAlchemy's own look at the connection: it asks for the schema that the search path leads to.
    @event.listens_for(engine, "connect", insert=True)
    def prepare(connection: Any, record: Any) -> None:
        connection.execute(_POSTGRESQL_SESSION)
        connection.commit()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # What may write is not said to: where the database itself may only be read, that is a refusal.
        driver: Any = connection.connection.dbapi_connection
        driver.read_only = True if connection.get_execution_options().get(_READS_ONLY) else None
