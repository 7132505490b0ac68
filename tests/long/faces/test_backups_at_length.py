"""Backups of a database that real processes write to; and commands that are killed."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activation
from keyferry.server.core.licensing.requests import TypedRequest
from keyferry.server.core.models import Activation, License
from keyferry.server.db import db, reading, transaction
from keyferry.server.parts import parts
from tests.faces.backups import everything, fill, use
from tests.faces.serving import COMMAND, ROOT

COMPUTERS, MOST_RESTORED, KILLED_TIMES = 80, 6, 8


@pytest.fixture
def empty(tmp_path, master_key):
    """Make an instance without a database."""

    def empty(name: str) -> Settings:
        return Settings(home=tmp_path / name, master_key=master_key)

    return empty


@pytest.fixture
def no_program_left():
    """Wait until no program works on these settings any more, though who started it was killed."""

    def no_program_left(settings: Settings) -> bool:
        return True

    return no_program_left


def activate(settings: Settings, requests: list[TypedRequest], notes: Path) -> None:
    """Activate one computer after another, and note each that was answered; in a process of its own."""
    with create_app(settings).app_context(), notes.open("a", buffering=1) as noted:
        for request in requests:
            with transaction() as session:
                done = {"keyring": parts().keyring, "by": By(Channel.PHONE), "now": parts().clock()}
                activation.activate(session, request, **done)
            noted.write(f"{request.computer_name}\n")


def test_each_of_many_backups_has_what_was_answered_before_it(
    vendor, keyferry, settings, empty, monkeypatch, tmp_path
):
    key, notes, before = vendor.issue(seats=2 * COMPUTERS), tmp_path / "notes", []
    shares = [
        [vendor.machine(key, f"{name}-{number}").request for number in range(COMPUTERS)] for name in "AB"
    ]
    notes.touch()
    use(monkeypatch, settings)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as pool:
        going = [pool.submit(activate, settings, share, notes) for share in shares]
        while not all(one.done() for one in going):
            before.append(set(notes.read_text().splitlines()))
            assert keyferry("backup", f"saved-{len(before)}").exit_code == 0
        for one in going:
            one.result()
    assert len({len(names) for names in before}) > 2
    for number, names in list(enumerate(before, 1))[:: len(before) // MOST_RESTORED + 1]:
        restored = empty(f"restored{number}")
        use(monkeypatch, restored)
        assert keyferry("restore", f"saved-{number}").exit_code == 0
        with create_app(restored).app_context():
            with reading() as session:
                found = session.scalars(select(Activation.computer_name)).all()
                used = session.scalars(select(License.seats_used)).one()
            db.engine.dispose()
        assert names <= set(found)
        assert used == len(found)


def started(*arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [*COMMAND, *arguments], env=environment, cwd=folder, stdout=subprocess.DEVNULL, start_new_session=True
    )


def test_a_restore_that_is_killed_leaves_nothing_or_everything(
    vendor, keyferry, settings, empty, monkeypatch, tmp_path, no_program_left
):
    use(monkeypatch, settings)
    fill(vendor, keyferry)
    assert keyferry("backup", "saved").exit_code == 0
    whole, began = everything(settings.database), time.monotonic()
    use(monkeypatch, empty("quiet"))
    assert started("restore", "saved", folder=tmp_path).wait() == 0
    took = time.monotonic() - began
    for number in range(1, KILLED_TIMES + 1):
        restored = empty(f"killed{number}")
        use(monkeypatch, restored)
        restoring = started("restore", "saved", folder=tmp_path)
        time.sleep(took * number / KILLED_TIMES)
        restoring.kill()
        restoring.wait()
        assert no_program_left(restored)
        if restored.sqlite_file is None or restored.sqlite_file.exists():
            found = everything(restored.database)
        else:
            found = {}
        assert found in ({}, whole)
        if not found:
            assert keyferry("restore", "saved").exit_code == 0
            assert everything(restored.database) == whole


def test_a_backup_that_is_killed_is_there_whole_or_not_at_all(
    vendor, keyferry, settings, empty, monkeypatch, tmp_path
):
    use(monkeypatch, settings)
    fill(vendor, keyferry)
    began = time.monotonic()
    assert started("backup", "quiet", folder=tmp_path).wait() == 0
    took, whole = time.monotonic() - began, everything(settings.database)
    for number in range(1, KILLED_TIMES + 1):
        use(monkeypatch, settings)
        saving = started("backup", f"saved-{number}", folder=tmp_path)
        time.sleep(took * number / KILLED_TIMES)
        saving.kill()
        saving.wait()
        if (tmp_path / f"saved-{number}").exists():
            restored = empty(f"restored{number}")
            use(monkeypatch, restored)
            assert keyferry("restore", f"saved-{number}").exit_code == 0
            assert everything(restored.database) == whole
