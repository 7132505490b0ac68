"""What a backup file is, by its first bytes, and why one is refused."""

from __future__ import annotations

from pathlib import Path

from keyferry.protocol.sentences import CodedError

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
_BEGINNINGS = {b"SQLite format 3\0": SQLITE, b"PGDMP": POSTGRESQL}


class BackupRefused(CodedError):
    """A backup that can't be made, or a file that can't be restored."""


def kind_of(file: Path) -> str:
    """Return the kind of database that a backup is of, by how the file begins.

    Raises BackupRefused (not_a_backup, backup_unreadable).
    """
    try:
        with file.open("rb") as opened:
            beginning = opened.read(16)
    except OSError as error:
        raise BackupRefused(f"{file} can’t be read: {error.strerror}.", code="backup_unreadable") from None
    for known, kind in _BEGINNINGS.items():
        if beginning.startswith(known):
            return kind
    raise not_a_backup(file)


def not_a_backup(file: Path) -> BackupRefused:
    """Return the refusal of a file that `keyferry backup` did not make."""
    return BackupRefused(
        f"{file} isn’t a backup of Keyferry. Name a file that `keyferry backup` made.", code="not_a_backup"
    )


def damaged(file: Path) -> BackupRefused:
    """Return the refusal of a backup that can't be read as a whole, or was changed."""
    return BackupRefused(
        f"The backup {file} can’t be read as a whole, or was changed. Copy it again, or use another backup.",
        code="backup_damaged",
    )
