"""What is wrong with a database, in words: what SQLite and PostgreSQL report as codes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from keyferry.server.config import ConfigError

# What SQLite and PostgreSQL report: the beginnings of SQLite's names, PostgreSQL's states, and what to say.
_TROUBLES = {
    "database_busy": (
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        ("40001", "40P01", "53200", "53300", "55P03", "57014"),
        "The database couldn’t do this in time. Try again.",
    ),
    "database_read_only": (
        ("SQLITE_READONLY", "SQLITE_PERM"),
        ("25006", "42501"),
        "The database can be read, but not written to. Check who owns it and its folder, whether its disk is "
        "read-only, and whether PostgreSQL runs as a standby there.",
    ),
    "database_full": (
        ("SQLITE_FULL",),
        ("53100",),
        "The database’s disk is full. Free some space, then try again.",
    ),
    "database_disk_failed": (
        ("SQLITE_IOERR",),
        ("58030",),
        "The database’s disk reported an error. Check its free space and the system log.",
    ),
    "database_schema_missing": (
        (),
        ("3F000",),
        "The database has no such schema. Create it, or name another one in KEYFERRY_DATABASE_URL.",
    ),
    "database_damaged": (
        ("SQLITE_NOTADB", "SQLITE_CORRUPT"),
        ("XX001", "XX002"),
        "The database is damaged, or it isn’t one. Keep its file, and restore a backup into an empty "
        "instance.",
    ),
    "database_unreachable": (
        ("SQLITE_CANTOPEN",),
        ("08",),
        "The database can’t be opened. Check that it’s running, that this account may use it, and "
        "KEYFERRY_DATABASE_URL.",
    ),
}


def explained(error: SQLAlchemyError) -> ConfigError | None:
    """Put into words what is wrong with the database, or return None where the statement was.

    The driver's text may hold the address and the account: it stays out.
    """
    if isinstance(error, PoolTimeout):
        return trouble("database_busy")
    if not isinstance(error, DBAPIError):
        return None
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    state = getattr(error.orig, "sqlstate", None) or ""
    for code, (names, states, _) in _TROUBLES.items():
        if name.startswith(names) or state.startswith(states):
            return trouble(code)
    # SQLite gives every failure a name; PostgreSQL's driver gives a lost connection no state.
    is_lost = isinstance(error, OperationalError | InterfaceError) and not name
    return trouble("database_unreachable") if is_lost or error.connection_invalidated else None


@contextmanager
def troubles_in_words() -> Iterator[None]:
    """Raise ConfigError where the database is in trouble, for a face that shows it as it is."""
    try:
        yield
    except SQLAlchemyError as error:
        known = explained(error)
        if known is None:
            raise
        raise known from None


def trouble(code: str) -> ConfigError:
    """Return the error for a trouble that has a name."""
    return ConfigError(_TROUBLES[code][2], code=code)
