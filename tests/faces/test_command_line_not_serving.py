"""`keyferry serve` where it cannot start: one line that says why."""

from __future__ import annotations

import json
import re
import socket

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def test_a_busy_port_is_named(instance):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        busy = instance("serve", "--bind", f"127.0.0.1:{port}")
        assert (busy.exit_code, len(busy.stderr.splitlines())) == (1, 1)
        assert f"Port {port} on 127.0.0.1 is in use." in busy.stderr
        assert instance("serve", "--bind", f"127.0.0.1:{port}", "--json").refusal == "port_in_use"
        busy = instance("serve", "--bind", "127.0.0.1:0", "--metrics", f"127.0.0.1:{port}")
        assert busy.stderr.endswith("choose another one with --metrics.\n")


@pytest.mark.parametrize("address", ["9464", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:65536"])
def test_what_is_no_address_for_metrics_is_a_wrong_use(instance, address):
    said = instance("serve", "--metrics", address)
    assert (said.exit_code, "--metrics takes HOST:PORT" in said.stderr) == (2, True)


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", "a" * 70, "ü..x"])
def test_an_address_of_another_machine_is_named(instance, host):
    said = instance("serve", "--bind", f"{host}:8000", "--json")
    assert said.refusal == "address_not_available"
    assert host in said.json["message"]


def test_a_name_that_is_not_found_is_not_said_to_be_another_machines(instance):
    said = instance("serve", "--bind", "nowhere.invalid:8000", "--json").json["message"]
    assert said.startswith("No address to listen on was found for nowhere.invalid: ")


def refusal_of(instance, certfile: object, keyfile: object) -> str:
    """Serve with what is no certificate, and return what is said."""
    said = instance("serve", "--certfile", str(certfile), "--keyfile", str(keyfile), "--json")
    assert said.refusal == "malformed_certificate"
    return said.json["message"]


def test_a_missing_certificate_is_named(instance, certificate, tmp_path):
    nowhere, too_long = tmp_path / "nowhere.pem", tmp_path / ("a" * 300)
    refusal_of(instance, too_long, too_long)
    assert str(nowhere) in refusal_of(instance, certificate[0], nowhere)
    assert str(nowhere) in refusal_of(instance, nowhere, certificate[1])


def test_what_is_no_certificate_is_named(instance, certificate):
    certfile, keyfile = certificate
    assert str(keyfile) in refusal_of(instance, keyfile, certfile)


def test_a_key_of_another_certificate_is_refused_for_what_openssl_says(instance, certificate):
    certfile, keyfile = certificate
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    keyfile.write_bytes(other.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    assert re.search(r"can't be used \([A-Z_]+\)", refusal_of(instance, certfile, keyfile))


def test_a_key_with_a_password_is_named_and_nobody_is_asked_for_it(instance, certificate):
    certfile, keyfile = certificate
    key = serialization.load_pem_private_key(keyfile.read_bytes(), password=None)
    protected = serialization.BestAvailableEncryption(b"a password")
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    keyfile.write_bytes(key.private_bytes(pem, pkcs8, protected))
    assert "password" in refusal_of(instance, certfile, keyfile)


def test_a_lost_master_key_stops_the_start(vendor, instance, settings):
    (settings.home / "master.key").unlink()
    assert instance("serve", "--json").refusal == "missing_master_key"


JSON = {"KEYFERRY_LOG_FORMAT": "json"}


@pytest.mark.parametrize(
    ("command", "settings_too", "code"),
    [
        (("serve", "--log-format", "json"), {}, "missing_master_key"),
        (("serve",), JSON, "missing_master_key"),
        (("worker", "--once", "--log-format=json"), {}, "missing_master_key"),
        (("serve", "--log-format", "json", "--bind", "nowhere"), {}, "usage"),
        (("serve", "--no-such-option"), JSON, "usage"),
    ],
)
def test_where_logs_are_json_a_start_that_fails_is_too(
    vendor, instance, settings, monkeypatch, command, settings_too, code
):
    (settings.home / "master.key").unlink()
    for name, value in settings_too.items():
        monkeypatch.setenv(name, value)
    said = instance(*command)
    [line] = said.stderr.splitlines()
    found = json.loads(line)
    assert (found["level"], found["logger"], found["code"]) == ("error", f"keyferry.{command[0]}", code)
    assert found["message"]
    assert found["time"].endswith("+00:00")
    assert said.stdout == ""
    assert said.exit_code == (2 if code == "usage" else 1)


@pytest.mark.parametrize("command", [("serve", "--log-format", "text"), ("doctor",), ("serve", "--json")])
def test_elsewhere_a_failure_stays_what_it_is(vendor, instance, settings, monkeypatch, command):
    (settings.home / "master.key").unlink()
    monkeypatch.setenv("KEYFERRY_LOG_FORMAT", "text" if "--json" in command else "json")
    said = instance(*command)
    assert said.exit_code == 1
    assert not said.stderr.startswith("{")
