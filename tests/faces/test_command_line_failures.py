"""Whatever goes wrong with `keyferry`: one line that says what, an exit code, and never a traceback."""

from __future__ import annotations

import codecs
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.command_line import licenses

NOBODY = 65534
NO_TEXT = "\udcff"
ADD = ("product", "add", "demo-cad", "--name", "Demo", "--key-style", "short")
COMMANDS = [
    ADD,
    ("product", "export", "demo-cad"),
    ("product", "rotate", "demo-cad"),
    ("license", "issue", "demo-cad", "--seats", "1"),
    ("license", "show", "KEY"),
    ("license", "renew", "KEY", "--days", "1"),
    ("license", "suspend", "KEY"),
    ("license", "resume", "KEY"),
    ("activate", "KEY", "ID"),
    ("deactivate", "KEY", "ID", "CODE"),
    ("serve",),
]


@pytest.fixture
def unprivileged(settings, monkeypatch) -> Iterator[Path]:
    """An instance that an ordinary account owns, with this process running as that account."""
    outside = Path(tempfile.mkdtemp())
    home = shutil.copytree(settings.home, outside / "home")
    root = os.geteuid() == 0
    if root:
        for path in (outside, home, *home.iterdir()):
            shutil.chown(path, NOBODY, NOBODY)
        # This account may not read a Python in root's home, and Python remembers a codec that it cannot load.
        codecs.lookup("ascii")
        os.seteuid(NOBODY)
    monkeypatch.setenv("KEYFERRY_HOME", str(home))
    yield home
    if root:
        os.seteuid(0)
    home.chmod(0o700)
    shutil.rmtree(outside)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_asks_for_init_first(keyferry, tmp_path, command):
    said = keyferry(*command)
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr.endswith("Run `keyferry init` first.\n")
    assert len(said.stderr.splitlines()) == 1
    assert keyferry(*command, "--json").refusal == "not_initialized"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_home_that_this_account_may_not_enter_is_named(keyferry, unprivileged, command):
    unprivileged.chmod(0o000)
    said = keyferry(*command, "--json")
    assert said.refusal == "database_unreachable"
    assert str(unprivileged) in said.json["message"]


@pytest.mark.engines("sqlite")
def test_a_database_that_this_account_may_only_read_is_reported(keyferry, unprivileged):
    (unprivileged / "keyferry.db").chmod(0o400)
    assert keyferry(*ADD, "--json").refusal == "database_read_only"
    said = keyferry(*ADD)
    assert (said.exit_code, said.stdout, len(said.stderr.splitlines())) == (1, "", 1)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_home_whose_name_is_too_long_is_named(keyferry, monkeypatch, tmp_path, command):
    monkeypatch.setenv("KEYFERRY_HOME", str(tmp_path / ("a" * 300)))
    assert keyferry(*command, "--json").refusal == "database_unreachable"
    assert keyferry("init", "--json").refusal == "home_not_writable"


@pytest.mark.parametrize(
    "command",
    [
        ("product", "export", NO_TEXT),
        ("product", "rotate", NO_TEXT),
        ("product", "add", NO_TEXT, "--name", "Tool", "--key-style", "short"),
        ("product", "add", "tool", "--name", NO_TEXT, "--key-style", "short"),
        ("product", "add", "tool", "--name", "Tool", "--key-style", "short", "--feature", NO_TEXT),
        ("license", "issue", NO_TEXT, "--seats", "1"),
        ("license", "issue", "demo-cad", "--seats", "1", "--customer", f"{NO_TEXT}@example.com"),
        ("license", "issue", "demo-cad", "--seats", "1", "--feature", NO_TEXT),
        ("license", "show", NO_TEXT),
        ("activate", NO_TEXT, NO_TEXT),
        ("deactivate", NO_TEXT, NO_TEXT, NO_TEXT),
    ],
)
def test_what_is_no_text_is_refused_like_any_wrong_word(vendor, instance, command):
    assert instance(*command, "--json").refusal not in ("internal_error", "system_error")
    said = instance(*command)
    assert (said.exit_code, said.stdout, len(said.stderr.splitlines())) == (1, "", 1)


def test_what_is_no_text_is_refused_beside_good_codes_too(vendor, instance, issue):
    machine = vendor.machine(ActivationKey.from_text(issue()))
    codes = (machine.activation_key.text, machine.computer_id.text)
    for command in (
        ("activate", *codes, "--name", NO_TEXT),
        ("deactivate", *codes, NO_TEXT),
        ("deactivate", *codes, "--forced", "--reason", NO_TEXT),
    ):
        assert instance(*command, "--json").refusal not in ("internal_error", "system_error")


def test_a_file_whose_name_is_no_text_is_written(vendor, done, tmp_path):
    out = tmp_path / NO_TEXT
    assert done("product", "export", "demo-cad", "--out", str(out))["file"] == str(out)
    assert out.exists()


def test_who_did_it_is_the_account_and_not_what_the_environment_says(vendor, done, issue, monkeypatch):
    for name in ("LOGNAME", "USER"):
        monkeypatch.setenv(name, NO_TEXT)
    machine = vendor.machine(ActivationKey.from_text(issue()))
    done("activate", machine.activation_key.text, machine.computer_id.text)
    [shown] = done("license", "show", machine.activation_key.text)["licenses"]
    assert shown["activations"][0]["activated_by"] == pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("license", ""),
        ("license issue", "demo-cad"),
        ("license issue", "demo-cad --seats 0"),
        ("license issue", "demo-cad --seats none"),
        ("license issue", "demo-cad --seats 1 --days 0"),
        ("license issue", "demo-cad --seats 1 --expires 31.12.2030"),
        ("license issue", "demo-cad --seats 1 --expires 2030-12-31 --days 1"),
        ("license issue", "demo-cad --seats 1 --nonsense"),
        ("license renew", "KEY"),
        ("license renew", "KEY --days 1 --expires 2090-01-01"),
        ("product add", "tool --name Tool"),
        ("product add", "tool --name Tool --key-style long"),
        ("operator add", "eve --role queen"),
        ("property set", "options/maxReleaseCount 1 --jsn"),
        ("deactivate", "KEY ID"),
        ("deactivate", "KEY ID --forced"),
        ("deactivate", "KEY ID --reason x"),
        ("deactivate", "KEY ID CODE --reason x"),
        ("deactivate", "KEY ID CODE --forced --reason x"),
        ("serve", "--bind 8000"),
        ("serve", "--bind nowhere"),
        ("serve", "--bind 127.0.0.1:"),
        ("serve", "--bind 127.0.0.1:65536"),
        ("serve", "--bind 127.0.0.1:http"),
        ("serve", "--workers 0"),
        ("serve", "--certfile cert.pem"),
        ("serve", "--keyfile key.pem"),
        ("", "frobnicate"),
        ("", NO_TEXT),
    ],
)
def test_a_wrong_use_is_one_line_or_an_object(keyferry, command, arguments):
    typed = [*command.split(), *arguments.split()]
    said = keyferry(*typed)
    assert (said.exit_code, said.stdout, len(said.stderr.splitlines())) == (2, "", 1)
    assert said.stderr.endswith(f"See `{' '.join(['keyferry', *command.split()])} --help`.\n")
    said = keyferry(*typed, "--json")
    assert (said.exit_code, said.stderr, said.json["code"]) == (2, "", "usage")


def test_without_a_command_the_help_is_shown(keyferry):
    said = keyferry()
    assert (said.exit_code, said.stderr) == (2, "")
    assert "Start here:" in said.stdout


def test_a_fault_of_keyferry_itself_is_one_line_that_holds_no_key(instance, monkeypatch):
    key = ActivationKey.generate(bytes(12)).text

    def broken(*_: object) -> None:
        raise RuntimeError(f"cannot handle {key}")

    monkeypatch.setattr(licenses.licenses, "find", broken)
    said = instance("license", "show", key)
    assert (said.exit_code, said.stdout, len(said.stderr.splitlines())) == (1, "", 1)
    assert "RuntimeError in broken" in said.stderr
    assert key not in said.stderr
    assert instance("license", "show", key, "--json").refusal == "internal_error"


def test_what_the_system_refuses_elsewhere_is_named(instance, monkeypatch):
    def broken(*_: object) -> None:
        Path("/nowhere/at/all").read_text()

    monkeypatch.setattr(licenses.licenses, "find", broken)
    key = ActivationKey.generate(bytes(12)).text
    assert instance("license", "show", key, "--json").json == {
        "code": "system_error",
        "message": "/nowhere/at/all: No such file or directory.",
    }


def test_an_interruption_ends_with_130(instance, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(licenses.licenses, "find", interrupted)
    said = instance("license", "show", ActivationKey.generate(bytes(12)).text)
    assert (said.exit_code, said.stderr.strip()) == (130, "keyferry: Interrupted.")
