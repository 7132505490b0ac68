import shutil
import sqlite3
import sys
import threading
from contextlib import closing

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, func, select, text
from sqlalchemy.exc import DatabaseError

from keyferry.server import create_app
from keyferry.server.base_app import create_database_app
from keyferry.server.config import ConfigError, Settings
from keyferry.server.core.errors import SecretUnreadable
from keyferry.server.core.models import Attempt
from keyferry.server.core.secrets import new_master_key
from keyferry.server.db import MIGRATIONS, db, explained, migrating, reading, transaction, upgrade
from tests.server.schemas import differences

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def refusal_of(settings: Settings) -> str:
    with pytest.raises(ConfigError) as refused:
        create_app(settings)
    return refused.value.code


def count() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Attempt)) or 0


def attempt(clock, bucket: str = "a") -> Attempt:
    return Attempt(bucket=bucket, window_ends_at=clock.now, count=1)


def test_models_and_migrations_agree(app):
    with db.engine.connect() as connection:
        assert differences(connection) == []


def test_migrations_run_on_an_empty_database_and_again_for_nothing(tmp_path):
    with create_database_app(Settings(home=tmp_path)).app_context():
        upgrade()
        upgrade()
        assert count() == 0
        db.engine.dispose()


@pytest.mark.engines("sqlite")
def test_sqlite_is_opened_durable_and_with_its_constraints(app):
    with reading() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 15000}


def test_a_transaction_commits_at_its_end(app, clock):
    with transaction() as session:
        session.add(attempt(clock))
    assert count() == 1


def test_a_transaction_rolls_back_on_any_exception(app, clock):
    def interrupted() -> None:
        with transaction() as session:
            session.add(attempt(clock))
            session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert count() == 0


@pytest.mark.engines("sqlite")
def test_what_a_reading_does_is_rolled_back(app, clock):
    with reading() as session:
        session.add(attempt(clock))
        session.flush()
    assert count() == 0


@pytest.mark.engines("sqlite")
def test_a_transaction_holds_the_write_lock_before_it_reads(app, clock):
    """Two read-modify-writes at once: the second reads only after the first has committed."""
    entered = threading.Event()

    def second() -> None:
        with app.app_context(), transaction() as session:
            row = session.get_one(Attempt, "a")
            entered.set()
            row.count += 1

    with transaction() as session:
        session.add(attempt(clock))
    thread = threading.Thread(target=second)
    with transaction() as session:
        row = session.get_one(Attempt, "a")
        thread.start()
        assert not entered.wait(0.1)
        row.count += 1
    thread.join()
    with reading() as session:
        assert session.get_one(Attempt, "a").count == 3


def test_a_reader_waits_for_no_writer(app, clock):
    with transaction() as session:
        session.add(attempt(clock))
        session.flush()
        assert count() == 0


def test_a_server_without_a_database_says_what_to_run(tmp_path):
    assert refusal_of(Settings(home=tmp_path)) == "not_initialized"
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_not_initialized(tmp_path):
    (tmp_path / "keyferry.db").touch()
    assert refusal_of(Settings(home=tmp_path)) == "not_initialized"


def test_the_server_knows_every_migration_without_reading_them():
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert [script.revision for script in scripts][::-1] == migrating.REVISIONS


def test_a_database_of_an_older_version_is_outdated_until_it_is_upgraded(settings, tmp_path, monkeypatch):
    shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    (tmp_path / "migrations" / "versions" / "next.py").write_text(
        f"revision, down_revision = 'next', '{newest}'\n\n\ndef upgrade():\n    pass\n"
    )
    monkeypatch.setattr(migrating, "MIGRATIONS", tmp_path / "migrations")
    monkeypatch.setattr(migrating, "REVISIONS", [newest, "next"])
    assert refusal_of(settings) == "database_outdated"
    with create_database_app(settings).app_context():
        upgrade()
        db.engine.dispose()
    create_app(settings)


def test_a_database_of_a_newer_version_is_named(settings):
    with create_database_app(settings).app_context():
        with transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        db.engine.dispose()
    assert refusal_of(settings) == "database_newer"


def trouble_of(url: str, statement: str = "BEGIN IMMEDIATE") -> str | None:
    engine = create_engine(url, connect_args={"timeout": 0}, poolclass=NullPool)
    with pytest.raises(DatabaseError) as raised, engine.connect() as connection:
        connection.exec_driver_sql(statement)
    known = explained(raised.value)
    return known and known.code


@pytest.mark.engines("sqlite")
def test_a_locked_database_is_told_from_one_that_cannot_be_written_or_opened(settings, tmp_path):
    url = f"sqlite:///{settings.sqlite_file}"
    with closing(sqlite3.connect(settings.sqlite_file)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert trouble_of(url) == "database_busy"
    read_only = f"sqlite:///file:{settings.sqlite_file}?mode=ro&uri=true"
    assert trouble_of(read_only, "DELETE FROM attempt") == "database_read_only"
    assert trouble_of(f"sqlite:///{tmp_path}/nowhere/db") == "database_unreachable"
    assert trouble_of(url, "INSERT INTO alembic_version VALUES (NULL)") is None


def test_a_missing_driver_of_postgresql_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert refusal_of(Settings(database_url="postgresql://h/x")) == "database_driver_missing"


def test_a_file_that_is_no_database_is_noticed(tmp_path):
    (tmp_path / "keyferry.db").write_text("this is not a database, whatever its name says" * 100)
    assert refusal_of(Settings(home=tmp_path)) == "database_damaged"


def test_a_server_without_its_master_key_does_not_start(settings):
    (settings.home / "master.key").unlink()
    assert refusal_of(settings) == "missing_master_key"


def test_a_server_with_the_master_key_of_another_does_not_start(vendor, settings, tmp_path):
    (settings.home / "master.key").write_text(new_master_key("test"))
    with pytest.raises(SecretUnreadable) as refused:
        create_app(settings)
    assert refused.value.code == "wrong_master_key"


@pytest.mark.engines("sqlite")
def test_a_copied_database_works_with_its_master_key(vendor, settings, tmp_path):
    with vendor.app.app_context():
        db.engine.dispose()
    shutil.copytree(settings.home, tmp_path / "copy")
    create_app(Settings(home=tmp_path / "copy"))
