"""Work that is dear, done by few at a time: whoever waits too long is told so instead of waiting on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from keyferry.server.core.errors import Busy


def busy() -> Busy:
    """Return the error for who comes while others are at work: nothing was done, and later it goes."""
    return Busy(
        "The server is busy. Nothing was done. Try again in a few seconds.",
        retry_after=timedelta(seconds=5),
    )


class Turns:
    """Lets `at_once` threads of this process work, and others wait for their turn for so many seconds."""

    def __init__(self, at_once: int, *, wait_seconds: float) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._wait_seconds = wait_seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Work in turn; raises Busy (server_busy)."""
        if not self._free.acquire(timeout=self._wait_seconds):
            raise busy()
        try:
            yield
        finally:
            self._free.release()
