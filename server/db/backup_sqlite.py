"""Backups of an SQLite database: a database file that is complete by itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from keyferry.server.db.backup_files import BackupRefused, damaged, not_a_backup
from keyferry.server.db.opening import begin_reading, db
from keyferry.server.new_file import FileRefused

# SQLite's files beside a database, which hold what isn't in the database's file yet.
_BESIDE = ("-wal", "-journal")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ")


def save(file: Path) -> None:
    """Copy the database into an empty file, as it is at this moment; nobody has to wait for that.

    Raises BackupRefused (database_damaged), FileRefused (file_not_writable), SQLAlchemyError.
    """
    with db.engine.connect() as connection:
        begin_reading(connection)
        # From here on the database is seen as it is now. The copying itself would wait forever for a lock.
        connection.exec_driver_sql("SELECT count(*) FROM alembic_version")
        driver: Any = connection.connection.dbapi_connection
        with _copying(), closing(sqlite3.connect(file, isolation_level=None)) as copy:
            # At once: in several steps, each change of the database would begin it anew.
            driver.backup(copy)
    # After the database has been let go: checking takes longer than copying.
    with _copying(), closing(sqlite3.connect(file, isolation_level=None)) as copy:
        # One file, with nothing beside it, also on a disk that can only be read.
        copy.execute("PRAGMA journal_mode = DELETE")
        is_sound = _is_sound(copy)
    if not is_sound:
        raise _database_damaged()


def revision_in(file: Path) -> str:
    """Return the migration that a backup stands at, once all of it has been checked; nothing is written.

    Raises BackupRefused (backup_in_use, backup_damaged, not_a_backup).
    """
    if any(_has_content(Path(f"{file}{suffix}")) for suffix in _BESIDE):
        raise BackupRefused(
            f"{file} is a database in use, not a backup: a file beside it holds some of its changes. "
            "Name a file that `keyferry backup` made.",
            code="backup_in_use",
        )
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as backup:
            if not {"alembic_version", "license"} <= set(_tables(backup)):
                raise not_a_backup(file)
            if not (_is_whole(backup, file) and _is_sound(backup)):
                raise damaged(file)
            [(revision,)] = backup.execute("SELECT version_num FROM alembic_version")
    except (sqlite3.Error, ValueError):
        raise damaged(file) from None
    return str(revision)


def copy(file: Path, to: Path) -> None:
    """Copy a backup into an empty file.

    Raises BackupRefused (backup_damaged), FileRefused (file_not_writable).
    """
    try:
        shutil.copyfile(file, to)
    except OSError as error:
        raise FileRefused(f"{to} can’t be written: {error.strerror}.", code="file_not_writable") from None
    try:
        with closing(sqlite3.connect(to)) as copied:
            # Where nothing can be written, SQLite passes over definitions that it can't read.
            copied.execute("PRAGMA page_count")
    except sqlite3.Error:
        raise damaged(file) from None


def require_readable(file: Path) -> None:
    """Read every row of the database, which is a copy of this backup; raises BackupRefused (backup_damaged).

    SQLite takes a column whose name was damaged for another column, and whatever it holds for a text.
    """
    try:
        with db.engine.connect() as connection:
            begin_reading(connection)
            for table in db.metadata.sorted_tables:
                for _ in connection.execution_options(yield_per=1000).execute(select(table)):
                    pass
    except (SQLAlchemyError, sqlite3.Error, ValueError, TypeError):
        raise damaged(file) from None


def is_empty(database: Path) -> bool:
    """Whether a database may be put in the place of this file, without anything being lost."""
    try:
        if database.exists():
            with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)) as connection:
                if list(_tables(connection)):
                    return False
    except sqlite3.Error:
        return False
    # SQLite would take what is left beside another database for changes of the one that comes here.
    return not any(_has_content(Path(f"{database}{suffix}")) for suffix in _BESIDE)


def _tables(connection: sqlite3.Connection) -> Iterator[str]:
    # All of the definitions, to see whether they can be read.
    found = connection.execute("SELECT type, name, sql FROM sqlite_master")
    return (name for kind, name, _ in found if kind == "table")


def _is_whole(backup: sqlite3.Connection, file: Path) -> bool:
    # SQLite takes what is missing from the last page for zeros.
    [(pages,)], [(size,)] = (
        backup.execute(f"PRAGMA {name}").fetchall() for name in ("page_count", "page_size")
    )
    return file.stat().st_size >= int(pages) * int(size)


def _is_sound(connection: sqlite3.Connection) -> bool:
    found = connection.execute("PRAGMA integrity_check(1)").fetchall()
    return found == [("ok",)] and not connection.execute("PRAGMA foreign_key_check").fetchall()


def _has_content(file: Path) -> bool:
    try:
        return os.stat(file).st_size > 0
    except FileNotFoundError:
        return False


@contextmanager
def _copying() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_FULL":
            raise FileRefused(
                "The disk is full, so no backup was made. Free some space, or name a file on another disk.",
                code="file_not_writable",
            ) from None
        if name.startswith(_DAMAGED):
            raise _database_damaged() from None
        raise OperationalError(None, None, error) from None


def _database_damaged() -> BackupRefused:
    return BackupRefused(
        "The database is damaged, so no backup was made. Keep your earlier backups, and check the disk.",
        code="database_damaged",
    )
