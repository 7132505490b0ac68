"""Which database engine a test runs on: a plugin of `tests/conftest.py`.

SQLite, unless a module says otherwise: `pytestmark = pytest.mark.engines("sqlite", "postgresql")` for what
the engines do differently, and one of them for what only it does. `--engine postgresql` runs on PostgreSQL
whatever can: all tests with a database but those of SQLite alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Pool, event

from keyferry.server.base_app import create_database_app
from keyferry.server.config import Settings
from keyferry.server.db import db, upgrade
from tests.postgresql_server import PostgresqlServer, is_installed

SQLITE, POSTGRESQL = "sqlite", "postgresql"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=(SQLITE, POSTGRESQL), help="run what uses a database, on this one")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_engine" not in metafunc.fixturenames:
        return
    mark, only = metafunc.definition.get_closest_marker("engines"), metafunc.config.getoption("engine")
    engines = mark.args if mark else (only or SQLITE,)
    if only:
        engines = [engine for engine in engines if engine == only]
    if engines != (SQLITE,):
        metafunc.parametrize("database_engine", engines, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what starts PostgreSQL, and leave out what can't run here or wasn't asked for."""
    kept, left_out = [], []
    for item in items:
        engine = _engine_of(item)
        if engine == POSTGRESQL:
            item.add_marker(pytest.mark.processes)
        wanted = config.getoption("engine") in (None, engine)
        (kept if wanted and (engine != POSTGRESQL or is_installed()) else left_out).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


def _engine_of(item: pytest.Item) -> str | None:
    """Return the engine that a test was parametrized with, None where it uses no database of ours."""
    if "database_engine" not in getattr(item, "fixturenames", ()):
        return None
    chosen: str = item.callspec.params.get("database_engine", SQLITE) if hasattr(item, "callspec") else SQLITE
    return chosen


@pytest.fixture(scope="session")
def database_engine(request: pytest.FixtureRequest) -> str:
    """The engine of this test."""
    engine: str = getattr(request, "param", SQLITE)
    return engine


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with every migration: made once, since copying a file is quicker than migrating."""
    home = tmp_path_factory.mktemp("migrated")
    _migrate(Settings(home=home))
    return home / "keyferry.db"


class Databases:
    """A PostgreSQL server's one database for tests, which is made anew for each of them.

    Copying a migrated one takes some 10 ms in memory; it always has the same name, so that one application
    serves all tests.
    """

    def __init__(self, server: PostgresqlServer, folder: Path) -> None:
        self._server = server
        self.url = server.address.replace("/postgres?", "/keyferry_test?")
        self._run("CREATE DATABASE keyferry_migrated")
        _migrate(Settings(home=folder, database_url=self.url.replace("_test?", "_migrated?")))

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Close afterwards what was opened through SQLAlchemy meanwhile: psycopg complains of what is not."""
        opened: list[psycopg.Connection] = []

        def note(connection: psycopg.Connection, _record: object) -> None:
            opened.append(connection)

        event.listen(Pool, "connect", note)
        yield
        event.remove(Pool, "connect", note)
        for connection in opened:
            connection.close()

    def renew(self) -> None:
        """Replace the database, whoever is connected."""
        self._run("DROP DATABASE IF EXISTS keyferry_test WITH (FORCE)")
        self._run("CREATE DATABASE keyferry_test TEMPLATE keyferry_migrated STRATEGY file_copy")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server.address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement))


@pytest.fixture(scope="session")
def databases(postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return Databases(postgresql_server, tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def database_url(database_engine: str, request: pytest.FixtureRequest) -> str | None:
    """The address of the PostgreSQL database that the worker's tests use one after another."""
    if database_engine == SQLITE:
        return None
    databases: Databases = request.getfixturevalue("databases")
    databases.renew()
    return databases.url


@pytest.fixture
def settings(
    tmp_path: Path,
    migrated_database: Path,
    master_key: str,
    database_url: str | None,
    request: pytest.FixtureRequest,
) -> Iterator[Settings]:
    """An instance of its own for each test, with an empty database."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "master.key").write_text(master_key)
    if database_url is None:
        shutil.copy(migrated_database, home / "keyferry.db")
        yield Settings(home=home)
        return
    databases: Databases = request.getfixturevalue("databases")
    databases.renew()
    with databases.closed():
        yield Settings(home=home, database_url=database_url)


def _migrate(settings: Settings) -> None:
    with create_database_app(settings).app_context():
        upgrade()
        # Closing writes SQLite's log into the file that is copied, and lets PostgreSQL's be copied.
        db.engine.dispose()
