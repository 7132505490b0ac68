"""`keyferry doctor` on a PostgreSQL that is away, empty, or may not be written to."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from tests.faces.conftest import keyferry
from tests.faces.doctoring import OK, checks, finding, settled
from tests.server.on_postgresql import new_database, settings

__all__ = ["checks", "finding", "keyferry", "settings", "settled"]


@pytest.fixture
def instance(keyferry, settings, monkeypatch) -> None:
    """The environment of an initialized instance."""
    monkeypatch.setenv("KEYFERRY_DATABASE_URL", settings.database)
    monkeypatch.setenv("KEYFERRY_MASTER_KEY", settings.master_key.get_secret_value())


def test_all_is_well_and_no_disk_is_looked_at(instance, checks):
    found = checks()
    for check in ("database", "database_writable", "master_key", "clock", "outbox"):
        assert found[check]["status"] == "ok"
    assert not {"disk", "master_key_file"} & set(found)


def test_a_server_that_does_not_run(instance, postgresql_server, checks):
    postgresql_server.stop()
    try:
        found = checks()
        assert found["database"]["code"] == "database_unreachable"
        assert found["master_key"]["status"] == "ok"
    finally:
        postgresql_server.start()
    assert checks()["database"]["status"] == "ok"


def test_a_database_without_tables(instance, postgresql, tmp_path, monkeypatch, keyferry, finding):
    _, empty = new_database(postgresql, tmp_path / f"{tmp_path.name}empty")
    monkeypatch.setenv("KEYFERRY_DATABASE_URL", empty.database)
    assert finding("database") == ("problem", "not_initialized")
    assert keyferry("init").exit_code == 0
    assert finding("database") == OK


def test_a_database_that_may_only_be_read(instance, postgresql, settings, finding):
    name = sql.Identifier(make_url(settings.database).database)
    with psycopg.connect(postgresql, autocommit=True) as outside:
        outside.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
        assert finding("database_writable") == ("problem", "database_read_only")
        outside.execute(sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name))
    assert finding("database_writable") == OK


def test_an_account_that_may_only_read(instance, postgresql, settings, monkeypatch, finding):
    url, role = make_url(settings.database), f"reader{settings.home.name}"
    role = "".join(filter(str.isalnum, role)).lower()
    name = sql.Identifier(role)
    owner = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(owner, autocommit=True) as outside:
        outside.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        outside.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(name))
        as_reader = url.set(username=role).render_as_string(hide_password=False)
        monkeypatch.setenv("KEYFERRY_DATABASE_URL", as_reader)
        assert finding("database_writable") == ("problem", "database_read_only")
        outside.execute(sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}").format(name))
        assert finding("database_writable") == OK
