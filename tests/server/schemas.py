"""How the schema of a database is held against the models."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from keyferry.server.db import db


def differences(connection: Connection) -> list[Any]:
    """What the database has otherwise than the models say."""
    options = {"compare_type": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
