"""Real servers that answer scanned activations in their main thread, which nothing keeps waiting."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest

from keyferry.server.db import db
from keyferry.server.db.lock_file import LockFile
from tests.faces.serving import Server, environment, serving, serving_within
from tests.faces.test_quick_requests import HEAD

__all__ = ["environment", "serving"]

pytestmark = pytest.mark.engines("sqlite")

PATIENCE = 20


def post(server: Server, path: str, body: dict[str, str]) -> tuple[int, Any]:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as connection:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_activations_that_wait_for_another_process_keep_nobody_else_waiting(vendor, serving):
    lock, key = LockFile(db.engine.url.database), vendor.issue(seats=3)
    tokens = [vendor.machine(key, f"PC-{number}").activation_token for number in range(3)]
    with serving() as server, ThreadPoolExecutor() as phones:
        # Until the server says that it is there, it writes itself.
        assert lock.acquire(PATIENCE)
        asked = [phones.submit(post, server, "/phone/v1/activations", {"token": one}) for one in tokens]
        status, preview = post(server, "/phone/v1/requests", {"token": tokens[0]})
        assert (status, preview["state"], preview["seats_used"]) == (200, "new", 0)
        assert not any(one.done() for one in asked)
        lock.release()
        answers = [one.result(PATIENCE) for one in asked]
    assert [status for status, _ in answers] == [200] * 3
    assert sorted(answer["seats_used"] for _, answer in answers) == [1, 2, 3]
    assert len({answer["computer_key"] for _, answer in answers}) == 3


def test_a_refusal_is_answered_and_written_as_anywhere(vendor, serving):
    key = vendor.issue(seats=1)
    first, second = (vendor.machine(key, name).activation_token for name in ("PC-1", "PC-2"))
    with serving() as server:
        assert post(server, "/phone/v1/activations", {"token": first})[0] == 200
        status, refused = post(server, "/phone/v1/activations", {"token": second})
        assert (status, refused["code"]) == (403, "no_seat_left")
        forged = second[:-1] + ("A" if second[-1] != "A" else "B")
        _, refused = post(server, "/phone/v1/activations", {"token": forged})
        assert refused["code"] == "bad_signature"
        status, again = post(server, "/phone/v1/activations", {"token": first})
        assert (status, again["state"]) == (200, "active")


def test_who_asks_again_at_once_is_answered_at_once(vendor, settings):
    """The second request came with the first, so nothing more came that would have woken the server."""
    token = vendor.machine(vendor.issue()).activation_token
    body = json.dumps({"token": token}).encode()
    head = HEAD.replace(b"200", str(len(body)).encode())
    limits = {"look_seconds": 10 * PATIENCE}
    with (
        serving_within(limits, settings.home) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as phone,
        phone.makefile("rb") as answers,
    ):
        phone.sendall(2 * (head + body))
        states = []
        for _ in range(2):
            length = next(int(line[15:]) for line in answers if line.lower().startswith(b"content-length:"))
            assert any(line == b"\r\n" for line in iter(answers.readline, b""))
            states.append(json.loads(answers.read(length))["state"])
    assert states == ["new", "active"]


def test_who_asks_without_end_keeps_nobody_else_waiting(vendor, serving):
    token = vendor.machine(vendor.issue()).activation_token
    body = json.dumps({"token": token}).encode()
    asked = HEAD.replace(b"200", str(len(body)).encode()) + body
    ends, answered = threading.Event(), threading.Event()

    def ask(crowd: socket.socket) -> None:
        while not ends.is_set():
            crowd.sendall(100 * asked)

    def read(crowd: socket.socket) -> None:
        while crowd.recv(65536):
            answered.set()

    with (
        serving() as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as crowd,
        ThreadPoolExecutor() as phones,
    ):
        done = [phones.submit(one, crowd) for one in (ask, read)]
        try:
            assert answered.wait(PATIENCE)
            assert post(server, "/phone/v1/requests", {"token": token})[0] == 200
        finally:
            ends.set()
            crowd.shutdown(socket.SHUT_RDWR)
        # Neither was left waiting: the end of the connection reached both, in one of its forms.
        assert all(isinstance(one.exception(PATIENCE), ConnectionError | None) for one in done)


def test_another_program_that_writes_keeps_nobody_waiting_who_only_reads(vendor, serving, settings):
    """It has the lock of SQLite, and has never heard of ours."""
    key = vendor.issue(seats=2)
    tokens = [vendor.machine(key, f"PC-{number}").activation_token for number in range(2)]
    with (
        serving() as server,
        ThreadPoolExecutor() as phones,
        closing(sqlite3.connect(settings.sqlite_file, isolation_level=None)) as program,
    ):
        program.execute("BEGIN IMMEDIATE")
        asked = [phones.submit(post, server, "/phone/v1/activations", {"token": one}) for one in tokens]
        for _ in range(20):
            status, preview = post(server, "/phone/v1/requests", {"token": tokens[0]})
            assert (status, preview["state"]) == (200, "new")
        assert not any(one.done() for one in asked)
        program.execute("ROLLBACK")
        assert [one.result(PATIENCE)[0] for one in asked] == [200] * 2
