"""A PostgreSQL whose owner prefers other settings than we do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import inspect, text

from keyferry.server import create_app
from keyferry.server.base_app import create_database_app
from keyferry.server.config import ConfigError, Settings
from keyferry.server.core.licensing import figures, listings
from keyferry.server.core.licensing.listings import Wanted
from keyferry.server.db import db, reading, transaction, troubles_in_words, upgrade
from tests.conftest import Vendor
from tests.refusals import refused
from tests.server.on_postgresql import app, new_database

__all__ = ["app"]

PREFERRED = {
    "DateStyle": "German, DMY",
    "TimeZone": "Pacific/Chatham",
    "search_path": "elsewhere, public",
    "client_encoding": "LATIN1",
    "standard_conforming_strings": "off",
    "default_transaction_isolation": "serializable",
    "statement_timeout": "1d",
}


def prefer(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for setting, value in PREFERRED.items():
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                    sql.Identifier(name), sql.Identifier(setting.lower()), sql.Literal(value)
                )
            )
    with psycopg.connect(url.replace("/postgres?", f"/{name}?"), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA elsewhere")


@pytest.fixture(params=["before init", "after init"])
def settings(postgresql: str, tmp_path, request: pytest.FixtureRequest) -> Settings:
    name, settings = new_database(postgresql, tmp_path)
    if request.param == "before init":
        prefer(postgresql, name)
    with create_database_app(settings).app_context():
        upgrade()
        db.engine.dispose()
    if request.param == "after init":
        prefer(postgresql, name)
    return settings


def test_a_license_lives_with_its_times_and_names(vendor: Vendor, clock):
    key = vendor.issue(seats=2, days=30, customer="łucja@example.com")
    machine = vendor.machine(key, "Ωμέγα-PC \\ 07")
    vendor.activate(machine)
    clock.now += timedelta(hours=1)
    vendor.activate(machine)
    with reading() as session:
        [license] = listings.licenses(session, Wanted(search="łucja"), now=clock.now).rows
        [activation] = license.activations
        assert activation.computer_name == "Ωμέγα-PC \\ 07"
        assert activation.activated_at == clock.now - timedelta(hours=1)
        assert activation.activated_at.utcoffset() == timedelta(0)
        assert figures.figures(session, now=clock.now)
    assert vendor.release(machine).recorded == "proven"


def test_the_connection_chooses_what_it_relies_on(app):
    with reading() as session:
        shown = {name: session.scalar(text(f"SHOW {name}")) for name in (*PREFERRED, "lock_timeout")}
        assert db.engine.dialect.default_schema_name == "public"
    assert shown == {
        "DateStyle": "ISO, YMD",
        "TimeZone": "UTC",
        "search_path": "public",
        "client_encoding": "UTF8",
        "standard_conforming_strings": "on",
        "default_transaction_isolation": "read committed",
        "statement_timeout": "30s",
        "lock_timeout": "15s",
    }
    assert inspect(db.engine).get_table_names("elsewhere") == []


@pytest.fixture
def in_schema(postgresql: str, tmp_path) -> Callable[[], Settings]:
    def in_schema() -> Settings:
        _, settings = new_database(postgresql, tmp_path)
        own = f"{settings.database}&options=-csearch_path%3Dkeyferry%20-cstatement_timeout%3D5min"
        return Settings(home=tmp_path, database_url=own, master_key=settings.master_key)

    return in_schema


def test_a_schema_that_the_address_chooses_counts(in_schema):
    settings = in_schema()
    with create_database_app(settings).app_context():
        with refused("database_schema_missing", ConfigError), troubles_in_words():
            upgrade()
        with transaction() as session:
            session.execute(text("CREATE SCHEMA keyferry"))
        upgrade()
        assert "license" in inspect(db.engine).get_table_names("keyferry")
        db.engine.dispose()
    with create_app(settings).app_context():
        with reading() as session:
            assert session.scalar(text("SHOW statement_timeout")) == "5min"
        db.engine.dispose()


def test_tables_that_the_accounts_search_path_led_to_are_found_and_not_made_anew(in_schema, tmp_path):
    settings = in_schema()
    without = Settings(
        home=tmp_path, database_url=settings.database.split("&options")[0], master_key=settings.master_key
    )
    with create_database_app(settings).app_context():
        with transaction() as session:
            session.execute(text("CREATE SCHEMA keyferry"))
        upgrade()
        db.engine.dispose()
    with create_database_app(without).app_context():
        with pytest.raises(ConfigError, match=r"schema keyferry .*csearch_path%3Dkeyferry") as refused:
            upgrade()
        assert refused.value.code == "database_in_another_schema"
        db.engine.dispose()
    new = f"{without.database}&options=-csearch_path%3Dpublic"
    with create_database_app(without.model_copy(update={"database_url": SecretStr(new)})).app_context():
        upgrade()
        assert inspect(db.engine).get_table_names("public") != []
        db.engine.dispose()
