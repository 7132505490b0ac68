"""`keyferry serve` where it cannot start: one line that says why."""

from __future__ import annotations

import socket

import pytest
from cryptography.hazmat.primitives import serialization


def test_a_busy_port_is_named(instance):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        busy = instance("serve", "--bind", f"127.0.0.1:{port}")
        assert (busy.exit_code, len(busy.stderr.splitlines())) == (1, 1)
        assert f"Port {port} on 127.0.0.1 is in use." in busy.stderr
        assert instance("serve", "--bind", f"127.0.0.1:{port}", "--json").refusal == "port_in_use"


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", "a" * 70, "ü..x"])
def test_an_address_of_another_machine_is_named(instance, host):
    said = instance("serve", "--bind", f"{host}:8000", "--json")
    assert said.refusal == "address_not_available"
    assert host in said.json["message"]


@pytest.mark.parametrize(
    "options",
    [
        ("--bind", "8000"),
        ("--bind", "127.0.0.1:"),
        ("--bind", "127.0.0.1:65536"),
        ("--bind", "127.0.0.1:http"),
        ("--workers", "0"),
        ("--certfile", "cert.pem"),
        ("--keyfile", "key.pem"),
    ],
)
def test_wrong_usage_ends_with_2(instance, options):
    assert instance("serve", *options).exit_code == 2


def test_a_missing_certificate_is_named(instance, certificate, tmp_path):
    nowhere = str(tmp_path / "nowhere.pem")
    too_long = str(tmp_path / ("a" * 300))
    said = instance("serve", "--certfile", too_long, "--keyfile", too_long, "--json")
    assert said.refusal == "malformed_certificate"
    for files in ((certificate[0], nowhere), (nowhere, certificate[1])):
        said = instance("serve", "--certfile", str(files[0]), "--keyfile", str(files[1]), "--json")
        assert said.refusal == "malformed_certificate"
        assert nowhere in said.json["message"]


def test_what_is_no_certificate_is_named(instance, certificate):
    certfile, keyfile = map(str, certificate)
    said = instance("serve", "--certfile", keyfile, "--keyfile", certfile, "--json")
    assert said.refusal == "malformed_certificate"
    assert keyfile in said.json["message"]


def test_a_key_with_a_password_is_named_and_nobody_is_asked_for_it(instance, certificate):
    certfile, keyfile = certificate
    key = serialization.load_pem_private_key(keyfile.read_bytes(), password=None)
    protected = serialization.BestAvailableEncryption(b"a password")
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    keyfile.write_bytes(key.private_bytes(pem, pkcs8, protected))
    said = instance("serve", "--certfile", str(certfile), "--keyfile", str(keyfile), "--json")
    assert said.refusal == "malformed_certificate"
    assert "password" in said.json["message"]


def test_a_lost_master_key_stops_the_start(vendor, instance, settings):
    (settings.home / "master.key").unlink()
    assert instance("serve", "--json").refusal == "missing_master_key"
