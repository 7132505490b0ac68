"""Handshakes that strangers leave unfinished."""

from __future__ import annotations

import os
import socket
import ssl
import time

from tests.conftest import make_certificate
from tests.faces.serving import environment, serving
from tests.faces.strangers import (
    LARGE,
    LOOPBACK,
    PAGE,
    PATIENCE_SECONDS,
    PROMISED_SECONDS,
    connected,
    crowd,
    last,
    rest_of,
    statuses,
)
from tests.faces.test_unfinished_requests import SMALL_POST

__all__ = ["environment", "serving"]


def test_handshakes_that_never_finish_keep_nobody_waiting_and_a_new_certificate_is_taken(
    serving, certificate, tmp_path_factory
):
    certfile, keyfile = certificate

    def answered(authority: os.PathLike[str]) -> list[int]:
        context = ssl.create_default_context(cafile=authority)
        begun = time.monotonic()
        with (
            socket.create_connection((LOOPBACK, server.port), timeout=PATIENCE_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as encrypted,
        ):
            for piece in (PAGE + SMALL_POST[:-1], SMALL_POST[-1:], last(LARGE)):
                encrypted.sendall(piece)
            said = rest_of(encrypted)
        assert len(said) > 900_000
        assert time.monotonic() - begun < PROMISED_SECONDS
        return statuses(said)

    with serving("--certfile", str(certfile), "--keyfile", str(keyfile)) as server:
        connected(server.port).close()
        # The first record of a handshake says how long it is, and then does not come.
        with crowd(server.port, b"\x16\x03\x01\x02\x00\x01", 500), crowd(server.port, b"", 500):
            assert answered(certfile) == [200, 400, 200]
        for old, new in zip(certificate, make_certificate(tmp_path_factory.mktemp("new")), strict=True):
            old.write_bytes(new.read_bytes())
        assert answered(certfile) == [200, 400, 200]
