"""The database: the only room that opens and commits, and the only one that knows each database's ways."""

from keyferry.server.db.migrating import (
    MIGRATIONS,
    require_known,
    require_migrated,
    require_tables,
    revision,
    upgrade,
)
from keyferry.server.db.opening import db, init_database
from keyferry.server.db.transactions import (
    do_in_transaction,
    looking,
    one_at_a_time,
    reading,
    require_writable,
    transaction,
)
from keyferry.server.db.troubles import explained, troubles_in_words

__all__ = [
    "MIGRATIONS",
    "db",
    "do_in_transaction",
    "explained",
    "init_database",
    "looking",
    "one_at_a_time",
    "reading",
    "require_known",
    "require_migrated",
    "require_tables",
    "require_writable",
    "revision",
    "transaction",
    "troubles_in_words",
    "upgrade",
]
