"""`keyferry product …`."""

from __future__ import annotations

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.profile import WizardProfile
from tests.faces.conftest import mode_of


def test_a_product_is_added_with_its_style_and_features(done):
    options = "--name Tool --key-style signed --feature a --feature b"
    added = done("product", "add", "TOOL", *options.split())
    assert (added["code"], added["number"], added["key_style"]) == ("TOOL", 1, "signed")
    assert added["features"] == ["a", "b"]


def test_the_key_style_has_no_default_and_its_help_is_honest(instance):
    said = instance("product", "add", "TOOL", "--name", "Tool")
    assert said.exit_code == 2
    assert "--key-style" in said.stderr
    help_text = " ".join(instance("product", "add", "--help").stdout.split())
    assert "30 characters to type" in help_text
    assert "whoever extracts it can make keys for this product" in help_text
    assert "120 characters to type, or none: the license file" in help_text


def test_a_product_that_is_there_is_refused_in_one_line(vendor, instance):
    add = ("product", "add", "Demo-CAD", "--name", "Demo", "--key-style", "short")
    assert instance(*add, "--json").refusal == "product_exists"
    said = instance(*add)
    assert (said.exit_code, said.stdout, len(said.stderr.splitlines())) == (1, "", 1)
    assert said.stderr.startswith("keyferry: ")


def test_an_exported_profile_is_readable_by_the_wizard_and_by_its_owner_only(vendor, instance, tmp_path):
    out = tmp_path / "profile.json"
    assert instance("product", "export", "demo-cad", "--out", str(out)).exit_code == 0
    assert WizardProfile.from_json(out.read_text()) == vendor.profile
    assert mode_of(out) == 0o600
    for options in ((), ("--json",)):
        text = instance("product", "export", "demo-cad", *options).stdout
        assert WizardProfile.from_json(text) == vendor.profile


def test_a_profile_names_the_public_url(vendor, instance, monkeypatch):
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", "https://activate.example.com")
    assert instance("product", "export", "demo-cad").json["server_url"] == "https://activate.example.com"


def test_a_profile_replaces_its_predecessor_and_no_other_file(vendor, instance, tmp_path):
    out = tmp_path / "profile.json"
    instance("product", "export", "demo-cad", "--out", str(out))
    assert instance("product", "rotate", "demo-cad").exit_code == 0
    assert instance("product", "export", "DEMO-CAD", "--out", str(out)).exit_code == 0
    assert WizardProfile.from_json(out.read_text()).current_epoch.number == 2
    out.write_text("something dear")
    assert instance("product", "export", "demo-cad", "--out", str(out), "--json").refusal == "file_exists"
    assert out.read_text() == "something dear"


def test_whoever_exports_a_profile_is_warned_where_no_phone_reaches_the_server(vendor, instance, monkeypatch):
    said = instance("product", "export", "demo-cad")
    assert said.exit_code == 0
    assert "http://127.0.0.1:8000" in said.stderr
    assert "Set KEYFERRY_PUBLIC_URL first" in said.stderr
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", "https://activate.example.com")
    assert instance("product", "export", "demo-cad").stderr == ""


@pytest.mark.parametrize("name", ["nowhere/profile.json", "a" * 300])
def test_a_file_that_cannot_be_written_is_named(vendor, instance, tmp_path, name):
    out = str(tmp_path / name)
    said = instance("product", "export", "demo-cad", "--out", out, "--json")
    assert said.refusal == "file_not_writable"
    assert out in said.json["message"]


def test_a_product_is_rotated_and_its_old_epochs_retired(vendor, done, issue):
    assert done("product", "rotate", "demo-cad")["epoch"] == 2
    machine = vendor.machine(ActivationKey.from_text(issue()))
    assert done("product", "rotate", "demo-cad", "--retire-old")["epoch"] == 3
    assert vendor.profile.current_epoch.number == 3
    assert machine.epoch == 1


def test_an_application_of_a_retired_epoch_is_refused(vendor, done, issue, instance):
    machine = vendor.machine(ActivationKey.from_text(issue()))
    done("product", "rotate", "demo-cad", "--retire-old")
    said = instance("activate", machine.activation_key.text, machine.computer_id.text, "--json")
    assert said.refusal == "retired_epoch"
