"""`keyferry doctor` on the public address: whether phones reach it, its certificate, its QR code."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from keyferry.protocol.request_token import scan_url
from keyferry.server.parts import utc_now
from keyferry.wizard.qr import ScanCode
from tests.conftest import make_certificate
from tests.faces.doctoring import OK, checks, finding, listening, settled

__all__ = ["checks", "finding", "settled"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://127.0.0.1:8000", ("problem", "public_url_local")),
        ("http://localhost", ("problem", "public_url_local")),
        ("http://localhost.", ("problem", "public_url_local")),
        ("http://keys.localhost", ("problem", "public_url_local")),
        ("http://0.0.0.0:8000", ("problem", "public_url_local")),
        ("http://keyserver:8000", ("problem", "public_url_without_domain")),
        ("http://keys..example.com", ("problem", "public_url_malformed")),
        ("http://192.168.1", ("problem", "public_url_malformed")),
        ("http://keys.-example.com", ("problem", "public_url_malformed")),
        ("http://192.168.1.20:8000", ("warning", "public_url_private")),
        ("http://10.0.0.8", ("warning", "public_url_private")),
        ("http://172.16.0.8", ("warning", "public_url_private")),
        ("http://169.254.7.7", ("warning", "public_url_private")),
        ("http://keys.local", ("warning", "public_url_private")),
        ("http://8.8.8.8", OK),
        ("http://keys.example.com:8000", OK),
    ],
)
def test_the_public_address_is_one_that_phones_reach(instance, monkeypatch, finding, url, found):
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", url)
    assert finding("public_url") == found


class HttpsServer:
    """A real TLS server at https://localhost, whose certificate this machine trusts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def answer(self, connection: socket.socket) -> None:
        with self.context.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.recv(1)

    def renew(self, *, trusted: bool = True, **terms: object) -> None:
        certfile, keyfile = make_certificate(self.folder, **terms)
        self.context.load_cert_chain(certfile, keyfile)
        if trusted:
            self.monkeypatch.setenv("SSL_CERT_FILE", str(certfile))


@pytest.fixture
def https(instance, tmp_path, monkeypatch) -> Iterator[HttpsServer]:
    server = HttpsServer(tmp_path, monkeypatch)
    server.renew(ends=90)
    with listening(server.answer) as port:
        monkeypatch.setenv("KEYFERRY_PUBLIC_URL", f"https://localhost:{port}")
        yield server


def test_a_certificate_that_is_valid_is_fine(https, checks):
    found = checks()
    assert (found["https"]["status"], found["certificate"]["status"]) == ("ok", "ok")
    assert found["certificate"]["message"].endswith(f" until {utc_now() + timedelta(days=90):%Y-%m-%d}.")


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        ({"begins": -9, "ends": -1}, ("problem", "certificate_expired")),
        ({"begins": 1, "ends": 9}, ("problem", "certificate_not_yet_valid")),
        ({"host": "keys.example.com", "ends": 90}, ("problem", "certificate_of_another_name")),
        ({"ends": 13}, ("warning", "certificate_expires_soon")),
    ],
)
def test_a_certificate_that_has_to_be_renewed(https, finding, terms, found):
    https.renew(**terms)
    assert finding("certificate") == found
    https.renew(ends=90)
    assert finding("certificate") == OK


def test_a_certificate_for_a_name_is_not_one_for_an_ip_address(https, monkeypatch, finding):
    url = os.environ["KEYFERRY_PUBLIC_URL"]
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", url.replace("localhost", "127.0.0.1"))
    assert finding("certificate") == ("problem", "certificate_of_another_name")


def test_a_certificate_that_nobody_trusts(https, monkeypatch, finding):
    monkeypatch.delenv("SSL_CERT_FILE")
    assert finding("certificate") == ("problem", "certificate_untrusted")
    https.renew(ends=90, trusted=True)
    assert finding("certificate") == OK


def test_a_server_without_https_at_an_https_address(instance, monkeypatch, finding, checks):
    def refuse(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with listening(refuse) as port:
        monkeypatch.setenv("KEYFERRY_PUBLIC_URL", f"https://localhost:{port}")
        assert finding("certificate") == ("problem", "https_not_served")
        # A handshake fails for other reasons, too: what was seen is said, and the cause is a question.
        assert "If it doesn't speak HTTPS" in checks()["certificate"]["message"]
        monkeypatch.setenv("KEYFERRY_PUBLIC_URL", f"http://localhost:{port}")
        assert finding("https") == ("warning", "public_url_http")


def test_a_server_that_is_not_reached_may_still_be_reached_from_outside(https, monkeypatch, finding):
    here = os.environ["KEYFERRY_PUBLIC_URL"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", f"https://localhost:{port}")
    assert finding("certificate") == ("warning", "certificate_not_seen")
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", here)
    assert finding("certificate") == OK


def test_with_http_there_is_no_certificate_to_check(instance, checks):
    assert "certificate" not in checks()


@pytest.mark.parametrize("host", ["keys.example.co", f"{'k' * 40}.{'e' * 20}.com"])
def test_the_qr_code_is_as_large_as_the_wizard_makes_it(vendor, instance, monkeypatch, checks, host):
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", f"http://{host}")
    token = vendor.machine(vendor.issue(), "LAB-PC-07-AB").deactivation_token
    code = ScanCode.of(scan_url(f"http://{host}", token))
    modules, _ = code.symbol.symbol_size(border=0)
    assert f" version {code.version} ({modules} by {modules} modules)" in checks()["qr_code"]["message"]


def test_a_long_host_name_makes_the_qr_code_large_and_a_shorter_one_helps(instance, monkeypatch, checks):
    def found(name: str) -> dict[str, str]:
        monkeypatch.setenv("KEYFERRY_PUBLIC_URL", f"http://{name}.example.com")
        return checks()["qr_code"]

    large = found("k" * 60)
    assert (large["status"], large["code"]) == ("warning", "qr_code_large")
    surplus = int(re.search(r"(\d+) characters shorter", large["message"])[1])
    assert found("k" * (60 - surplus + 1))["code"] == "qr_code_large"
    assert found("k" * (60 - surplus))["code"] == "ok"
