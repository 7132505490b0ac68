"""The tables of a database: whether they are there, and bringing them up to date."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from flask import current_app
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from keyferry.server.config import ConfigError, Settings
from keyferry.server.db.opening import db
from keyferry.server.db.troubles import explained, trouble

MIGRATIONS = Path(__file__).parent.with_name("migrations")
# From the first to the newest; a test compares them with the scripts.
REVISIONS = ["0001"]

# Where our tables are, if the address of the database does not choose a schema.
_OTHER_SCHEMA = """
    SELECT schemaname FROM pg_tables, pg_settings
    WHERE tablename IN ('license', 'audit_event') AND name = 'search_path' AND source <> 'client'
    GROUP BY schemaname HAVING count(*) = 2 ORDER BY schemaname LIMIT 1
"""


def require_migrated(settings: Settings) -> None:
    """Check that every table is there.

    Raises ConfigError (not_initialized, database_outdated, database_newer, database_unreachable).
    """
    present = require_tables(settings)
    require_known(present)
    if present != REVISIONS[-1]:
        raise ConfigError(
            "The database is from an older version of Keyferry. Run `keyferry init` to update it.",
            code="database_outdated",
        )


def require_tables(settings: Settings) -> str:
    """Return the migration that the database stands at, whichever it is.

    Raises ConfigError (not_initialized, database_unreachable).
    """
    _require_file(settings.sqlite_file)
    present = revision()
    if present is None:
        raise ConfigError("The database is empty. Run `keyferry init` first.", code="not_initialized")
    return present


def revision() -> str | None:
    """Return the migration that the database stands at, None where it is empty; raises ConfigError."""
    try:
        with db.engine.connect() as connection:
            present = _present(connection)
            if present is None and connection.dialect.name == "postgresql":
                _require_no_other_schema(connection)
            return present
    except SQLAlchemyError as error:
        known = explained(error)
    raise known or trouble("database_unreachable")


def upgrade() -> None:
    """Bring the database to the newest migration; nothing happens where it is there already.

    Raises ConfigError (database_newer).
    """
    _make_file()
    require_known(revision())
    # Twelve megabytes, which a server that migrates nothing does without.
    from alembic import command
    from flask_migrate import Migrate

    migrate = Migrate(directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    migrate.init_app(current_app, db)
    command.upgrade(migrate.get_config(), "head")


def _make_file() -> None:
    """Make the file of an SQLite database where there is none; opening a database makes none."""
    if db.engine.dialect.name == "sqlite":
        # Where it can't be made, opening it says why.
        with suppress(OSError):
            os.close(os.open(str(db.engine.url.database), os.O_CREAT | os.O_WRONLY, 0o600))


def _present(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def require_known(present: str | None, what: str = "The database") -> None:
    """Refuse what a newer version of Keyferry has migrated; raises ConfigError (database_newer)."""
    if present is not None and present not in REVISIONS:
        raise ConfigError(
            f"{what} is from a newer version of Keyferry. Update Keyferry.", code="database_newer"
        )


def _require_file(file: Path | None) -> None:
    try:
        if file is None or file.exists():
            return
    except OSError as error:
        message = f"The database {file} can’t be reached: {error.strerror}."
        raise ConfigError(message, code="database_unreachable") from None
    raise ConfigError(f"There’s no database {file}. Run `keyferry init` first.", code="not_initialized")


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
