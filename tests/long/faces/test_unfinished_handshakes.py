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

    def seconds_until_answered(authority: os.PathLike[str]) -> float:
        context = ssl.create_default_context(cafile=authority)
        begun = time.monotonic()
        with (
            socket.create_connection((LOOPBACK, server.port), timeout=PATIENCE_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as encrypted,
        ):
            for piece in (PAGE + SMALL_POST[:-1], SMALL_POST[-1:], last(LARGE)):
                encrypted.sendall(piece)
            said = rest_of(encrypted)
        assert (statuses(said), len(said) > 900_000) == ([200, 400, 200], True)
        return time.monotonic() - begun

    with serving("--certfile", str(certfile), "--keyfile", str(keyfile)) as server:
        # Whoever comes first waits until a worker has started, which is not what is promised here.
        seconds_until_answered(certfile)
        # The first record of a handshake says how long it is, and then does not come.
        with crowd(server.port, b"\x16\x03\x01\x02\x00\x01", 500), crowd(server.port, b"", 500):
            # Who comes right behind the crowd is answered once all of it was let in. That takes processor
            # time, of which a busy machine has little; that it stays takes none.
            seconds_until_answered(certfile)
            for _ in range(4):
                assert seconds_until_answered(certfile) < PROMISED_SECONDS
        for old, new in zip(certificate, make_certificate(tmp_path_factory.mktemp("new")), strict=True):
            old.write_bytes(new.read_bytes())
        assert seconds_until_answered(certfile) < PROMISED_SECONDS
