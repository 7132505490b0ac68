"""Settings and help, the same for every command."""

from __future__ import annotations

import jwt
import pytest

from keyferry.protocol.activation_key import ActivationKey


def test_a_bad_setting_is_one_line(instance, monkeypatch):
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", "https://example.com/path")
    assert instance("license", "show", "KEY", "--json").refusal == "malformed_settings"


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("init",),
        ("serve",),
        ("worker",),
        ("product",),
        ("product", "add"),
        ("product", "export"),
        ("product", "rotate"),
        ("license",),
        ("license", "issue"),
        ("license", "show"),
        ("license", "renew"),
        ("license", "suspend"),
        ("license", "resume"),
        ("operator",),
        ("operator", "add"),
        ("operator", "reset"),
        ("operator", "disable"),
        ("operator", "list"),
        ("property",),
        ("property", "list"),
        ("property", "set"),
        ("activate",),
        ("deactivate",),
    ],
)
def test_every_command_explains_itself(keyferry, command):
    said = keyferry(*command, "--help")
    assert said.exit_code == 0
    assert "Usage: " in said.stdout
    if command and command[-1] not in ("product", "license", "operator", "property"):
        assert "--json" in said.stdout


def test_a_license_file_is_a_jwt(vendor, done, issue, tmp_path):
    key = issue("--customer", "ada@example.com")
    machine = vendor.machine(ActivationKey.from_text(key))
    out = tmp_path / "lab.lic"
    done("activate", key, machine.computer_id.text, "--license-file", str(out))
    content = jwt.decode(out.read_text(), options={"verify_signature": False})
    assert (content["aud"], content["customer"]) == ("demo-cad", "ada@example.com")
