"""Backups of an SQLite database: a database file that is complete by itself."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from keyferry.server.db.backup_files import BackupRefused, damaged, not_a_backup
from keyferry.server.db.opening import begin_reading, db
from keyferry.server.new_file import FileRefused

_MEBIBYTE = 1 << 20
# SQLite's files beside a database, which hold what isn't in the database's file yet.
_BESIDE = ("-wal", "-journal")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ")
# Two numbers that SQLite leaves to applications, and their places in the header of its files. In a backup
# they hold the beginning of a digest of everything else: SQLite itself notices no letter that has changed.
_MARKS = {"user_version": slice(60, 64), "application_id": slice(68, 72)}
_MARKED = slice(60, 72)


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
    _mark(file)


def revision_in(file: Path) -> str:
    """Return the migration that a backup stands at, once all of it has been checked; nothing is written.

    Raises BackupRefused (backup_in_use, backup_damaged, not_a_backup).
    """
    if any(_has_content(Path(f"{file}{suffix}")) for suffix in _BESIDE):
        raise BackupRefused(
            f"{file} isn’t complete by itself: a file beside it holds some of its changes, as of a database "
            "in use. Name a file that `keyferry backup` made.",
            code="backup_in_use",
        )
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as backup:
            if not {"alembic_version", "license"} <= set(_tables(backup)):
                raise not_a_backup(file)
            if not (_is_whole(backup, file) and _is_as_marked(file) and _is_sound(backup)):
                raise damaged(file)
            [(revision,)] = backup.execute("SELECT version_num FROM alembic_version")
    except (sqlite3.Error, ValueError):
        raise damaged(file) from None
    return str(revision)


def copy(file: Path, to: Path) -> None:
    """Copy a backup into an empty file.

    Raises BackupRefused (backup_damaged), FileRefused (file_not_writable), SQLAlchemyError.
    """
    try:
        shutil.copyfile(file, to)
    except OSError as error:
        raise FileRefused(f"{to} can’t be written: {error.strerror}.", code="file_not_writable") from None
    try:
        with closing(sqlite3.connect(to)) as copied:
            # Where nothing can be written, SQLite passes over definitions that it can't read.
            copied.execute("PRAGMA page_count")
            # From here on the database changes, and its marks would say that it was damaged.
            for name in _MARKS:
                copied.execute(f"PRAGMA {name} = 0")
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(_DAMAGED):
            raise damaged(file) from None
        # The copy is at fault, or its disk: a backup that can be read has become no other.
        raise OperationalError(None, None, error) from None


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


def _mark(file: Path) -> None:
    """Write the digest of a finished backup into it, and read it once more as it is now on the disk."""
    with _writing(), open(file, "r+b") as backup:
        digest = _digest_of(backup)
        for at, place in enumerate(_MARKS.values()):
            backup.seek(place.start)
            backup.write(digest[4 * at :][:4])
        backup.flush()
        os.fsync(backup.fileno())
    if not _is_as_marked(file):
        raise FileRefused(
            f"What was written to {file.name} reads differently, so no backup was made. Check the disk, or "
            "name a file on another one.",
            code="file_not_writable",
        )


def _is_as_marked(file: Path) -> bool:
    """Whether a backup is as it was made; also one without marks, which SQLite itself may have copied."""
    with open(file, "rb") as backup:
        header = backup.read(_MARKED.stop)
        marks = b"".join(header[place] for place in _MARKS.values())
        return not any(marks) or marks == _digest_of(backup)


def _digest_of(backup: BinaryIO) -> bytes:
    """Return the digest of a file without its marks."""
    digest = hashlib.sha256()
    backup.seek(0)
    header = bytearray(backup.read(_MARKED.stop))
    for place in _MARKS.values():
        header[place] = bytes(len(header[place]))
    digest.update(header)
    while part := backup.read(_MEBIBYTE):
        digest.update(part)
    return digest.digest()[: 4 * len(_MARKS)]


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileRefused(
            f"The backup can’t be written: {error.strerror}.", code="file_not_writable"
        ) from None


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
