"""What a request waits for: its thread sleeps, or goes on with other requests where it has several."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Protocol


class Ticket(Protocol):
    """What one waits for, and another releases, perhaps in another thread."""

    def acquire(self, *, timeout: float = -1) -> bool:
        """Wait so many seconds, without end where negative; returns whether it was released."""

    def release(self) -> None:
        """Let go on who waits, or will wait."""


class Sharing(Protocol):
    """A thread that many requests share: while one of them waits, others go on."""

    def ticket(self) -> Ticket:
        """Return the ticket of a request on this thread."""

    def soon(self, work: Callable[[], None]) -> None:
        """Do something on this thread, once all of its requests have come as far as they can."""


SHARING: ContextVar[Sharing | None] = ContextVar("SHARING", default=None)
"""The thread that a request shares with others, where it does."""


def new_ticket() -> Ticket:
    """Return a ticket for whoever asks."""
    sharing = SHARING.get()
    if sharing is not None:
        return sharing.ticket()
    lock = threading.Lock()
    lock.acquire()
    return _OfThread(lock)


class _OfThread:
    def __init__(self, lock: threading.Lock) -> None:
        self.release = lock.release
        self._acquire = lock.acquire

    def acquire(self, *, timeout: float = -1) -> bool:
        return self._acquire(timeout=timeout)
