"""Customers who activate one machine after the other, and keep what they were answered."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection

AT_ONCE = 8
PATIENCE = 120


class Customers:
    """So many at once; whoever gets no answer goes on with the next machine."""

    def __init__(self, port: int, bodies: Iterable[bytes], trusted: ssl.SSLContext | None = None) -> None:
        self._port, self._trusted = port, trusted
        self._waiting = iter(bodies)
        self._guard = threading.Condition()
        self._is_open = threading.Event()
        self._is_open.set()
        self.keys: dict[bytes, str] = {}
        self.unanswered: list[bytes] = []
        self.seconds: list[float] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Have them activate while the block runs, and until they are done."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = [pool.submit(self._work) for _ in range(AT_ONCE)]
            yield
        for one in done:
            one.result()

    @contextmanager
    def sent_away(self) -> Iterator[None]:
        """Have nobody come while there is no server; who is there already loses the connection."""
        self._is_open.clear()
        yield
        self._is_open.set()

    def await_keys(self, count: int) -> None:
        """Wait until so many have a key."""
        with self._guard:
            assert self._guard.wait_for(lambda: len(self.keys) >= count, PATIENCE)

    def _work(self) -> None:
        while self._is_open.wait(PATIENCE):
            with self._guard:
                body = next(self._waiting, None)
            if body is None:
                return
            begun = time.monotonic()
            key = activated(self._port, body, self._trusted)
            seconds = time.monotonic() - begun
            with self._guard:
                self.seconds.append(seconds)
                if key is None:
                    self.unanswered.append(body)
                else:
                    self.keys[body] = key
                    self._guard.notify_all()


def activated(port: int, body: bytes, trusted: ssl.SSLContext | None = None) -> str | None:
    """Return the computer key of an activation, None where none was answered."""
    return answer(port, body, trusted)[1]


def answer(port: int, body: bytes, trusted: ssl.SSLContext | None = None) -> tuple[int, str | None]:
    """Return the status of an activation, 0 without an answer, and the computer key where there is one."""
    if trusted is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    else:
        connection = HTTPSConnection("localhost", port, timeout=PATIENCE, context=trusted)
    try:
        connection.request("POST", "/phone/v1/activations", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
    except (OSError, HTTPException):
        return 0, None
    finally:
        connection.close()
    return answer.status, json.loads(said)["computer_key"] if answer.status == 200 else None
