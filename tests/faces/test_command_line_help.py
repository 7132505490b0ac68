"""Settings and help, the same for every command."""

from __future__ import annotations

import pytest

from keyferry.server.command_line import main


def test_a_bad_setting_is_one_line(instance, monkeypatch):
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", "https://example.com/path")
    assert instance("license", "show", "KEY", "--json").refusal == "malformed_settings"


COMMANDS = {
    "": "init serve worker console product license operator property activate deactivate",
    "product": "add export rotate",
    "license": "issue show renew suspend resume",
    "operator": "add reset disable list",
    "property": "list set",
}


@pytest.mark.parametrize("group", COMMANDS)
def test_every_command_explains_itself(keyferry, group):
    commands = COMMANDS[group].split()
    assert [*(main.commands[group] if group else main).commands] == commands
    for command in ([], *([command] for command in commands)):
        said = keyferry(*group.split(), *command, "--help")
        assert said.exit_code == 0
        assert "Usage: " in said.stdout
        assert "--json" in said.stdout
