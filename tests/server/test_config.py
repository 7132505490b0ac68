from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from keyferry.server.config import ConfigError, load_keyring, load_settings
from keyferry.server.core.secrets import new_master_key


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in ("HOME", "DATABASE_URL", "PUBLIC_URL", "MASTER_KEY", "MASTER_KEY_FILE"):
        monkeypatch.delenv(f"KEYFERRY_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def refusal_of(call, *arguments) -> ConfigError:
    with pytest.raises(ConfigError) as refused:
        call(*arguments)
    return refused.value


def test_without_an_environment_all_is_in_the_folder_instance(tmp_path):
    settings = load_settings()
    assert settings.home == tmp_path / "instance"
    assert settings.sqlite_file == tmp_path / "instance" / "keyferry.db"
    assert settings.master_key_path == tmp_path / "instance" / "master.key"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.is_https


def test_the_environment_decides(environment, tmp_path):
    environment.setenv("KEYFERRY_HOME", "elsewhere")
    environment.setenv("KEYFERRY_PUBLIC_URL", "HTTPS://Activate.Example.com/")
    environment.setenv("KEYFERRY_MASTER_KEY_FILE", "keys/master")
    settings = load_settings()
    assert settings.home == tmp_path / "elsewhere"
    assert settings.public_url == "https://activate.example.com"
    assert settings.is_https
    assert settings.master_key_path == tmp_path / "keys" / "master"


@pytest.mark.parametrize("home", ["~nobody-of-this-name/x", "\udcff"])
def test_a_folder_that_no_path_leads_to_is_refused(environment, home):
    environment.setenv("KEYFERRY_HOME", home)
    assert refusal_of(load_settings).code == "malformed_settings"


@pytest.mark.parametrize(
    ("url", "is_loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://192.168.1.20:8000", False),
        ("https://activate.example.com", False),
    ],
)
def test_a_public_url_is_known_to_reach_no_phone(environment, url, is_loopback):
    environment.setenv("KEYFERRY_PUBLIC_URL", url)
    assert load_settings().is_loopback is is_loopback


def test_an_empty_variable_is_as_good_as_none(environment):
    environment.setenv("KEYFERRY_PUBLIC_URL", "")
    assert load_settings().public_url == "http://127.0.0.1:8000"


def test_settings_do_not_change_after_the_start():
    with pytest.raises(ValidationError):
        load_settings().public_url = "http://elsewhere"


@pytest.mark.parametrize(
    "url",
    [
        "activate.example.com",
        "ftp://example.com",
        "https://example.com/activate",
        "https://example.com?x",
        "https://user@example.com",
        "https://",
        "https://example.com:0",
        "https://example.com:65536",
        "https://exa mple.com",
    ],
)
def test_a_public_url_is_scheme_and_host_and_nothing_else(environment, url):
    environment.setenv("KEYFERRY_PUBLIC_URL", url)
    refusal = refusal_of(load_settings)
    assert refusal.code == "malformed_settings"
    assert str(refusal).startswith("Set KEYFERRY_PUBLIC_URL to the address that phones open")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a:secret@b/c",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite+aiosqlite:///secret",
        "sqlite:///x?secret=1",
        "sqlite://secret/x",
        "postgresql://h:secret/x",
        "postgresql://h1:5432,h2:secret/x",
        "postgresql://u:secret@h1,/x",
        "rubbish with secret",
    ],
)
def test_a_database_is_postgresql_or_an_sqlite_file(environment, url):
    environment.setenv("KEYFERRY_DATABASE_URL", url)
    refusal = refusal_of(load_settings)
    assert str(refusal).startswith("Set KEYFERRY_DATABASE_URL to a PostgreSQL database")
    assert "secret" not in str(refusal)


def test_a_postgresql_database_is_reached_with_psycopg_3(environment):
    environment.setenv("KEYFERRY_DATABASE_URL", "postgresql://keyferry:secret@db/keyferry")
    settings = load_settings()
    assert settings.database == "postgresql+psycopg://keyferry:secret@db/keyferry"
    assert settings.sqlite_file is None
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("hosts", "servers"),
    [
        ("db1:5432,db2:5433", {"host": "db1,db2", "port": "5432,5433"}),
        ("db1,db2", {"host": "db1,db2", "port": ","}),
        ("db1,db2:5433", {"host": "db1,db2", "port": ",5433"}),
        ("[fd00::1]:5432,[fd00::2]", {"host": "fd00::1,fd00::2", "port": "5432,"}),
    ],
)
def test_a_database_with_a_standby_has_several_hosts_as_libpq_writes_them(environment, hosts, servers):
    url = f"postgresql://keyferry:a,b%40c@{hosts}/keyferry?target_session_attrs=read-write"
    environment.setenv("KEYFERRY_DATABASE_URL", url)
    read = make_url(load_settings().database)
    account = {"user": "keyferry", "password": "a,b@c", "dbname": "keyferry"}
    expected = {**account, **servers, "target_session_attrs": "read-write"}
    assert read.get_dialect()().create_connect_args(read) == ([], expected)


def test_a_relative_sqlite_file_is_found_from_where_the_server_starts(environment, tmp_path):
    environment.setenv("KEYFERRY_DATABASE_URL", "sqlite:///data/keyferry.db")
    assert load_settings().sqlite_file == tmp_path / "data" / "keyferry.db"


def test_the_master_key_comes_from_one_source_only(environment):
    environment.setenv("KEYFERRY_MASTER_KEY", new_master_key("a"))
    environment.setenv("KEYFERRY_MASTER_KEY_FILE", "master")
    assert str(refusal_of(load_settings)) == (
        "Set only one of KEYFERRY_MASTER_KEY and KEYFERRY_MASTER_KEY_FILE."
    )


def test_a_master_key_is_read_from_the_environment_or_its_file(environment, tmp_path):
    environment.setenv("KEYFERRY_MASTER_KEY", f"{new_master_key('new')}\n{new_master_key('old')}")
    assert load_keyring(load_settings()).current == "new"
    environment.delenv("KEYFERRY_MASTER_KEY")
    environment.setenv("KEYFERRY_MASTER_KEY_FILE", "master")
    (tmp_path / "master").write_text(new_master_key("file"))
    assert load_keyring(load_settings()).current == "file"


def test_a_missing_master_key_file_is_named(tmp_path):
    refusal = refusal_of(load_keyring, load_settings())
    assert refusal.code == "missing_master_key"
    assert f"{tmp_path}/instance/master.key" in str(refusal)


def test_a_file_that_holds_no_master_key_is_named_without_its_content(environment, tmp_path):
    environment.setenv("KEYFERRY_MASTER_KEY_FILE", "master")
    (tmp_path / "master").write_text("not a key at all")
    refusal = refusal_of(load_keyring, load_settings())
    assert refusal.code == "malformed_master_key"
    assert f"{tmp_path}/master" in str(refusal)
    assert "at all" not in str(refusal)
    (tmp_path / "master").write_bytes(b"\xff\xfe")
    assert refusal_of(load_keyring, load_settings()).code == "missing_master_key"
