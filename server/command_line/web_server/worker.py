"""Gunicorn's threads, which get only whole requests here: none of them ever waits for a stranger."""

from __future__ import annotations

import errno
import resource
import time
from collections import deque
from collections.abc import Iterator
from functools import partial
from selectors import EVENT_READ
from types import SimpleNamespace
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker

from keyferry.server.command_line.web_server.certificate import Certificate
from keyferry.server.command_line.web_server.connection import Connection, Stage, Wait
from keyferry.server.command_line.web_server.fibers import Fibers
from keyferry.server.command_line.web_server.limits import Limits
from keyferry.server.command_line.web_server.surplus import next_to_forget, next_to_go, overdue

# For the database, for files, and for what gunicorn itself has open.
_OTHER_FILES = 200
_SILENCE = SimpleNamespace(
    **dict.fromkeys(("access", "debug", "exception", "warning"), lambda *_, **__: None)
)


class WholeRequestWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker process whose main thread collects requests and sends answers, for all connections at once.

    See docs/decisions/0012-unfinished-requests.md. `app.limits` says what a stranger may take.
    """

    def init_process(self) -> None:
        """Begin with no connection; gunicorn then loads the application, and calls `run`."""
        self._limits: Limits = self.app.limits
        self._certificate = Certificate(self.cfg) if self.cfg.is_ssl else None
        self._places = _places(self._limits.connections)
        # With the bytes that each held when it was last seen, and the sum of them.
        self._open: dict[Connection, int] = {}
        self._held = 0
        # Those that the server waits for. All others are being answered, or wait for a thread.
        self._waiting: set[Connection] = set()
        self._watched: dict[Connection, Wait] = {}
        # Whole requests, in the order in which they became whole.
        self._whole: deque[Connection] = deque()
        self._with_threads = 0
        # Whole requests that are answered in this thread, as fibers.
        self._quick: deque[Connection] = deque()
        self._fibers = Fibers(partial(self.method_queue.defer, _nothing))
        self._next_look = 0.0
        super().init_process()

    def run(self) -> None:
        """Serve until told to stop; then finish what has begun."""
        self.poller.register(self.method_queue.fileno(), EVENT_READ, self.method_queue.run_callbacks)
        self.poller.register(self._fibers, EVENT_READ, self._fibers.resume_ready)
        while self.alive:
            # Where every place is taken by a whole request, nobody can go for those who come.
            self.set_accept_enabled(bool(self._waiting) or len(self._open) < self._places)
            self._take_turn()
        self._stop_listening()
        self._finish()
        self.tpool.shutdown(wait=False)
        self._fibers.close()
        self.poller.close()
        self.method_queue.close()

    def _stop_listening(self) -> None:
        """Let in who has connected already, and no more: a proxy then sends whoever comes to another server.

        At a socket that stays open though nobody accepts, they would wait until they are cut off.
        """
        self.set_accept_enabled(False)
        for listener in self.sockets:
            # As many as fit in front of it: somebody who connects without end doesn't keep it open.
            for _ in range(self.cfg.backlog):
                if not self.accept(listener):
                    break
            listener.close()

    def _finish(self) -> None:
        begun = time.monotonic()
        for connection in self._waiting:
            if not connection.received and connection.stage is not Stage.ANSWER:
                # A request may be on its way to a server that seemed to be there for it, but not for long.
                connection.deadline = min(connection.deadline, begun + self._limits.idle_seconds)
        while self._open and (passed := time.monotonic() - begun) < self.cfg.graceful_timeout:
            if passed > self._limits.head_seconds:
                # Only what a thread is busy with is waited for any longer.
                for connection in list(self._waiting):
                    self._dismiss(connection)
            self._take_turn()
        for connection in list(self._open):
            self._end(connection)

    def accept(self, listener: Any) -> bool:
        """Let one more in; where there is no place for it, somebody else has to go first.

        False if nobody is there, or nobody can go.
        """
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                if self._waiting:
                    self._dismiss(next_to_go(self._waiting))
                    return True
            elif error.errno == errno.ECONNABORTED:
                return True
            elif error.errno != errno.EAGAIN:
                raise
            return False
        if len(self._open) >= self._places and self._waiting:
            self._dismiss(next_to_go(self._waiting))
        connection = Connection(
            sock, client, listener.getsockname(), limits=self._limits, certificate=self._certificate
        )
        self._open[connection] = 0
        self._go_on(connection)
        return True

    def handle(self, connection: Connection) -> None:
        """Answer one whole request in a thread of its own."""
        try:
            self._answer(connection)
        finally:
            self.method_queue.defer(self._take_back, connection)

    def _answer(self, connection: Connection) -> None:
        request = None
        received, connection.received = connection.received, bytearray()
        connection.stays_open = False
        try:
            parser = get_parser(self.cfg, _gathered(received), connection.client)
            request = next(parser)
            # The leave to send the body was given before it came.
            request._expected_100_continue = False
            if not connection.is_whole:
                request.force_close()
            answered = self.handle_request(request, connection)
            # What the application did not read of the body is passed over; the next request begins there.
            connection.stays_open = answered and parser.finish_body()
            connection.received = bytearray(parser.unreader.take_buffered())
        except (ConnectionError, TimeoutError, StopIteration) as error:
            self.log.debug("A connection ended early: %s", error)
        except OSError as error:
            self.log.error("An answer could not be finished: %s", error.strerror or type(error).__name__)
        except Exception as error:  # noqa: BLE001 - gunicorn's last door: it logs the fault and answers 400 or 500
            self.handle_error(request, connection.sock, connection.client, error)
        finally:
            connection.send_what_goes()

    def handle_error(self, request: Any, client: Any, address: Any, error: Exception) -> None:
        """Answer as gunicorn does, but log nothing of what was sent: it may carry a token."""
        if isinstance(error, ParseException):
            self.log.warning("A request can't be read: %s", type(error).__name__)
        else:
            self.log.error("A request failed with an error that nothing caught", exc_info=error)
        ThreadWorker.handle_error(
            SimpleNamespace(log=_SILENCE, cfg=self.cfg), request, client, address, error
        )

    def _take_turn(self) -> None:
        # Who was just answered may have asked again, which no selector will tell.
        is_asked = bool(self._quick) and self._fibers.waiting < self.app.most_fibers
        self.wait_for_and_dispatch_events(0 if is_asked else self._limits.look_seconds)
        self._answer_quick_ones()
        while self._held > self._limits.held_bytes and self._waiting:
            self._dismiss(next_to_forget(self._waiting))
        if time.monotonic() >= self._next_look:
            self._look_around()
            self._fibers.give_up_overdue()
            self._fibers.finish_round()
            self._next_look = time.monotonic() + self._limits.look_seconds

    def _look_around(self) -> None:
        self.notify()
        if not self.is_parent_alive():
            self.alive = False
        for connection in overdue(self._waiting, self._limits, time.monotonic()):
            self._dismiss(connection)

    def _woken(self, connection: Connection, _fileno: int) -> None:
        # It may have been ended since the selector saw it, for one before it in the same turn.
        if connection in self._waiting:
            self._go_on(connection)
        elif connection in self._watched:
            self._watch(connection, Wait.THREAD)

    def _go_on(self, connection: Connection) -> None:
        self._waiting.discard(connection)
        try:
            wait = next(connection.steps, None)
        except OSError as error:
            self.log.debug("A connection ended early: %s", error)
            wait = None
        if wait is None:
            self._end(connection)
            return
        self._held += connection.held - self._open[connection]
        self._open[connection] = connection.held
        if wait is not Wait.THREAD:
            self._watch(connection, wait)
            self._waiting.add(connection)
        # While it is answered it is watched on: next to nobody sends anything meanwhile.
        elif self.app.is_quick(connection.received):
            self._quick.append(connection)
        else:
            self._whole.append(connection)
            self._hand_over()

    def _answer_quick_ones(self) -> None:
        # Whoever asks again at once is answered in the next round, after everybody else.
        for _ in range(len(self._quick)):
            if self._fibers.waiting >= self.app.most_fibers:
                break
            connection = self._quick.popleft()
            self._fibers.start(partial(self._answer, connection), partial(self._go_on, connection))
            # This process may have got its turn to write meanwhile, and other processes wait for it.
            self._fibers.go_on()
        self._fibers.finish_round()

    def _hand_over(self) -> None:
        # Not all at once: answers that are not read pile up no faster than somebody is ended for them.
        while self._whole and self._with_threads < 2 * self.cfg.threads:
            self._with_threads += 1
            connection = self._whole.popleft()
            self.tpool.submit(self.handle, connection)

    def _take_back(self, connection: Connection) -> None:
        self._with_threads -= 1
        self._go_on(connection)
        self._hand_over()

    def _dismiss(self, connection: Connection) -> None:
        """End a connection, but for one whose request has come meanwhile: that is answered."""
        self._go_on(connection)
        if connection in self._waiting:
            self._end(connection, too_late=True)

    def _end(self, connection: Connection, *, too_late: bool = False) -> None:
        self._waiting.discard(connection)
        self._watch(connection, Wait.THREAD)
        self._held -= self._open.pop(connection)
        connection.close(too_late=too_late)

    def _watch(self, connection: Connection, wait: Wait) -> None:
        watched = self._watched.get(connection, Wait.THREAD)
        if wait is watched:
            return
        if watched is not Wait.THREAD:
            del self._watched[connection]
            self.poller.unregister(connection.fileno())
        if wait is not Wait.THREAD:
            self._watched[connection] = wait
            self.poller.register(connection.fileno(), int(wait), partial(self._woken, connection))


def _nothing() -> None:
    """Only wake the main thread."""


def _gathered(received: bytearray) -> Iterator[bytes]:
    yield bytes(received)
    # The parser expects more than was gathered. Where the next request begins is then unknown, and no thread
    # waits for it: reading fails, and the connection is closed.
    raise ConnectionAbortedError("The request is not whole")


def _places(wanted: int) -> int:
    """Let the process open as many files as connections need, and return how many connections it can have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        needed = min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    return max(1, min(wanted, needed - _OTHER_FILES))
