"""What a request waits on: its thread sleeps, or runs other requests meanwhile if it has several."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Protocol, TypeVar

T = TypeVar("T")


class Ticket(Protocol):
    """Something to wait for, which somebody else releases, perhaps in another thread."""

    def acquire(self, *, timeout: float = -1) -> bool:
        """Wait for up to `timeout` seconds, or without limit if negative; return whether it was released."""

    def release(self) -> None:
        """Resume whoever waits for this ticket, now or later."""


class Sharing(Protocol):
    """A thread that many requests share: while one of them waits, it runs the others."""

    def ticket(self) -> Ticket:
        """Return a ticket for a request on this thread."""

    def until_ready(self, fileno: int, wanted: int) -> int:
        """Wait until a socket is ready, and return for what; 0 after a while.

        Both are EVENT_READ and EVENT_WRITE of `selectors`, or both of them.
        """

    def soon(self, work: Callable[[], None]) -> None:
        """Run `work` on this thread once each of its requests waits or has ended."""


SHARING: ContextVar[Sharing | None] = ContextVar("SHARING", default=None)
"""The thread that the current request shares with others; None if it has a thread of its own."""


def new_ticket() -> Ticket:
    """Return a ticket that the current request can wait for."""
    sharing = SHARING.get()
    if sharing is not None:
        return sharing.ticket()
    lock = threading.Lock()
    lock.acquire()
    return _OfThread(lock)


def aside(work: Callable[[], T]) -> T:
    """Return what `work` returns, or raise what it raises; for work that would hold up a shared thread."""
    if SHARING.get() is None:
        return work()
    ticket, done = new_ticket(), Future[T]()

    def do() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            done.set_exception(error)
        ticket.release()

    threading.Thread(target=do, daemon=True).start()
    ticket.acquire()
    return done.result()


class _OfThread:
    def __init__(self, lock: threading.Lock) -> None:
        self.release = lock.release
        self._acquire = lock.acquire

    def acquire(self, *, timeout: float = -1) -> bool:
        return self._acquire(timeout=timeout)
