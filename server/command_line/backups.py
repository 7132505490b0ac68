"""`keyferry backup` and `keyferry restore`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from pydantic import SecretStr
from sqlalchemy import URL, func, select

from keyferry.protocol.sentences import CodedError
from keyferry.server.base_app import create_database_app
from keyferry.server.command_line.answers import Answer, AnsweringCommand
from keyferry.server.command_line.initialize import address, home_not_writable, make_folder
from keyferry.server.config import ConfigError, Settings, load_keyring, load_settings
from keyferry.server.core.errors import CoreError
from keyferry.server.core.licensing.products import check_master_key
from keyferry.server.core.models import Product
from keyferry.server.db import (
    backup_files,
    backup_postgresql,
    backup_sqlite,
    db,
    reading,
    require_known,
    require_tables,
    revision,
    upgrade,
)
from keyferry.server.db.backup_files import POSTGRESQL, SQLITE, BackupRefused
from keyferry.server.new_file import file_in_place

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Examples:
  keyferry backup /var/backups/keyferry-monday.backup
  keyferry backup "keyferry-$(date +%F).backup"    a new name each day
""",
)
@click.argument("file", type=_FILE)
def backup(file: Path) -> Answer:
    """Save the database to a file, also while the server runs.

    FILE is new, readable only by you, and complete by itself. It never holds the master key: keep a copy of
    that elsewhere. PostgreSQL needs pg_dump (Debian: postgresql-client).
    """
    settings = load_settings()
    with _opened(settings):
        is_sqlite = settings.sqlite_file is not None
        if not is_sqlite:
            backup_postgresql.require_client()
        require_tables(settings)
        with file_in_place(file) as filled:
            (backup_sqlite if is_sqlite else backup_postgresql).save(filled)
    size = file.stat().st_size
    data = {
        "file": str(file),
        "bytes": size,
        "database": address(settings),
        "master_key_file": _key_file(settings),
    }
    text = (
        f"Saved the database to {file} ({size:,} bytes).\n"
        f"The backup doesn’t hold the master key, which is in {_key_place(settings)}. Keep a copy of it, but "
        "apart from\nyour backups: without the key they're useless, and next to it they're not secret."
    )
    return Answer(data, text)


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Examples:
  keyferry restore keyferry-monday.backup
  KEYFERRY_HOME=/tmp/trial keyferry restore keyferry-monday.backup    to try a backup
""",
)
@click.argument("file", type=_FILE)
def restore(file: Path) -> Answer:
    """Restore a backup into an empty instance.

    FILE is from `keyferry backup`. The database in the settings must not exist yet, or have no tables. FILE
    is checked first, and all of it is restored or nothing. A backup from an older version of Keyferry is
    brought up to date. PostgreSQL needs pg_restore (Debian: postgresql-client), and an empty database.
    """
    settings = load_settings()
    _require_kind(file, POSTGRESQL if settings.sqlite_file is None else SQLITE)
    made: list[str] = []
    if settings.sqlite_file is None:
        _restore_postgresql(settings, file, made)
    else:
        _restore_sqlite(settings, settings.sqlite_file.resolve(), file, made)
    problem = _problem_of_the_key(settings)
    data = {
        "file": str(file),
        "database": address(settings),
        "made": made,
        "master_key_file": _key_file(settings),
        "master_key_problem": problem and {"code": problem.code, "message": str(problem)},
    }
    return Answer(data, _text(settings, file, made, problem))


@contextmanager
def _opened(settings: Settings) -> Iterator[None]:
    with create_database_app(settings).app_context():
        try:
            yield
        finally:
            db.engine.dispose()


def _require_kind(file: Path, wanted: str) -> None:
    kind = backup_files.kind_of(file)
    if kind != wanted:
        raise BackupRefused(
            f"{file} is a backup of {kind}, but the settings name a database of {wanted}. Set "
            f"KEYFERRY_DATABASE_URL to an empty database of {kind}.",
            code="backup_of_another_database",
        )


def _restore_sqlite(settings: Settings, database: Path, file: Path, made: list[str]) -> None:
    if not backup_sqlite.is_empty(database):
        raise _not_empty(
            f"{database} or a file beside it has content or can’t be read",
            "a KEYFERRY_HOME that doesn’t exist yet",
        )
    before = backup_sqlite.revision_in(file)
    require_known(before, f"The backup {file}")
    _make_folder(settings, made)
    with file_in_place(database, may_replace=backup_sqlite.is_empty) as copy:
        backup_sqlite.copy(file, copy)
        url = URL.create("sqlite", database=str(copy.absolute())).render_as_string()
        with _opened(settings.model_copy(update={"database_url": SecretStr(url)})):
            _update(before, made)
            backup_sqlite.require_readable(file)


def _restore_postgresql(settings: Settings, file: Path, made: list[str]) -> None:
    backup_postgresql.require_client()
    with _opened(settings):
        if revision() is not None or not backup_postgresql.is_empty():
            raise _not_empty(f"{address(settings)} has tables", "an empty database")
        before = backup_postgresql.revision_in(file)
        require_known(before, f"The backup {file}")
        _make_folder(settings, made)
        backup_postgresql.load(file)
        _update(before, made)


def _make_folder(settings: Settings, made: list[str]) -> None:
    try:
        make_folder(settings, made)
    except OSError as error:
        raise home_not_writable(settings, error) from None


def _update(before: str, made: list[str]) -> None:
    made.append("the database from the backup")
    upgrade()
    if revision() != before:
        made.append("the database up to date")


def _not_empty(what: str, instead: str) -> BackupRefused:
    return BackupRefused(
        f"A backup is restored into an empty instance only, and {what}. Choose {instead}, or "
        "move the old one away first.",
        code="database_not_empty",
    )


def _problem_of_the_key(settings: Settings) -> CodedError | None:
    with _opened(settings), reading() as session:
        is_sealed = session.scalar(select(func.count()).select_from(Product)) != 0
        try:
            check_master_key(session, load_keyring(settings))
        except (ConfigError, CoreError) as error:
            is_to_come = error.code == "missing_master_key" and not is_sealed
            return None if is_to_come else error
    return None


def _key_file(settings: Settings) -> str | None:
    return None if settings.master_key else str(settings.master_key_path)


def _key_place(settings: Settings) -> str:
    return _key_file(settings) or "KEYFERRY_MASTER_KEY"


def _text(settings: Settings, file: Path, made: list[str], problem: CodedError | None) -> str:
    lines = [f"Restored {address(settings)} from {file}."]
    lines.append(
        "Computers that were renewed since the backup look like copies now. Accept them for a time: "
        "`keyferry property set options/acceptStaleRequestsUntil DAY`."
    )
    if "the database up to date" in made:
        lines.append("It was from an older version of Keyferry, and is up to date now.")
    if problem is None:
        lines.append("Run `keyferry init` to check it, then `keyferry serve`.")
    elif settings.master_key is None and not settings.master_key_path.exists():
        lines.append(
            "The server can’t use it without its master key. Copy your master key file to "
            f"{settings.master_key_path}, then run `keyferry init` to check it."
        )
    else:
        lines.append(
            f"The server can’t use it with the master key in {_key_place(settings)}. {problem} "
            "Then run `keyferry init` to check it."
        )
    return "\n".join(lines)
