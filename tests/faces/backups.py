"""What tests of backups share: a database with something in it, and all that is in one."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, create_engine, delete, select, text, update
from sqlalchemy.exc import DatabaseError

from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.models import Activation, AuditEvent, License
from keyferry.server.db import MIGRATIONS, db, migrating, reading, transaction
from tests.conftest import Vendor
from tests.machines import Machine


def use(monkeypatch: pytest.MonkeyPatch, settings: Settings, url: str | None = None) -> None:
    """Let commands work on these settings."""
    secrets = {"MASTER_KEY": settings.master_key, "DATABASE_URL": settings.database_url}
    values = {name: secret.get_secret_value() if secret else None for name, secret in secrets.items()}
    for name, value in (
        values | {"HOME": str(settings.home)} | ({"DATABASE_URL": url} if url else {})
    ).items():
        if value is None:
            monkeypatch.delenv(f"KEYFERRY_{name}", raising=False)
        else:
            monkeypatch.setenv(f"KEYFERRY_{name}", value)


def everything(url: str) -> dict[str, list[str]]:
    """Return each table of a database with all of its rows."""
    engine = create_engine(url)
    try:
        tables = MetaData()
        tables.reflect(engine)
        with engine.connect() as connection:
            return {
                name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                for name, table in tables.tables.items()
            }
    finally:
        engine.dispose()


def fill(vendor: Vendor, keyferry: Any) -> None:
    """Sell, activate, release, and employ, as a vendor does."""
    key = vendor.issue(seats=3, features=("cam",), customer="ada@müller.example")
    for name in ("LAB-PC-07", "Büro 9"):
        vendor.activate(vendor.machine(key, name))
    gone = vendor.machine(key, "GONE")
    vendor.activate(gone)
    vendor.release(gone)
    vendor.rotate()
    assert (
        keyferry(
            "operator",
            "add",
            "grace",
            "--role",
            "support",
            "--password-stdin",
            typed="a long password 4711\n",
        ).exit_code
        == 0
    )
    assert keyferry("property", "set", "mail/language", "de").exit_code == 0


def fill_and_restore_elsewhere(
    vendor: Vendor, settings: Settings, elsewhere: Settings, keyferry: Any, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, Any]:
    """Restore a backup of a vendor's database into another one, which then equals it table by table.

    Returns what both commands said in JSON.
    """
    use(monkeypatch, settings)
    fill(vendor, keyferry)
    backup = keyferry("backup", "saved", "--json")
    use(monkeypatch, elsewhere)
    restore = keyferry("restore", "saved", "--json")
    assert (backup.exit_code, restore.exit_code) == (0, 0)
    before = everything(settings.database)
    assert {"license", "activation", "audit_event", "alembic_version"} <= {
        name for name, rows in before.items() if rows
    }
    assert everything(elsewhere.database) == before
    return backup.json, restore.json


def activate_while_a_backup_is_made(
    vendor: Vendor, settings: Settings, elsewhere: Settings, keyferry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Restore a backup that was made while customers activated: whoever had been answered is in it."""
    writers = [Writer(vendor, name) for name in ("A", "B")]
    use(monkeypatch, settings)
    with writing(*writers):
        before = set.union(*(writer.names for writer in writers))
        assert keyferry("backup", "saved").exit_code == 0
    use(monkeypatch, elsewhere)
    assert keyferry("restore", "saved").exit_code == 0
    with create_app(elsewhere).app_context():
        with reading() as session:
            found = session.scalars(select(Activation.computer_name)).all()
            used = session.scalars(select(License.seats_used)).all()
        db.engine.dispose()
    assert before <= set(found)
    assert sum(used) == len(found)


class Writer:
    """A vendor's customers, who activate one computer after another."""

    def __init__(self, vendor: Vendor, name: str) -> None:
        self.vendor, self.name = vendor, name
        self.key = vendor.issue(seats=5000)
        self.acknowledged: list[Machine] = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with self.vendor.app.app_context():
            while not self.ended.is_set():
                machine = self.vendor.machine(self.key, f"{self.name}-{len(self.acknowledged)}")
                self.vendor.activate(machine)
                self.acknowledged.append(machine)

    @property
    def names(self) -> set[str]:
        return {machine.name for machine in self.acknowledged}


@contextmanager
def writing(*writers: Writer) -> Iterator[None]:
    """Let them all write, each having been answered five times before the block begins."""
    for writer in writers:
        writer.thread.start()
    try:
        while any(len(writer.acknowledged) < 5 and writer.thread.is_alive() for writer in writers):
            threading.Event().wait(0.01)
        yield
    finally:
        for writer in writers:
            writer.ended.set()
        for writer in writers:
            writer.thread.join()


def assert_audit_is_append_only(settings: Settings) -> None:
    """Whoever opens this database can neither change nor delete an event, only forget its address."""
    changes = [update(AuditEvent).values(who="nobody"), update(AuditEvent).values(address="192.0.2.7")]
    with create_app(settings).app_context():
        removals = [delete(AuditEvent), *[text("TRUNCATE audit_event")] * (db.engine.name == "postgresql")]
        for statement in (*changes, *removals):
            with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
                session.execute(statement)
        with transaction() as session:
            session.execute(update(AuditEvent).values(address=None))
        db.engine.dispose()


def add_migration(monkeypatch: pytest.MonkeyPatch, folder: Path, *further: str) -> None:
    """Let this be the server of a later version, whose migration makes a table `next` and runs `further`."""
    shutil.copytree(MIGRATIONS, folder)
    steps = "".join(
        f'    op.execute("{statement}")\n' for statement in ("CREATE TABLE next (id INTEGER)", *further)
    )
    (folder / "versions" / "0002_next.py").write_text(
        f'from alembic import op\nrevision, down_revision = "0002", "0001"\ndef upgrade():\n{steps}'
    )
    monkeypatch.setattr(migrating, "MIGRATIONS", folder)
    monkeypatch.setattr(migrating, "REVISIONS", ["0001", "0002"])
