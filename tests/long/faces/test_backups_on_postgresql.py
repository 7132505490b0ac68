"""`keyferry backup` and `keyferry restore`, on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from keyferry.server.config import Settings
from tests.faces.backups import (
    activate_while_a_backup_is_made,
    assert_audit_is_append_only,
    everything,
    fill_and_restore_elsewhere,
    use,
)
from tests.faces.conftest import keyferry, mode_of
from tests.postgresql_server import postgresql, postgresql_server
from tests.server.on_postgresql import app, new_database, settings

__all__ = ["app", "keyferry", "postgresql", "postgresql_server", "settings"]

PASSWORD = "hunter2 & more"

# Notes what every account of the machine could see of a program, and whether the password got there.
NOTING = """#!/bin/sh
echo "$0 $@" >> {notes}
echo "$PGPASSWORD, not $KEYFERRY_MASTER_KEY$KEYFERRY_DATABASE_URL" >> {notes}.environment
exec {program} "$@"
"""


@pytest.fixture
def instance(keyferry, monkeypatch, settings):
    """`keyferry` on an initialized instance."""
    use(monkeypatch, settings)
    return keyferry


@pytest.fixture
def elsewhere(postgresql, tmp_path, settings) -> Settings:
    """An empty database, with the same master key."""
    _, made = new_database(postgresql, tmp_path / f"{tmp_path.name}elsewhere")
    return made.model_copy(update={"master_key": settings.master_key})


@pytest.fixture
def saved(vendor, instance, tmp_path) -> Path:
    """A backup of a vendor with one license in use."""
    vendor.activate(vendor.machine(vendor.issue()))
    assert instance("backup", "saved").exit_code == 0
    return tmp_path / "saved"


@pytest.fixture
def restoring(saved, instance, elsewhere, monkeypatch):
    """`keyferry`, about to restore that into an empty database."""
    use(monkeypatch, elsewhere)
    return instance


def test_what_is_restored_equals_the_original_table_by_table(
    vendor, instance, settings, tmp_path, elsewhere, monkeypatch
):
    backup, restore = fill_and_restore_elsewhere(vendor, settings, elsewhere, instance, monkeypatch)
    assert backup["bytes"] == (tmp_path / "saved").stat().st_size
    assert restore["master_key_problem"] is None
    assert mode_of(tmp_path / "saved") == 0o600
    assert "." not in {name[0] for name in os.listdir(tmp_path)}


def test_what_was_activated_before_a_backup_is_in_it_while_others_go_on(
    vendor, instance, elsewhere, settings, monkeypatch
):
    activate_while_a_backup_is_made(vendor, settings, elsewhere, instance, monkeypatch)


def test_the_restored_audit_refuses_changes_and_the_server_goes_on(saved, restoring, elsewhere):
    assert restoring("restore", str(saved)).exit_code == 0
    assert restoring("license", "issue", "demo-cad", "--seats", "1").exit_code == 0
    assert_audit_is_append_only(elsewhere)


def test_no_secret_is_in_arguments_or_output(vendor, instance, settings, elsewhere, tmp_path, monkeypatch):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (programs / name).write_text(NOTING.format(notes=tmp_path / "notes", program=shutil.which(name)))
        (programs / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    said = []
    for command, used in (("backup", settings), ("restore", elsewhere)):
        url = used.database.replace("keyferry@", "keyferry:hunter2%20%26%20more@") + "&keepalives=1"
        use(monkeypatch, used, url)
        said += [instance(command, "saved")]
    assert [one.exit_code for one in said] == [0, 0]
    notes = (tmp_path / "notes").read_text()
    assert "keepalives=1" in notes
    assert settings.master_key is not None
    for secret in ("hunter2", settings.master_key.get_secret_value()):
        assert secret not in notes
        assert secret not in "".join(one.stdout + one.stderr for one in said)
    noted = set((tmp_path / "notes.environment").read_text().splitlines())
    assert noted == {f"{PASSWORD}, not "}


def test_a_password_that_cannot_be_handed_over_in_secret_is_refused(saved, instance, settings, monkeypatch):
    use(monkeypatch, settings, f"{settings.database}&sslpassword=hunter2")
    said = instance("backup", "another", "--json")
    assert said.refusal == "malformed_settings"
    assert "hunter2" not in said.stdout


def test_the_programs_that_are_missing_are_named(saved, restoring, elsewhere, monkeypatch, tmp_path):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    for command in (("backup", "another"), ("restore", str(saved))):
        said = restoring(*command, "--json")
        assert said.refusal == "postgresql_client_missing"
        assert "postgresql-client" in said.json["message"]
    assert everything(elsewhere.database) == {}


SAYINGS = {
    "pg_dump: error: aborting because of server version mismatch": "postgresql_client_outdated",
    "You must install at least one postgresql-client-<version> package": "postgresql_client_missing",
    "pg_dump: error: query failed": "backup_failed",
}


def test_what_a_program_refuses_is_told(instance, monkeypatch, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    for words, code in SAYINGS.items():
        for name in ("pg_dump", "pg_restore"):
            (programs / name).write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n")
            (programs / name).chmod(0o700)
        assert instance("backup", "saved", "--json").refusal == code
        assert not (tmp_path / "saved").exists()


DAMAGED = {
    "cut by a byte": lambda content: content[:-1],
    "cut by half": lambda content: content[: len(content) // 2],
    "cut in its head": lambda content: content[:50],
    "a byte changed": lambda content: content[:-300] + bytes([content[-300] ^ 0xFF]) + content[-299:],
    "of SQLite": lambda content: b"SQLite format 3\0" + content,
    "text": lambda content: b"-- PostgreSQL database dump",
}
REFUSED = {"of SQLite": "backup_of_another_database", "text": "not_a_backup"}


def test_what_is_no_whole_backup_is_refused_before_anything_is_written(saved, restoring, elsewhere):
    whole = saved.read_bytes()
    for damage, done_to in DAMAGED.items():
        saved.write_bytes(done_to(whole))
        said = restoring("restore", str(saved), "--json")
        assert said.refusal == REFUSED.get(damage, "backup_damaged"), damage
    assert everything(elsewhere.database) == {}


def change(settings: Settings, statement: str) -> None:
    with psycopg.connect(settings.database.replace("+psycopg", "")) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "database_newer"),
        ("DELETE FROM alembic_version", "backup_damaged"),
        ("ALTER TABLE license RENAME TO something_else", "not_a_backup"),
        ("CREATE SCHEMA kept; ALTER TABLE license SET SCHEMA kept", "not_a_backup"),
    ],
)
def test_a_database_that_is_not_ours_is_refused(
    instance, settings, elsewhere, statement, code, monkeypatch, tmp_path
):
    change(settings, statement)
    whole = ["pg_dump", "--format=custom", "--file=saved", settings.database.replace("+psycopg", "")]
    subprocess.run(whole, check=True, cwd=tmp_path)
    use(monkeypatch, elsewhere)
    assert instance("restore", "saved", "--json").refusal == code
    assert everything(elsewhere.database) == {}


def test_an_instance_with_content_is_never_restored_over(saved, instance, settings):
    before = everything(settings.database)
    assert instance("restore", str(saved), "--json").refusal == "database_not_empty"
    assert everything(settings.database) == before


def test_a_database_with_tables_of_others_is_not_restored_into(saved, restoring, elsewhere):
    change(elsewhere, "CREATE TABLE theirs (id integer)")
    assert restoring("restore", str(saved), "--json").refusal == "database_not_empty"
    assert everything(elsewhere.database) == {"theirs": []}


def test_what_fails_midway_leaves_nothing(saved, restoring, elsewhere):
    # By then the first tables are made.
    change(elsewhere, "CREATE VIEW license AS SELECT 1 AS one")
    said = restoring("restore", str(saved), "--json")
    assert said.refusal == "restore_failed"
    assert "already exists" in said.json["message"]
    assert everything(elsewhere.database) == {}
    change(elsewhere, "DROP VIEW license")
    assert restoring("restore", str(saved)).exit_code == 0


def test_a_schema_of_its_own_is_saved_alone_and_restored_to_its_name(
    saved, restoring, elsewhere, monkeypatch
):
    assert restoring("restore", str(saved)).exit_code == 0
    change(
        elsewhere,
        'CREATE TABLE theirs (id integer); ALTER SCHEMA public RENAME TO "Our Keys"; CREATE SCHEMA public',
    )
    url = f"{elsewhere.database}&options=-csearch_path%3D%22Our%5C%20Keys%22"
    use(monkeypatch, elsewhere, url)
    change(elsewhere, 'DROP TABLE "Our Keys".theirs; CREATE TABLE public.theirs (id integer)')
    before = everything(url)
    assert restoring("backup", "another").exit_code == 0
    use(monkeypatch, elsewhere)
    said = restoring("restore", "another", "--json")
    assert said.refusal == "database_in_another_schema"
    change(elsewhere, 'DROP SCHEMA "Our Keys" CASCADE; DROP TABLE theirs')
    said = restoring("restore", "another", "--json")
    assert said.refusal == "backup_of_another_schema"
    assert "schema Our Keys" in said.json["message"]
    use(monkeypatch, elsewhere, url)
    assert restoring("restore", "another", "--json").refusal == "database_schema_missing"
    change(elsewhere, 'CREATE SCHEMA "Our Keys"; CREATE TABLE public.theirs (id integer)')
    assert restoring("restore", "another").exit_code == 0
    assert everything(url) == before


def test_a_database_that_cannot_be_reached_is_told_before_anything_else(
    saved, restoring, elsewhere, monkeypatch
):
    use(monkeypatch, elsewhere, elsewhere.database.replace("?", "-of-nobody?"))
    for command in (("backup", "another"), ("restore", str(saved))):
        assert restoring(*command, "--json").refusal == "database_unreachable"
