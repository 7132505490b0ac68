"""One connection, in steps that never wait: each says what has to come before the next can be taken."""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from enum import Enum, IntEnum
from selectors import EVENT_READ, EVENT_WRITE
from typing import TypeVar

from keyferry.server.command_line.web_server.certificate import Certificate
from keyferry.server.command_line.web_server.framing import Body, end_of_head
from keyferry.server.command_line.web_server.limits import Limits
from keyferry.server.core.peers import network_of

_T = TypeVar("_T")
_PIECE = 64 * 1024
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_HEAD_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


class Wait(IntEnum):
    """What has to happen before a connection goes on: events of a selector, or that a thread has answered."""

    THREAD = 0
    READ = EVENT_READ
    WRITE = EVENT_WRITE


class Stage(Enum):
    """What a connection is busy with while the server waits for it."""

    REQUEST = "sends a request"
    ANSWER = "reads an answer"
    NOTHING = "may begin a request, or is about to close"


class Answer:
    """What gunicorn takes for the client's socket: it keeps what is written, to be sent without waiting."""

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        self.unsent = bytearray()
        self._socket = sock
        self._limits = limits
        self._deadline: float | None = None

    def sendall(self, data: bytes) -> None:
        """Keep what is written. Raises OSError where a long answer is read too slowly."""
        self.unsent += data
        if len(self.unsent) > self._limits.answer_bytes:
            self._send_in_this_thread()

    def _send_in_this_thread(self) -> None:
        if self._deadline is None:
            self._deadline = time.monotonic() + self._limits.answer_seconds
        try:
            while self.unsent:
                self._socket.settimeout(max(self._deadline - time.monotonic(), 0.001))
                del self.unsent[: self._socket.send(self.unsent)]
        finally:
            self._socket.setblocking(False)

    def gettimeout(self) -> float:
        """Say that writing here never waits."""
        return 0.0

    def shutdown(self, how: int) -> None:
        """Leave the end of an answer that broke off to the connection."""
        raise OSError(errno.ENOTCONN, "This is no socket")

    def close(self) -> None:
        """Leave the connection open: it is not the answer's."""


class Connection:
    """What a stranger sends and reads. A thread has it only from a whole request to its answer."""

    def __init__(
        self,
        sock: socket.socket,
        client: tuple[str, int],
        server: tuple[str, int],
        *,
        limits: Limits,
        certificate: Certificate | None,
    ) -> None:
        sock.setblocking(False)
        # `sock`, `client` and `server` are what gunicorn's `handle_request` knows of a connection.
        self.sock = Answer(sock, limits)
        self.client = client
        self.server = server
        self.peer = network_of(client[0])
        self.received = bytearray()
        # Whether the application gets the body, too, or only a head that it will refuse.
        self.is_whole = True
        self.stays_open = False
        self.stage = Stage.REQUEST
        self.since = time.monotonic()
        self.deadline = self.since + limits.head_seconds
        # Take the next one whenever what it waits for has come.
        self.steps = self._steps()
        self._socket = sock
        self._limits = limits
        self._certificate = certificate

    @property
    def held(self) -> int:
        """The bytes that it takes in memory."""
        return len(self.received) + len(self.sock.unsent)

    def fileno(self) -> int:
        """Return the socket's file descriptor."""
        return self._socket.fileno()

    def send_what_goes(self) -> None:
        """Send of the answer what fits into the network's buffers; a later step sends the rest."""
        # A connection that broke will break again at the next step.
        with suppress(OSError):
            while self.sock.unsent:
                del self.sock.unsent[: self._socket.send(self.sock.unsent)]

    def close(self, *, too_late: bool = False) -> None:
        """End it at once; whoever has begun a request is told, where it is too late for the rest of it."""
        with suppress(OSError):
            if too_late and self.stage is Stage.REQUEST and self.received:
                self._socket.send(_TOO_LATE)
        self._socket.close()
        # Steps and connection hold each other: without this, what they hold would stay for the collector.
        self.steps.close()

    def _steps(self) -> Generator[Wait, None, None]:
        """Go from the first byte to the last; raises OSError where it breaks off."""
        if self._certificate is not None:
            yield from self._agree_on_encryption(self._certificate)
        while (yield from self._gather()):
            yield Wait.THREAD
            self._begin(Stage.ANSWER, self._limits.answer_seconds)
            yield from self._send()
            if not self.stays_open:
                break
            if not self.received:
                self._begin(Stage.NOTHING, self._limits.idle_seconds)
                if not (yield from self._receive()):
                    break
            self._begin(Stage.REQUEST, self._limits.head_seconds)
        yield from self._take_leave()

    def _begin(self, stage: Stage, seconds: float) -> None:
        self.stage = stage
        self.since = time.monotonic()
        self.deadline = self.since + seconds

    def _agree_on_encryption(self, certificate: Certificate) -> Generator[Wait, None, None]:
        encrypted = certificate.context().wrap_socket(
            self._socket, server_side=True, do_handshake_on_connect=False
        )
        self._socket = encrypted
        self.sock = Answer(encrypted, self._limits)
        yield from _patiently(encrypted.do_handshake, Wait.READ)

    def _gather(self) -> Generator[Wait, None, bool]:
        """Wait until `received` begins with a whole request; false if none comes that a thread can answer."""
        head = yield from self._gather_head()
        return head is not None and (yield from self._gather_body(Body(head)))

    def _gather_head(self) -> Generator[Wait, None, bytes | None]:
        searched = 0
        while (head := end_of_head(self.received, searched)) is None:
            if len(self.received) > self._limits.head_bytes:
                self.sock.unsent += _HEAD_TOO_LARGE
                yield from self._send()
                return None
            searched = len(self.received)
            if not (yield from self._receive()):
                return None
        return bytes(self.received[:head])

    def _gather_body(self, body: Body) -> Generator[Wait, None, bool]:
        most = self._limits.body_bytes
        self.is_whole = body.is_whole(self.received)
        if not self.is_whole and not body.is_longer_than(most, self.received):
            self.deadline = time.monotonic() + self._limits.body_seconds
            if body.awaits_leave:
                self._socket.send(_GO_ON)
        while not self.is_whole and not body.is_longer_than(most, self.received):
            if not (yield from self._receive()):
                return False
            self.is_whole = body.is_whole(self.received)
        return True

    def _receive(self) -> Generator[Wait, None, bool]:
        """Take in what has come, or what comes next; false if nothing ever will."""
        piece = yield from _patiently(lambda: self._socket.recv(_PIECE), Wait.READ)
        self.received += piece
        return bool(piece)

    def _send(self) -> Generator[Wait, None, None]:
        unsent = self.sock.unsent
        while unsent:
            sent = yield from _patiently(lambda: self._socket.send(unsent), Wait.WRITE)
            del unsent[:sent]

    def _take_leave(self) -> Generator[Wait, None, None]:
        """Wait for the other side to close, too: it might lose the answer if we closed upon its bytes."""
        self._begin(Stage.NOTHING, self._limits.idle_seconds)
        self._socket.shutdown(socket.SHUT_WR)
        while (yield from _patiently(lambda: self._socket.recv(_PIECE), Wait.READ)):
            pass


def _patiently(operation: Callable[[], _T], blocked: Wait) -> Generator[Wait, None, _T]:
    """Try again whenever what the operation needs has come; encryption may need the other direction."""
    while True:
        try:
            return operation()
        except BlockingIOError:
            yield blocked
        except ssl.SSLWantReadError:
            yield Wait.READ
        except ssl.SSLWantWriteError:
            yield Wait.WRITE
