"""`keyferry init`: the instance folder, its database and its master key."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click
from sqlalchemy import func, make_url, select

from keyferry.server.base_app import create_database_app
from keyferry.server.command_line.answers import Answer, AnsweringCommand
from keyferry.server.command_line.failures import CommandFailed
from keyferry.server.config import Settings, load_keyring, load_settings
from keyferry.server.core.licensing.products import check_master_key
from keyferry.server.core.models import Product
from keyferry.server.core.secrets import new_master_key
from keyferry.server.db import db, reading, revision, upgrade

_NEXT = """\
Next:
  keyferry operator add NAME --role administrator
  keyferry serve
Then sign in at {portal}. The start page leads to the first activated computer.

Or on the command line:
  keyferry product add DEMO-CAD --name "Demo CAD" --key-style signed
  keyferry product export DEMO-CAD --out profile.json
  keyferry license issue DEMO-CAD --seats 1"""


@click.command(cls=AnsweringCommand)
def init() -> Answer:
    """Create the instance folder, its database, and its master key. Safe to run again.

    Run it after every Keyferry update to bring the database up to date.
    """
    settings = load_settings()
    made: list[str] = []
    try:
        make_folder(settings, made)
        _make_database(settings, made)
    except OSError as error:
        raise home_not_writable(settings, error) from None
    return Answer(_data(settings, made), _text(settings, made))


def home_not_writable(settings: Settings, error: OSError) -> CommandFailed:
    """Return the refusal for a folder or a file of the instance that the system lets nobody make."""
    return CommandFailed(
        f"{error.filename or settings.home} cannot be created: {error.strerror}. "
        "See `keyferry --help` to choose another place.",
        code="home_not_writable",
    )


def make_folder(settings: Settings, made: list[str]) -> None:
    """Make the instance folder where there is none, and add it to what was `made`."""
    if not settings.home.is_dir():
        settings.home.parent.mkdir(parents=True, exist_ok=True)
        settings.home.mkdir(mode=0o700, exist_ok=True)
        made.append(f"the folder {settings.home}, readable only by you")


def _make_database(settings: Settings, made: list[str]) -> None:
    file = settings.sqlite_file
    if file is not None and not file.exists():
        # Made here for its mode, which SQLite's other files inherit.
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        made.append(f"the database {file}")
    app = create_database_app(settings)
    with app.app_context():
        try:
            _update_database(settings, made)
            _make_master_key(settings, made)
        finally:
            db.engine.dispose()


def _update_database(settings: Settings, made: list[str]) -> None:
    before = revision()
    upgrade()
    if before is None and settings.sqlite_file is None:
        made.append(f"the tables in {address(settings)}")
    elif before not in (None, revision()):
        made.append("the database up to date")


def _make_master_key(settings: Settings, made: list[str]) -> None:
    path = settings.master_key_path
    with reading() as session:
        is_new = session.scalar(select(func.count()).select_from(Product)) == 0
        if settings.master_key is None and is_new and not path.exists():
            _write_master_key(path)
            made.append(f"the master key file {path}, readable only by you")
        check_master_key(session, load_keyring(settings))


def _write_master_key(path: Path) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(handle, "w", encoding="ascii") as file:
        file.write(f"{new_master_key(secrets.token_hex(4))}\n")
        file.flush()
        os.fsync(handle)


def _data(settings: Settings, made: list[str]) -> dict[str, object]:
    return {
        "home": str(settings.home),
        "database": address(settings),
        "master_key_file": None if settings.master_key else str(settings.master_key_path),
        "public_url": settings.public_url,
        "made": made,
    }


def address(settings: Settings) -> str:
    """Return the address of the database without its password."""
    return make_url(settings.database).render_as_string(hide_password=True)


def _text(settings: Settings, made: list[str]) -> str:
    lines = [f"Created {what}." for what in made] or ["No changes. The database is up to date."]
    if any("master key" in what for what in made):
        lines.append(
            "Keep a copy of the master key, but not with your database backups:\n"
            "without the key they're useless, and next to it they're not secret."
        )
    lines.append(f"Phones open {settings.public_url}. Set KEYFERRY_PUBLIC_URL to change that.")
    return "\n".join([*lines, "", _NEXT.format(portal=f"{settings.public_url}/portal/")])
