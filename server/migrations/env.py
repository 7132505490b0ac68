"""How alembic meets the database: online, in one transaction, one process at a time."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

# Any number will do, as long as nothing else in the database takes the same advisory lock.
_LOCK = 0x6B657966


def run(connection: Connection) -> None:
    configure_args: dict[str, Any] = current_app.extensions["migrate"].configure_args
    if context.is_offline_mode():
        raise RuntimeError("migrations run online only: the triggers differ between the databases")
    context.configure(
        connection=connection,
        target_metadata=current_app.extensions["sqlalchemy"].metadata,
        transactional_ddl=True,
        **configure_args,
    )
    with context.begin_transaction():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if connection.dialect.name == "postgresql":
            # A large table may take its time.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.run_migrations()


def main() -> None:
    engine = current_app.extensions["sqlalchemy"].engine
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # Batch mode copies a table and drops the old one, which would count as deleting its rows.
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            run(connection)
        finally:
            if is_sqlite:
                driver.execute("PRAGMA foreign_keys = ON")


main()
