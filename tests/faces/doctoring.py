"""What has tests ask `keyferry doctor`: import the fixtures from here."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

__all__ = ["checks", "finding", "settled"]

OK = ("ok", "ok")
PUBLIC = "http://keys.example.com"


@pytest.fixture(autouse=True)
def settled(monkeypatch, request) -> None:
    """The public address is a public one, which nobody connects to, and there is no email."""
    request.getfixturevalue("keyferry")
    monkeypatch.setenv("KEYFERRY_PUBLIC_URL", PUBLIC)
    for name in ("SMTP_URL", "MAIL_FROM"):
        monkeypatch.delenv(f"KEYFERRY_{name}", raising=False)


@pytest.fixture
def checks(keyferry) -> Callable[[], dict[str, dict[str, str]]]:
    """What the doctor finds, by check."""

    def checks() -> dict[str, dict[str, str]]:
        said = keyferry("doctor", "--json")
        found = said.json["checks"]
        assert all(set(one) == {"check", "status", "code", "message"} for one in found)
        assert said.exit_code == int(any(one["status"] == "problem" for one in found))
        by_name = {one["check"]: one for one in found}
        assert len(by_name) == len(found)
        return by_name

    return checks


@pytest.fixture
def finding(checks) -> Callable[[str], tuple[str, str]]:
    """Status and code of one check."""

    def finding(check: str) -> tuple[str, str]:
        found = checks()[check]
        return found["status"], found["code"]

    return finding


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on loopback that answers each connection; returns its port."""

    def serve() -> None:
        # Closing the listener does not end an accept; shutting it down does.
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
