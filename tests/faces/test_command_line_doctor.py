"""`keyferry doctor`: each finding is made, its advice followed, and the finding is gone."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from keyferry.server.base_app import create_database_app
from keyferry.server.command_line.doctor import clock as clocks
from keyferry.server.command_line.doctor import storage
from keyferry.server.config import Settings
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.mail import delivery, outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.core.secrets import new_master_key
from keyferry.server.db import db, reading, transaction
from keyferry.server.parts import parts, utc_now
from tests.conftest import STAFF
from tests.faces.doctoring import OK, PUBLIC, checks, finding, settled
from tests.mail_server import Box, mail_server
from tests.wizard.accounts import Account, needs_root

__all__ = ["checks", "finding", "settled"]

SENDER = "Example <keys@example.com>"
GIB, MIB = 1 << 30, 1 << 20


def test_without_a_problem_it_exits_with_0_though_there_are_warnings(instance, settings):
    settings.master_key_path.chmod(0o600)
    said = instance("doctor")
    assert (said.exit_code, said.stderr) == (0, "")
    assert f"ok        Phones open {PUBLIC}.\n" in said.stdout
    assert "(mail_not_configured)\n" in said.stdout
    assert re.search(r"\n\nFound [23] warnings\.\n$", said.stdout)


def test_a_problem_makes_it_exit_with_1_and_is_said_on_standard_output(instance, settings):
    settings.master_key_path.chmod(0o644)
    said = instance("doctor")
    assert (said.exit_code, said.stderr) == (1, "")
    found = r"^problem   .* let other accounts use it.* \(master_key_file_open\)$"
    assert re.search(found, said.stdout, re.MULTILINE)
    assert "\n\nFound 1 problem and " in said.stdout


@pytest.mark.engines("sqlite")
def test_it_changes_nothing(instance, settings):
    def seen() -> dict[Path, tuple[int, bytes]]:
        return {path: (path.stat().st_mode, path.read_bytes()) for path in settings.home.iterdir()}

    before = seen()
    instance("doctor")
    assert seen() == before


def test_it_makes_no_instance_where_there_is_none_and_looks_at_everything_else(keyferry, checks, tmp_path):
    found = checks()
    assert not (tmp_path / "home").exists()
    assert found["database"]["code"] == "not_initialized"
    assert found["master_key"]["code"] == "missing_master_key"
    assert found["public_url"]["status"] == "ok"
    assert found["email"]["code"] == "mail_not_configured"
    keyferry("init")
    found = checks()
    for check in ("database", "database_writable", "master_key", "master_key_file", "clock", "outbox"):
        assert found[check]["status"] == "ok"


def test_settings_that_cannot_be_read_are_all_it_finds(instance, monkeypatch, checks):
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", "https://example.com/path")
    assert {name: one["code"] for name, one in checks().items()} == {"settings": "malformed_settings"}
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", PUBLIC)
    assert checks()["settings"]["status"] == "ok"


@pytest.mark.engines("sqlite")
def test_a_database_of_a_newer_version(instance, settings, finding):
    def stamp(version: str) -> str:
        with sqlite3.connect(settings.sqlite_file) as connection:
            [[before]] = connection.execute("SELECT version_num FROM alembic_version")
            connection.execute("UPDATE alembic_version SET version_num = ?", [version])
        connection.close()
        return before

    before = stamp("9999")
    assert finding("database") == ("problem", "database_newer")
    stamp(before)
    assert finding("database") == OK


@pytest.mark.engines("sqlite")
def test_a_file_that_is_no_database(instance, settings, checks):
    whole = settings.sqlite_file.read_bytes()
    settings.sqlite_file.write_text("not a database, whatever its name says, and longer than a header\n" * 20)
    found = checks()
    assert found["database"]["code"] == "database_damaged"
    assert found["master_key"]["status"] == "ok"
    assert not {"database_writable", "clock", "outbox"} & set(found)
    settings.sqlite_file.write_bytes(whole)
    assert checks()["database"]["status"] == "ok"


@needs_root
def test_a_database_that_this_account_may_only_read(keyferry, monkeypatch):
    nobody = Account(65534, 65534)
    # Not the test's own folder: only root may enter that.
    with tempfile.TemporaryDirectory(prefix="keyferry-") as folder:
        home = Path(folder)
        monkeypatch.setenv("KEYFERRY_HOME", folder)
        assert keyferry("init").exit_code == 0
        os.chown(home, nobody.uid, nobody.gid)
        (home / "keyferry.db").chmod(0o644)

        # Not the whole command: this account may not be allowed to enter the folder of the program.
        def code() -> str:
            with create_database_app(Settings(home=home)).app_context():
                found = storage.writable()
                db.engine.dispose()
            return found.code

        assert code() == "ok"
        assert nobody.does(code) == "database_read_only"
        # “Check who owns it and its folder.”
        os.chown(home / "keyferry.db", nobody.uid, nobody.gid)
        assert nobody.does(code) == "ok"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("free", "found"),
    [
        (100 * MIB - 1, ("problem", "disk_almost_full")),
        (100 * MIB, ("warning", "disk_space_low")),
        (GIB - 1, ("warning", "disk_space_low")),
        (GIB, OK),
    ],
)
def test_the_disk_of_the_database_has_room(instance, settings, monkeypatch, finding, free, found):
    asked = []

    def disk_usage(path: Path) -> SimpleNamespace:
        asked.append(path)
        return SimpleNamespace(free=free)

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    assert finding("disk") == found
    assert asked == [settings.home]


def test_a_master_key_that_is_lost_or_another_one(vendor, instance, settings, finding):
    file = settings.master_key_path
    right = file.read_text()
    file.unlink()
    assert finding("master_key") == ("problem", "missing_master_key")
    file.write_text(new_master_key("another"))
    assert finding("master_key") == ("problem", "missing_master_key")
    file.write_text(new_master_key("test"))
    assert finding("master_key") == ("problem", "wrong_master_key")
    file.write_text("no key")
    assert finding("master_key") == ("problem", "malformed_master_key")
    file.write_text(right)
    assert finding("master_key") == OK


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_master_key_file_that_others_may_use(instance, settings, checks, mode):
    settings.master_key_path.chmod(mode)
    found = checks()["master_key_file"]
    assert (found["status"], found["code"]) == ("problem", "master_key_file_open")
    command = shlex.split(found["message"].partition("Run: ")[2])
    subprocess.run(command, check=True)
    assert checks()["master_key_file"]["status"] == "ok"
    assert stat.S_IMODE(settings.master_key_path.stat().st_mode) == 0o600


def test_a_master_key_in_the_environment_has_no_file(instance, monkeypatch, master_key, checks):
    monkeypatch.setenv("KEYFERRY_MASTER_KEY", master_key.strip())
    found = checks()
    assert "master_key_file" not in found
    assert found["master_key"]["status"] == "ok"


def test_a_clock_that_was_set_back(app, instance, finding):
    def happened(at: timedelta) -> None:
        with transaction() as session:
            audit.record(session, event=Event.MAIL_SENT, by=STAFF, now=utc_now() + at)

    happened(timedelta(minutes=4))
    assert finding("clock") == OK
    happened(timedelta(hours=1))
    happened(timedelta(hours=-1))
    assert finding("clock") == ("problem", "clock_set_back")
    with reading() as session:
        assert clocks.not_set_back(session, utc_now() + timedelta(hours=1)).status == "ok"


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("echo no", ("warning", "clock_not_synchronized")),
        ("echo yes", OK),
        ("echo 'System has not been booted with systemd.' >&2; exit 1", None),
        (None, None),
    ],
)
def test_the_system_is_asked_whether_it_synchronizes_the_clock(
    instance, tmp_path, monkeypatch, checks, program, found
):
    folder = tmp_path / "programs"
    folder.mkdir()
    if program is not None:
        # In the place of systemd's: a container has none to ask.
        expected = 'test "$*" = "show -p NTPSynchronized --value" || exit 2'
        (folder / "timedatectl").write_text(f"#!/bin/sh\n{expected}\n{program}\n")
        (folder / "timedatectl").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    said = checks().get("clock_synchronized")
    assert (said and (said["status"], said["code"])) == found


def test_email_that_is_not_set_up(app, instance, monkeypatch, finding):
    assert finding("email") == ("warning", "mail_not_configured")
    monkeypatch.setenv("KEYFERRY_SMTP_URL", "smtp://127.0.0.1")
    monkeypatch.setenv("KEYFERRY_MAIL_FROM", SENDER)
    assert finding("email") == OK


def test_email_that_is_set_up_for_the_worker_alone(app, instance, finding):
    with transaction() as session:
        delivery.looked(session, utc_now())
    assert finding("email") == OK


@pytest.fixture
def box(app, monkeypatch) -> Iterator[Box]:
    """A mail server that the environment names."""
    with mail_server() as box:
        monkeypatch.setenv("KEYFERRY_SMTP_URL", box.url)
        monkeypatch.setenv("KEYFERRY_MAIL_FROM", SENDER)
        yield box


def posted(minutes_ago: int) -> None:
    mail = Mail("computer_key", "ada@example.com", "Your computer key", "Key: …\n")
    now = utc_now() - timedelta(minutes=minutes_ago)
    with transaction() as session:
        outbox.post(session, mail, keyring=parts().keyring, by=STAFF, now=now)


def test_addresses_that_no_worker_removes_are_a_warning(instance, app, finding):
    assert finding("addresses") == OK
    with transaction() as session:
        audit.record(
            session,
            event=Event.ACTIVATION_REFUSED,
            by=By(Channel.PHONE, address="192.0.2.7"),
            now=utc_now() - timedelta(days=92),
        )
    assert finding("addresses") == ("warning", "addresses_kept_too_long")
    assert instance("worker", "--once", "--without-email").exit_code == 0
    assert finding("addresses") == OK


def test_email_waits_while_no_worker_runs(box, instance, checks):
    posted(minutes_ago=9)
    assert checks()["outbox"]["status"] == "ok"
    posted(minutes_ago=11)
    found = checks()["outbox"]
    assert (found["status"], found["code"]) == ("problem", "worker_not_running")
    assert found["message"].endswith("Start `keyferry worker`, or restart it.")
    assert instance("worker", "--once", "--json").json["sent"] == 2
    assert checks()["outbox"]["status"] == "ok"


def test_email_waits_while_the_mail_server_takes_none(box, instance, finding):
    posted(minutes_ago=11)
    box.data_refusals.append("554 no")
    assert instance("worker", "--once").exit_code == 0
    assert finding("outbox") == ("problem", "mail_stopped")
    try_again_now()
    assert instance("worker", "--once", "--json").json["sent"] == 1
    assert finding("outbox") == OK


def test_email_that_one_mailbox_does_not_take_is_no_fault_of_the_server(box, instance, finding):
    posted(minutes_ago=11)
    box.rcpt_refusals.append("450 4.2.0 graylisted")
    assert instance("worker", "--once").exit_code == 0
    assert finding("outbox") == ("warning", "mail_delayed")


def try_again_now() -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox_mail SET next_try_at = due_at")
