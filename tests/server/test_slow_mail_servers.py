"""Mail servers that are slow: what arrives is sent once, and one that takes too long is left."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from keyferry.server.mail import mailer, worker
from tests.server.test_mailer import KEY, box, post, put_off, row, work

__all__ = ["box"]


class Dripping:
    """A mail server that says one byte at a time, from some answer on; each comes within any timeout."""

    def __init__(self, ready: int) -> None:
        self._ready = ready
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client, suppress(OSError):
            for answer in (b"220 here", b"250 hello", b"250 sender", b"250 recipient")[: self._ready]:
                client.sendall(answer + b"\r\n")
                client.recv(4096)
            while not self._ended.wait(0.05):
                client.sendall(b"2")


@pytest.mark.thorough
@pytest.mark.parametrize("ready", [0, 1, 4])
def test_a_server_that_says_one_byte_at_a_time_is_left_before_the_lease_ends(app, clock, monkeypatch, ready):
    monkeypatch.setattr(mailer, "LONGEST_SECONDS", 0.5)
    server = Dripping(ready)
    try:
        post(clock)
        line = put_off(server.url, clock)
        assert "didn’t answer in time" in line
        assert KEY not in line
    finally:
        server.end()


@pytest.mark.thorough
def test_a_slow_server_gets_each_mail_once_and_one_that_is_too_slow_is_left(box, clock, monkeypatch):
    box.seconds = 0.3
    number = post(clock)
    assert work(box.url, clock)[0] == worker.Done(sent=1)
    assert row(number).sealed_text is None
    # It takes longer than there is: the mail waits, and goes out once the server is itself again.
    box.seconds = 3
    with monkeypatch.context() as hurried:
        hurried.setattr(mailer, "LONGEST_SECONDS", 0.5)
        second = post(clock, "grace@example.com")
        line = put_off(box.url, clock)
    assert "didn’t answer in time" in line
    assert KEY not in line
    assert row(second).sealed_text is not None
    box.seconds = 0
    clock.now += timedelta(hours=1)
    assert work(box.url, clock)[0] == worker.Done(sent=1)
    assert [mail["To"] for mail in box.mails] == ["ada@example.com", "grace@example.com"]
