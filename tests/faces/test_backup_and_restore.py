"""`keyferry backup` and `keyferry restore`, on SQLite."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from keyferry.server.config import Settings
from keyferry.server.core.models import License
from keyferry.server.core.secrets import new_master_key
from keyferry.server.db import db, transaction
from tests.faces.backups import (
    activate_while_a_backup_is_made,
    add_migration,
    assert_audit_is_append_only,
    everything,
    fill_and_restore_elsewhere,
    use,
)
from tests.faces.conftest import mode_of

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def saved(vendor, instance, tmp_path):
    """A backup of a vendor with one license in use."""
    vendor.activate(vendor.machine(vendor.issue()))
    assert instance("backup", "saved").exit_code == 0
    return tmp_path / "saved"


@pytest.fixture
def elsewhere(keyferry, monkeypatch, tmp_path, master_key):
    """The settings of an instance that does not exist yet, but has the master key."""
    made = Settings(home=tmp_path / "elsewhere", master_key=master_key)
    use(monkeypatch, made)
    return made


def change(file, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def left_in(folder) -> list[str]:
    return sorted(os.listdir(folder)) if folder.exists() else []


@pytest.mark.thorough
def test_what_is_restored_equals_the_original_table_by_table(
    vendor, instance, settings, tmp_path, elsewhere, monkeypatch
):
    backup, restore = fill_and_restore_elsewhere(vendor, settings, elsewhere, instance, monkeypatch)
    assert (backup["file"], backup["bytes"]) == ("saved", (tmp_path / "saved").stat().st_size)
    assert restore["master_key_problem"] is None
    assert restore["database"] == elsewhere.database
    assert mode_of(elsewhere.home) == 0o700
    assert mode_of(elsewhere.sqlite_file) == 0o600
    assert left_in(elsewhere.home) == ["keyferry.db"]


def test_a_backup_is_one_file_for_its_owner_and_holds_no_master_key(saved, instance, settings, tmp_path):
    assert mode_of(saved) == 0o600
    assert left_in(tmp_path) == ["home", "saved"]
    key = (settings.home / "master.key").read_text().strip().partition(":")[2]
    assert key.encode() not in saved.read_bytes()
    said = instance("backup", "another")
    assert str(settings.home / "master.key") in said.stdout
    assert "apart from" in said.stdout
    assert key not in said.stdout
    assert instance("backup", "third", "--json").json["master_key_file"] == str(settings.home / "master.key")


def test_what_was_activated_before_a_backup_is_in_it_while_others_go_on(
    vendor, instance, elsewhere, settings, monkeypatch
):
    activate_while_a_backup_is_made(vendor, settings, elsewhere, instance, monkeypatch)
    with closing(sqlite3.connect(elsewhere.sqlite_file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_backup_waits_for_nobody_who_writes(vendor, instance):
    with transaction() as session:
        session.execute(update(License).values(seats=9))
        assert instance("backup", "saved").exit_code == 0


def test_the_restored_audit_refuses_changes_and_the_server_goes_on(saved, instance, elsewhere, clock):
    assert instance("restore", str(saved)).exit_code == 0
    assert instance("license", "issue", "demo-cad", "--seats", "1").exit_code == 0
    assert_audit_is_append_only(elsewhere)


@pytest.mark.thorough
def test_a_backup_of_before_an_update_can_be_made_and_is_brought_up_to_date(
    saved, done, settings, elsewhere, monkeypatch, tmp_path
):
    add_migration(monkeypatch, tmp_path / "newer")
    use(monkeypatch, settings)
    assert done("backup", "older")["file"] == "older"
    use(monkeypatch, elsewhere)
    assert "the database up to date" in done("restore", "older")["made"]
    assert everything(elsewhere.database)["alembic_version"] == ["('0002',)"]
    assert "next" in everything(elsewhere.database)
    assert "next" not in everything(f"sqlite:///{saved}")


def test_where_the_update_fails_nothing_is_left(saved, instance, elsewhere, monkeypatch, tmp_path):
    add_migration(monkeypatch, tmp_path / "newer", "NONSENSE")
    assert instance("restore", str(saved)).exit_code == 1
    assert left_in(elsewhere.home) == []


@pytest.mark.parametrize("fault", ["fsync", "link"])
def test_where_the_system_fails_nothing_is_left(saved, instance, elsewhere, monkeypatch, fault, tmp_path):
    def fail(*_arguments, **_named):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, fault, fail)
        if fault == "link":
            patch.setattr(os, "rename", fail)
        assert instance("restore", str(saved), "--json").refusal == "file_not_writable"
        assert left_in(elsewhere.home) == []
        patch.setenv("KEYFERRY_HOME", str(tmp_path / "home"))
        assert instance("backup", "another", "--json").refusal == "file_not_writable"
        assert "another" not in left_in(tmp_path)
    assert instance("backup", "another").exit_code == 1
    assert instance("restore", str(saved)).exit_code == 0


def test_a_file_system_without_links_takes_a_backup_too(saved, instance, monkeypatch, tmp_path):
    def refuse(*_arguments, **_named):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert instance("backup", "another").exit_code == 0
    assert everything(f"sqlite:///{tmp_path}/another") == everything(f"sqlite:///{saved}")


def test_a_backup_replaces_no_file(saved, instance, tmp_path):
    was = saved.read_bytes()
    (tmp_path / "nowhere").symlink_to("missing")
    for name in ("saved", "nowhere"):
        said = instance("backup", name, "--json")
        assert said.refusal == "file_exists"
        assert "Choose another name" in said.json["message"]
    assert saved.read_bytes() == was
    assert instance("backup", "no/such/folder", "--json").refusal == "file_not_writable"


def test_only_an_instance_can_be_backed_up(keyferry, tmp_path):
    assert keyferry("backup", "saved", "--json").refusal == "not_initialized"
    assert left_in(tmp_path) == []


def test_a_damaged_database_gives_no_backup(vendor, instance, settings, tmp_path):
    db.engine.dispose()
    change(
        settings.sqlite_file, "PRAGMA writable_schema = ON", "DELETE FROM sqlite_master WHERE name LIKE 'ix%'"
    )
    assert instance("backup", "saved", "--json").refusal == "database_damaged"
    assert left_in(tmp_path) == ["home"]


DAMAGED = {
    "cut by a byte": lambda content: content[:-1],
    "cut by half": lambda content: content[: len(content) // 8192 * 4096],
    "cut to its first page": lambda content: content[:4096],
    "cut in its head": lambda content: content[:50],
    "its pages overwritten": lambda content: content[:8192] + b"\xa5" * 8192 + content[16384:],
    "empty": lambda content: b"",
    "another file": lambda content: b"PK\3\4" + content,
    "of PostgreSQL": lambda content: b"PGDMP" + content,
    "text": lambda content: b"-- PostgreSQL database dump",
}
REFUSED = {
    "empty": "not_a_backup",
    "another file": "not_a_backup",
    "text": "not_a_backup",
    "of PostgreSQL": "backup_of_another_database",
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_is_no_whole_backup_is_refused_before_anything_is_written(saved, instance, elsewhere, damage):
    saved.write_bytes(DAMAGED[damage](saved.read_bytes()))
    assert instance("restore", str(saved), "--json").refusal == REFUSED.get(damage, "backup_damaged")
    assert not elsewhere.home.exists()


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"CHECK (channel IN", b"CHECK (chanoel IN"),
        (b"computer_name VARCHAR", b"computer_nale VARCHAR"),
        (b"2026-11-24 12:00", b"2026-11-94 12:00"),
        (b"append-only", b"append-onl\xff"),
    ],
)
def test_damage_that_sqlite_passes_over_leaves_nothing_either(saved, instance, elsewhere, was, becomes):
    assert was in saved.read_bytes()
    saved.write_bytes(saved.read_bytes().replace(was, becomes))
    assert instance("restore", str(saved), "--json").refusal == "backup_damaged"
    assert left_in(elsewhere.home) == []


def test_a_single_letter_that_became_another_is_noticed(saved, instance, elsewhere):
    whole = saved.read_bytes()
    assert b"Demo CAD" in whole
    saved.write_bytes(whole.replace(b"Demo CAD", b"Demo CAT"))
    with closing(sqlite3.connect(saved)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert instance("restore", str(saved), "--json").refusal == "backup_damaged"
    assert not elsewhere.home.exists()
    saved.write_bytes(whole)
    assert instance("restore", str(saved)).exit_code == 0


def test_a_backup_that_the_disk_keeps_differently_is_none(vendor, instance, monkeypatch, tmp_path):
    flush = os.fsync

    def flush_wrongly(handle: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        if path.name == "saved":
            path.write_bytes(path.read_bytes().replace(b"Demo CAD", b"Demo CAT"))
        flush(handle)

    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", flush_wrongly)
        said = instance("backup", "saved", "--json")
    assert said.refusal == "file_not_writable"
    assert "reads differently" in said.json["message"]
    assert left_in(tmp_path) == ["home"]


def test_what_was_restored_is_a_database_like_any_other(saved, instance, settings, elsewhere, tmp_path):
    assert instance("restore", str(saved)).exit_code == 0
    change(elsewhere.sqlite_file, "UPDATE product SET name = 'Renamed'")
    copy = tmp_path / "copy"
    shutil.copy(elsewhere.sqlite_file, copy)
    elsewhere.sqlite_file.unlink()
    # Whoever copies the file of a stopped server has a backup, too.
    assert instance("restore", str(copy)).exit_code == 0


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "database_newer"),
        ("DROP TABLE license", "not_a_backup"),
        ("DROP TABLE alembic_version", "not_a_backup"),
        ("DELETE FROM alembic_version", "backup_damaged"),
        ("UPDATE activation SET license_id = 77", "backup_damaged"),
    ],
)
def test_a_database_that_is_not_ours_is_refused(saved, instance, elsewhere, statement, code):
    change(saved, "PRAGMA user_version = 0", "PRAGMA application_id = 0", statement)
    assert instance("restore", str(saved), "--json").refusal == code
    assert not elsewhere.home.exists()


def test_a_missing_backup_is_refused(instance, elsewhere):
    assert instance("restore", "nowhere", "--json").refusal == "backup_unreadable"


def test_a_database_in_use_is_no_backup(vendor, instance, settings, elsewhere):
    assert instance("restore", str(settings.sqlite_file), "--json").refusal == "backup_in_use"
    assert not elsewhere.home.exists()


def test_a_copy_by_sqlite_itself_is_a_backup_too(saved, instance, settings, elsewhere, tmp_path):
    with (
        closing(sqlite3.connect(settings.sqlite_file)) as database,
        closing(sqlite3.connect(tmp_path / "copy")) as copy,
    ):
        database.backup(copy)
    assert instance("restore", "copy").exit_code == 0
    assert everything(elsewhere.database) == everything(settings.database)


def test_a_backup_on_a_disk_that_can_only_be_read_is_restored(saved, instance, elsewhere, tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    saved.rename(folder / "saved")
    folder.chmod(0o500)
    (folder / "saved").chmod(0o400)
    try:
        assert instance("restore", str(folder / "saved")).exit_code == 0
        assert left_in(folder) == ["saved"]
    finally:
        folder.chmod(0o700)
    assert mode_of(elsewhere.sqlite_file) == 0o600


def test_an_instance_with_content_is_never_restored_over(saved, instance, settings):
    before = everything(settings.database)
    said = instance("restore", str(saved), "--json")
    assert said.refusal == "database_not_empty"
    assert everything(settings.database) == before


@pytest.mark.parametrize("name", ["keyferry.db-wal", "keyferry.db-journal"])
def test_what_is_left_of_another_database_is_never_mixed_in(saved, instance, elsewhere, name):
    elsewhere.home.mkdir()
    (elsewhere.home / name).write_bytes(b"changes of another database")
    assert instance("restore", str(saved), "--json").refusal == "database_not_empty"
    assert left_in(elsewhere.home) == [name]


def test_a_file_that_is_no_database_is_never_restored_over(saved, instance, elsewhere):
    elsewhere.home.mkdir()
    elsewhere.sqlite_file.write_text("something else, longer than what a database begins with")
    assert instance("restore", str(saved), "--json").refusal == "database_not_empty"


@pytest.mark.thorough
@pytest.mark.parametrize("statements", [(), ("PRAGMA journal_mode = WAL", "PRAGMA user_version = 1")])
def test_a_database_without_tables_gives_its_place(saved, instance, settings, elsewhere, statements):
    elsewhere.home.mkdir()
    elsewhere.sqlite_file.touch()
    change(elsewhere.sqlite_file, *statements)
    assert instance("restore", str(saved)).exit_code == 0
    assert everything(elsewhere.database) == everything(settings.database)


def test_restoring_without_the_master_key_says_what_is_missing(saved, instance, elsewhere, monkeypatch):
    monkeypatch.delenv("KEYFERRY_MASTER_KEY")
    said = instance("restore", str(saved), "--json")
    assert said.exit_code == 0
    assert said.json["master_key_problem"]["code"] == "missing_master_key"
    assert instance("serve", "--json").refusal == "missing_master_key"
    elsewhere.sqlite_file.unlink()
    said = instance("restore", str(saved))
    assert "can’t use it without its master key" in said.stdout
    assert f"Copy your master key file to {elsewhere.home / 'master.key'}" in said.stdout


@pytest.mark.parametrize(("key_id", "code"), [("test", "wrong_master_key"), ("other", "missing_master_key")])
def test_restoring_beside_another_master_key_says_so(saved, instance, elsewhere, monkeypatch, key_id, code):
    monkeypatch.setenv("KEYFERRY_MASTER_KEY", new_master_key(key_id))
    assert instance("restore", str(saved), "--json").json["master_key_problem"]["code"] == code
    elsewhere.sqlite_file.unlink()
    assert "with the master key in KEYFERRY_MASTER_KEY" in instance("restore", str(saved)).stdout


def test_an_instance_without_products_needs_no_master_key_of_its_own(
    instance, elsewhere, settings, monkeypatch
):
    use(monkeypatch, settings)
    assert instance("backup", "saved").exit_code == 0
    use(monkeypatch, elsewhere)
    monkeypatch.delenv("KEYFERRY_MASTER_KEY")
    said = instance("restore", "saved")
    assert "Run `keyferry init`" in said.stdout
    assert "without its master key" not in said.stdout
    assert instance("init", "--json").json["made"] == [
        f"the master key file {elsewhere.home / 'master.key'}, readable only by you"
    ]
