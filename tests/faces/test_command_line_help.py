"""Settings and help, the same for every command."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from keyferry.server.command_line import main


def test_a_bad_setting_is_one_line(instance, monkeypatch):
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", "https://example.com/path")
    assert instance("license", "show", "KEY", "--json").refusal == "malformed_settings"


CONTEXT = click.Context(main)
COMMANDS = {
    "": (
        "init serve worker doctor backup restore console product license operator property "
        "keys activate deactivate"
    ),
    "product": "add export rotate",
    "license": "issue show renew suspend resume",
    "operator": "add reset disable list",
    "property": "list set",
    "keys": "add reseal",
}


@pytest.mark.parametrize("group", COMMANDS)
def test_every_command_explains_itself(keyferry, group):
    commands = COMMANDS[group].split()
    assert (command_of(group) if group else main).list_commands(CONTEXT) == commands
    for command in ([], *([command] for command in commands)):
        said = keyferry(*group.split(), *command, "--help")
        assert said.exit_code == 0
        assert "Usage: " in said.stdout
        assert "--json" in said.stdout


def command_of(name: str) -> click.Group:
    command = main.get_command(CONTEXT, name)
    assert command is not None
    return command


@pytest.mark.parametrize("name", COMMANDS[""].split())
def test_the_list_of_commands_says_of_each_what_it_says_itself(name):
    assert main.late[name].help == command_of(name).get_short_help_str(100)


def python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_the_list_of_commands_is_there_without_waiting_for_the_server():
    program = """
import sys
from keyferry.server.command_line import main
try:
    main(["--help"])
finally:
    print(sorted({"flask", "sqlalchemy", "cryptography", "textual"} & sys.modules.keys()))
"""
    listed = python(program)
    assert listed.stdout.endswith("\n[]\n"), listed.stdout + listed.stderr


@pytest.mark.thorough
def test_without_the_servers_packages_a_command_says_what_to_install():
    program = (
        "import sys; sys.modules['flask'] = None; from keyferry.server.command_line import main; main({})"
    )
    assert python(program.format(["--help"])).returncode == 0
    refused = python(program.format(["init"]))
    assert refused.returncode == 1
    assert refused.stderr == (
        "keyferry: A part of Keyferry’s server isn’t installed here: flask is missing. Install it: "
        "pip install 'keyferry[server]'.\n"
    )
