"""Requests that share the main thread: while one waits for the database, the thread runs the others.

A fiber is a request with a stack of its own, which the thread leaves only where the request waits. See
docs/decisions/0017-quick-requests.md.
"""

from __future__ import annotations

import logging
import select
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context
from selectors import EVENT_READ, EVENT_WRITE

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

from keyferry.server.db.tickets import SHARING

logger = logging.getLogger(__name__)

# A stack is made once for many requests: for one that takes half a millisecond, to make one is a lot of work.
_MOST_IDLE = 16
# For a socket that was closed meanwhile, nobody would resume the fiber.
_LOOK_AGAIN_SECONDS = 5
# Once: nobody is woken for a socket that no fiber waits for, such as one that a thread reads from.
_EVENTS = {
    EVENT_READ: select.EPOLLIN | select.EPOLLONESHOT,
    EVENT_WRITE: select.EPOLLOUT | select.EPOLLONESHOT,
    EVENT_READ | EVENT_WRITE: select.EPOLLIN | select.EPOLLOUT | select.EPOLLONESHOT,
}


class Fibers:
    """The fibers of the thread that creates this object; only that thread calls its methods.

    The exception is a ticket, which any thread can release. That calls `wake`, after which the fibers' thread
    has to call `finish_round`.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._thread = getcurrent()
        self._ready: deque[_Ticket] = deque()
        self._waiting: set[_Ticket] = set()
        self._idle: list[_Fiber] = []
        self._soon: deque[Callable[[], None]] = deque()
        self._sockets = select.epoll()
        self._at_sockets: dict[int, _Ticket] = {}

    def fileno(self) -> int:
        """Return a number that a selector can wait for: it can be read when a fiber's socket is ready."""
        return self._sockets.fileno()

    def close(self) -> None:
        """Wait for no socket any more."""
        self._sockets.close()

    @property
    def waiting(self) -> int:
        """How many fibers are waiting."""
        return len(self._waiting)

    def start(self, work: Callable[[], None], done: Callable[[], None] | None = None) -> None:
        """Run `work` until it waits or ends; once it has ended, call `done` outside of the fiber."""
        fiber = self._idle.pop() if self._idle else _Fiber(self._run, self._thread)
        fiber.done = done
        fiber.step(work)

    def soon(self, work: Callable[[], None]) -> None:
        """Start `work` once every fiber waits or has ended."""
        self._soon.append(work)

    def ticket(self) -> _Ticket:
        """Return a ticket that a fiber can wait for."""
        return _Ticket(self)

    def go_on(self) -> None:
        """Resume every fiber whose ticket was released."""
        while self._ready:
            ticket = self._ready.popleft()
            # A ticket that was released before anybody waited for it may be used up by now.
            if ticket in self._waiting and ticket.is_released:
                self._end_waiting(ticket, True)

    def finish_round(self) -> None:
        """Run fibers, and what is to start soon, until every fiber waits."""
        self.go_on()
        while self._soon:
            self.start(self._soon.popleft())
            self.go_on()

    def give_up_overdue(self) -> None:
        """Resume every fiber whose time to wait is up."""
        now = time.monotonic()
        for ticket in [one for one in self._waiting if one.until <= now]:
            if ticket in self._waiting:
                self._end_waiting(ticket, ticket.is_released)

    def wait(self, ticket: _Ticket) -> int:
        """Leave the thread to others until the ticket is released (true) or its time is up (false)."""
        self._waiting.add(ticket)
        ticket.fiber = getcurrent()
        answer: int = self._thread.switch()
        return answer

    def until_ready(self, fileno: int, wanted: int) -> int:
        """Leave the thread to others until a socket is ready, and return for what; 0 after a while.

        Both are EVENT_READ and EVENT_WRITE of `selectors`, or both of them.
        """
        events = _EVENTS[wanted]
        try:
            self._sockets.modify(fileno, events)
        except FileNotFoundError:
            # It is new here. What was watched under its number before, the system took out when it closed.
            self._sockets.register(fileno, events)
        ticket = self._at_sockets[fileno] = _Ticket(self)
        ticket.until = time.monotonic() + _LOOK_AGAIN_SECONDS
        return self.wait(ticket)

    def resume_ready(self, _fileno: int) -> None:
        """Resume every fiber whose socket is ready: for a selector to call when `fileno` can be read."""
        for fileno, events in self._sockets.poll(0):
            ticket = self._at_sockets.pop(fileno, None)
            if ticket is not None and ticket in self._waiting:
                self._end_waiting(ticket, EVENT_WRITE if events == select.EPOLLOUT else EVENT_READ)

    def released(self, ticket: _Ticket) -> None:
        """Have the fiber that waits for this ticket resumed; any thread may call this."""
        self._ready.append(ticket)
        if getcurrent().parent is not self._thread and getcurrent() is not self._thread:
            self._wake()

    def _run(self, work: Callable[[], None]) -> None:
        fiber: _Fiber = getcurrent()
        while True:
            # Nothing that one request leaves in its context is there for the next one.
            Context().run(self._do, work)
            # An idle fiber keeps no connection alive.
            del work
            fiber.is_idle = True
            if len(self._idle) >= _MOST_IDLE:
                return
            self._idle.append(fiber)
            work = self._thread.switch()

    def _do(self, work: Callable[[], None]) -> None:
        SHARING.set(self)
        try:
            work()
        except Exception:
            # It would come up in the main thread, wherever that resumed the fiber, and end the process.
            logger.exception("Work on the main thread has failed")

    def _end_waiting(self, ticket: _Ticket, is_released: int) -> None:
        self._waiting.discard(ticket)
        ticket.is_released = False
        fiber = ticket.fiber
        ticket.fiber = None
        if fiber is not None:
            fiber.step(is_released)


class _Fiber(greenlet):  # type: ignore[misc]  # greenlet has no types
    done: Callable[[], None] | None = None
    is_idle = False

    def step(self, value: object) -> None:
        """Run until it waits or its work has ended; only the thread itself calls this, never a fiber."""
        self.is_idle = False
        self.switch(value)
        if not self.is_idle:
            return
        done, self.done = self.done, None
        if done is not None:
            done()


class _Ticket:
    def __init__(self, fibers: Fibers) -> None:
        self._fibers = fibers
        self.is_released = False
        self.fiber: _Fiber | None = None
        self.until = 0.0

    def acquire(self, *, timeout: float = -1) -> bool:
        if self.is_released:
            self.is_released = False
            return True
        self.until = time.monotonic() + timeout if timeout >= 0 else float("inf")
        return bool(self._fibers.wait(self))

    def release(self) -> None:
        self.is_released = True
        self._fibers.released(self)
