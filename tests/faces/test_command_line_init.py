"""`keyferry init`."""

from __future__ import annotations

import sqlite3

import pytest

from keyferry.server.core.secrets import new_master_key
from tests.faces.conftest import mode_of


def test_init_makes_everything_for_the_owner_only_and_says_what_comes_next(keyferry, tmp_path):
    said = keyferry("init")
    assert said.exit_code == 0
    home = tmp_path / "home"
    for made in (home, home / "keyferry.db", home / "master.key"):
        assert str(made) in said.stdout
    assert mode_of(home) == 0o700
    assert mode_of(home / "master.key") == 0o600
    assert mode_of(home / "keyferry.db") == 0o600
    assert "keyferry product add" in said.stdout
    assert "keyferry product export" in said.stdout
    assert "keyferry serve" in said.stdout


def test_init_again_changes_nothing(keyferry, tmp_path):
    keyferry("init")
    key = (tmp_path / "home" / "master.key").read_text()
    keyferry("product", "add", "demo-cad", "--name", "Demo", "--key-style", "short")
    again = keyferry("init", "--json")
    assert (again.exit_code, again.json["made"]) == (0, [])
    assert (tmp_path / "home" / "master.key").read_text() == key
    assert keyferry("product", "export", "demo-cad").exit_code == 0


def test_init_makes_no_master_key_file_where_the_environment_holds_the_key(keyferry, tmp_path, monkeypatch):
    monkeypatch.setenv("KEYFERRY_MASTER_KEY", new_master_key("env"))
    assert keyferry("init", "--json").json["master_key_file"] is None
    assert not (tmp_path / "home" / "master.key").exists()


def test_init_never_replaces_a_lost_master_key_by_a_new_one(keyferry, tmp_path):
    keyferry("init")
    keyferry("product", "add", "demo-cad", "--name", "Demo", "--key-style", "short")
    (tmp_path / "home" / "master.key").unlink()
    assert keyferry("init", "--json").refusal == "missing_master_key"
    assert not (tmp_path / "home" / "master.key").exists()


def test_init_misses_every_master_key_that_sealed_something(keyferry, tmp_path):
    keyferry("init")
    file = tmp_path / "home" / "master.key"
    first = file.read_text()
    assert keyferry("product", "add", "a", "--name", "A", "--key-style", "short").exit_code == 0
    file.write_text(f"{new_master_key('second')}\n{first}")
    assert keyferry("product", "add", "b", "--name", "B", "--key-style", "short").exit_code == 0
    file.write_text(first)
    said = keyferry("init", "--json")
    assert said.refusal == "missing_master_key"
    assert "“second”" in said.json["message"]
    assert keyferry("serve", "--json").refusal == "missing_master_key"


@pytest.mark.parametrize("home", ["~nobody-of-this-name/x", "\udcff"])
def test_init_refuses_a_home_that_no_path_leads_to(keyferry, monkeypatch, home):
    monkeypatch.setenv("KEYFERRY_HOME", home)
    assert keyferry("init", "--json").refusal == "malformed_settings"


@pytest.mark.engines("sqlite")
def test_init_leaves_the_database_of_a_newer_version_alone(instance, settings):
    with sqlite3.connect(settings.sqlite_file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for command in ("init", "serve"):
        said = instance(command, "--json")
        assert said.refusal == "database_newer"
        assert "from a newer version of Keyferry" in said.json["message"]


def test_init_says_where_it_may_not_write(keyferry, tmp_path):
    (tmp_path / "home").write_text("a file where the folder should be")
    assert keyferry("init", "--json").refusal == "home_not_writable"
