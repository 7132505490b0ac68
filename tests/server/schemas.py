"""How the schema of a database is held against the models."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from keyferry.server.db import db

# Alembic does not read back by which expression an index sorts: tests of the plans show that these are used.
BY_EXPRESSION = {"ix_activation_computer_name", "ix_customer_name"}


def differences(connection: Connection) -> list[Any]:
    """What the database has otherwise than the models say."""

    def is_compared(thing: object, name: str | None, kind: str, is_reflected: bool, other: object) -> bool:
        return not (kind == "index" and name in BY_EXPRESSION)

    options = {"compare_type": True, "include_object": is_compared}
    return compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
