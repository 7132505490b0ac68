"""Backups of a PostgreSQL database, made and restored by PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from keyferry.server.config import PREFIX, ConfigError
from keyferry.server.db.backup_files import BackupRefused, damaged, not_a_backup
from keyferry.server.db.opening import connection_options, db
from keyferry.server.db.troubles import explained, trouble

_TABLE = r"^\d+; \d+ \d+ TABLE (?!DATA )(.+) {name} "
_REVISION = re.compile(r"FROM stdin;\n(\S+)\n\\\.\n")
# What follows may quote a row.
_ROW = re.compile(r"(COPY failed for table \S+):.*")


def save(file: Path) -> None:
    """Write the database into a file, as it is at this moment.

    Raises BackupRefused (postgresql_client_missing, postgresql_client_outdated, backup_failed), ConfigError.
    """
    database, schema = _place()
    quoted = schema.replace('"', '""')
    done = _run("pg_dump", "--format=custom", f'--schema="{quoted}"', f"--file={file}", database=database)
    if done.returncode != 0:
        raise _failed("pg_dump", done, "The backup failed")


def revision_in(file: Path) -> str:
    """Return the migration that a backup stands at, once all of it has been read; nothing is written.

    Raises BackupRefused (backup_damaged, not_a_backup, backup_of_another_schema, postgresql_client_…).
    """
    _, schema = _place()
    listed = _read(file, "--list")
    schemas = [
        set(re.findall(_TABLE.format(name=name), listed, re.M)) for name in ("alembic_version", "license")
    ]
    found = set.intersection(*schemas)
    if not found:
        raise not_a_backup(file)
    if schema not in found:
        other = min(found)
        raise BackupRefused(
            f"The backup {file} is of the schema {other}, but KEYFERRY_DATABASE_URL leads to {schema}. "
            f"Create a schema {other}, and name it in the URL: ?options=-csearch_path%3D{other}.",
            code="backup_of_another_schema",
        )
    revision = _REVISION.search(_read(file, "--data-only", f"--schema={schema}", "--table=alembic_version"))
    if revision is None:
        raise damaged(file)
    done = _run("pg_restore", "--file=-", str(file.absolute()), keep_output=False)
    if done.returncode != 0:
        raise damaged(file)
    return revision[1]


def is_empty() -> bool:
    """Whether the database has no tables where ours would be; raises ConfigError."""
    _, schema = _place()
    with db.engine.connect() as connection:
        statement = text("SELECT count(*) FROM pg_tables WHERE schemaname = :schema")
        return not connection.scalar(statement, {"schema": schema})


def load(file: Path) -> None:
    """Restore a backup into an empty database, all of it or nothing.

    Raises BackupRefused (restore_failed, postgresql_client_…).
    """
    database, schema = _place()
    done = _run(
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        f"--schema={schema}",
        str(file.absolute()),
        database=database,
    )
    if done.returncode != 0:
        raise _failed("pg_restore", done, "Nothing was restored")


def require_client() -> None:
    """Check that PostgreSQL's programs are there; raises BackupRefused (postgresql_client_missing)."""
    for program in ("pg_dump", "pg_restore"):
        if shutil.which(program) is None:
            raise _missing(program)


def _place() -> tuple[str, str]:
    """Return the names of the database and of the schema in it."""
    try:
        with db.engine.connect() as connection:
            database, schema = connection.execute(text("SELECT current_database(), current_schema()")).one()
    except SQLAlchemyError as error:
        raise explained(error) or trouble("database_unreachable") from None
    if schema is None:
        raise trouble("database_schema_missing")
    return database, schema


def _read(file: Path, *options: str) -> str:
    done = _run("pg_restore", *options, "--file=-", str(file.absolute()))
    if done.returncode != 0:
        _require_fitting("pg_restore", done)
        raise damaged(file)
    return done.stdout


def _run(
    program: str, *arguments: str, database: str | None = None, keep_output: bool = True
) -> subprocess.CompletedProcess[str]:
    path = shutil.which(program)
    if path is None:
        raise _missing(program)
    environment, others = _connection()
    if database is not None:
        from psycopg.conninfo import make_conninfo

        # pg_restore connects only if this names a database.
        arguments = ("--no-password", f"--dbname={make_conninfo(dbname=database, **others)}", *arguments)
    return subprocess.run(  # noqa: S603 - no shell, and the program is PostgreSQL's
        [path, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if keep_output else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _connection() -> tuple[dict[str, str], dict[str, str]]:
    """Return how to connect: in the environment, and what has no place there, which is never a secret.

    Arguments are visible to every account of the machine, the environment is not.
    """
    from psycopg import pq

    url = db.engine.url
    given = {**connection_options(url), **db.engine.dialect.create_connect_args(url)[1]}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    # What the programs say is read here.
    environment["LC_ALL"] = "C"
    others = {}
    for option in pq.Conninfo.get_defaults():
        name = option.keyword.decode()
        if name not in given:
            continue
        if option.envvar:
            environment[option.envvar.decode()] = str(given[name])
        elif option.dispchar:
            raise ConfigError(
                f"{name} in KEYFERRY_DATABASE_URL can’t be handed to PostgreSQL’s programs. "
                "Use a password file or a key without a password instead.",
                code="malformed_settings",
            )
        else:
            others[name] = str(given[name])
    return environment, others


def _failed(program: str, done: subprocess.CompletedProcess[str], what: str) -> BackupRefused:
    _require_fitting(program, done)
    lines = [line.removeprefix(f"{program}: ").removeprefix("error: ") for line in done.stderr.splitlines()]
    reason = _ROW.sub(r"\1", lines[0]) if lines else f"exit code {done.returncode}"
    code = "backup_failed" if program == "pg_dump" else "restore_failed"
    return BackupRefused(f"{what}. {program} says: {reason.rstrip('.')}.", code=code)


def _require_fitting(program: str, done: subprocess.CompletedProcess[str]) -> None:
    if "postgresql-client-" in done.stderr:
        # Debian's own program of this name, which looks for the real one.
        raise _missing(program)
    if "server version mismatch" in done.stderr or "unsupported version" in done.stderr:
        raise BackupRefused(
            f"This {program} is too old. Install the PostgreSQL client in the version of the database "
            "server (Debian: postgresql-client), or a newer one.",
            code="postgresql_client_outdated",
        )


def _missing(program: str) -> BackupRefused:
    return BackupRefused(
        f"{program} isn’t installed. Install PostgreSQL’s client: apt install postgresql-client.",
        code="postgresql_client_missing",
    )
