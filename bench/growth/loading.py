"""Bulk loading on either engine, past the application, which makes only products and staff itself."""

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

import psycopg
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import make_url

from bench.growth.rows import PRODUCTS, Row, Years
from keyferry.server import create_app
from keyferry.server.base_app import create_database_app
from keyferry.server.config import Settings
from keyferry.server.core import properties
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.folding import folded
from keyferry.server.core.licensing import products
from keyferry.server.core.models import Role
from keyferry.server.core.secrets import new_master_key
from keyferry.server.core.staff import operators
from keyferry.server.db import db, transaction, upgrade
from keyferry.server.parts import parts, utc_now

STAFF = By(Channel.COMMAND_LINE, "bench", role=Role.ADMINISTRATOR)
OPERATOR, PASSWORD = "bench", secrets.token_hex(16)
_AT_ONCE = 20_000
_POSTGRESQL_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
_COLUMNS = {
    "customer": "id email name notes created_at folded_name",
    "license": "id activation_key product_number customer_id seats seats_used expires_on "
    "days_from_first_activation first_activated_on lease_days features status notes created_at batch_id "
    "key_replaced_at",
    "activation": "id license_id epoch fingerprint commitment computer_id computer_name issued_on expires_on "
    "features channel activated_at refreshed_at ended_at ended_how unproven_before folded_computer_name",
    "audit_event": "id at event channel who address product_number license_id activation_id "
    "activation_key_ending code detail folded_who",
    "outbox_mail": "id created_at due_at template recipient sealed_text license_id channel who tries "
    "next_try_at delivered_at",
    "attempt": "bucket window_ends_at count",
}
# Where a row has the name that it is found by.
_NAMES = {"customer": 2, "activation": 6, "audit_event": 4}


@contextmanager
def loaded(folder: Path, licenses: int, address: str | None) -> Iterator[Flask]:
    """Open an application on SQLite in a folder, or on a PostgreSQL database, and fill it."""
    folder.mkdir()
    (folder / "master.key").write_text(new_master_key("bench") + "\n")
    database = None if address is None else SecretStr(address)
    settings = Settings(home=folder, database_url=database, public_url="https://keys.example.com")
    with create_database_app(settings).app_context():
        upgrade()
        db.engine.dispose()
    app = create_app(settings)
    with app.app_context():
        _made_by_the_application()
        db.engine.dispose()
        began = time.perf_counter()
        fill(Years(licenses), folder / "keyferry.db", address)
        print(f"{licenses:,} licenses loaded in {time.perf_counter() - began:.0f} s", flush=True)
        yield app
        db.engine.dispose()


def _made_by_the_application() -> None:
    now = utc_now()
    with transaction() as session:
        for number in range(1, PRODUCTS + 1):
            made = products.add_product(
                session,
                code=f"product-{number}",
                name=f"Product {number}",
                key_style="short",
                features=["export", "cam"],
                machine_source="host",
                keyring=parts().keyring,
                by=STAFF,
                now=now,
            )
            products.rotate(session, made, retire_old=False, keyring=parts().keyring, by=STAFF, now=now)
        operators.add(session, OPERATOR, Role.ADMINISTRATOR, PASSWORD, by=STAFF, now=now)
        # Their list would stand in the place of the start page.
        properties.put(session, properties.FIRST_DAY, "false", by=STAFF, now=now)


def fill(years: Years, database: Path, address: str | None) -> None:
    """Write all rows; what the application wrote into the audit before makes room."""
    tables = {
        "customer": years.customer_rows(),
        "license": years.license_rows(),
        "activation": years.activation_rows(),
        "audit_event": years.event_rows(),
        "outbox_mail": years.mail_rows(),
        "attempt": years.attempt_rows(),
    }
    if address is None:
        _fill_sqlite(tables, database)
    else:
        _fill_postgresql(tables, make_url(address).set(drivername="postgresql").render_as_string(False))


def _fill_sqlite(tables: dict[str, Iterator[Row]], database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in ("synchronous = OFF", "cache_size = -600000", "foreign_keys = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        shift = connection.execute("SELECT max(id) FROM audit_event").fetchone()[0]
        # With their indexes, though these are made much faster once the rows are there: SQLite then leaves no
        # room in their pages, and each activation would have to split as many of them.
        for table, rows in tables.items():
            columns = _COLUMNS[table].split()
            places = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
            connection.execute("BEGIN")
            while some := list(islice(_stored(rows, table, shift), _AT_ONCE)):
                if table == "license":
                    _issue_and_activate(connection, statement, some)
                else:
                    connection.executemany(statement, some)
            connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _issue_and_activate(connection: sqlite3.Connection, statement: str, licenses: list[Row]) -> None:
    """Write licenses as they were issued, and then what their activations changed of them.

    They grow by that. SQLite leaves no room in pages that it fills in order, so a vendor's were split then.
    Otherwise, each activation after loading would be the first to split one.
    """
    used, first = (_COLUMNS["license"].split().index(name) for name in ("seats_used", "first_activated_on"))
    issued = [(*row[:used], 0, *row[used + 1 : first], None, *row[first + 1 :]) for row in licenses]
    connection.executemany(statement, issued)
    activated = [(row[used], row[first], row[0]) for row in licenses if row[used] or row[first]]
    connection.executemany(
        "UPDATE license SET seats_used = ?, first_activated_on = ? WHERE id = ?", activated
    )


def _stored(rows: Iterator[Row], table: str, shift: int) -> Iterator[Row]:
    if table == "audit_event":
        rows = ((number + shift, *others) for number, *others in rows)
    if (name := _NAMES.get(table)) is not None:
        return ((*row, None if row[name] is None else folded(row[name])) for row in rows)
    return rows


def _fill_postgresql(tables: dict[str, Iterator[Row]], address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        # Foreign keys are right by themselves.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET maintenance_work_mem = '512MB'")
        indexes = connection.execute(_POSTGRESQL_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        [shift] = connection.execute("SELECT max(id) FROM audit_event").fetchone() or (0,)
        for table, rows in tables.items():
            columns = ", ".join(_COLUMNS[table].split())
            into = f"COPY {table} ({columns}) FROM STDIN"
            with connection.cursor() as cursor, cursor.copy(into) as copy:
                for row in _stored(rows, table, shift):
                    copy.write_row(row)
            if table != "attempt":
                following = f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"  # noqa: S608
                connection.execute(following)
        for _, sql in indexes:
            connection.execute(sql)
        # As autovacuum leaves them.
        connection.execute("VACUUM (ANALYZE)")
