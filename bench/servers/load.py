"""A load generator: connections in a closed loop, each sends its next request once it has its answer."""

import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

CONNECTIONS = 16
# Then a connection is made anew, so that no worker keeps an unfair share of them.
REQUESTS_EACH = 20
_LONGEST_SECONDS = 60
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


@dataclass
class Answers:
    """What came back: statuses (0: none), milliseconds, and the seconds that all of it took."""

    statuses: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """The answers a second."""
        return len(self.statuses) / self.seconds

    @property
    def p50(self) -> float:
        """The median of the answers' times, in milliseconds."""
        return median(self.milliseconds)

    @property
    def p99(self) -> float:
        """What one answer in a hundred took longer than, in milliseconds."""
        return sorted(self.milliseconds)[int(0.99 * len(self.milliseconds))]

    @property
    def longest(self) -> float:
        """What the slowest answer took, in milliseconds."""
        return max(self.milliseconds)

    @property
    def refused(self) -> int:
        """How many answers were no success."""
        return sum(status != 200 for status in self.statuses)


def post(path: str, body: bytes, content_type: str, *headers: str) -> bytes:
    """Return a POST request as it goes over the line."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        *headers,
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def get(path: str, *headers: str) -> bytes:
    """Return a GET request as it goes over the line."""
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")).encode()


class _Client:
    """One connection, and the request that it waits for."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port, self._selector = port, selector
        self.socket: socket.socket | None = None
        self._sent = REQUESTS_EACH

    def _connect(self) -> socket.socket:
        # Not earlier: on a busy machine, a server ends what has sent nothing for seconds.
        connected = socket.create_connection(("127.0.0.1", self._port), timeout=10)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(connected, selectors.EVENT_READ, self)
        self._sent = 0
        return connected

    def send(self, request: bytes) -> None:
        if self.socket is None or self._sent == REQUESTS_EACH:
            self.close()
            self.socket = self._connect()
        self._sent += 1
        self.began, self._received = time.perf_counter(), b""
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """Return the status once the answer is whole, 0 where the connection ended before."""
        piece = self.socket.recv(65536) if self.socket is not None else b""
        if not piece:
            self._sent = REQUESTS_EACH
            return 0
        self._received += piece
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or length is None or len(body) < int(length[1]):
            return None
        return int(head[9:12])

    def close(self) -> None:
        if self.socket is not None:
            self._selector.unregister(self.socket)
            self.socket.close()
            self.socket = None


def drive(port: int, requests: Sequence[bytes], *, connections: int = CONNECTIONS) -> Answers:
    """Send all requests, and return what was answered."""
    answers, waiting = Answers(), iter(requests)
    with selectors.DefaultSelector() as selector:
        clients = [_Client(port, selector) for _ in range(min(connections, len(requests)))]
        try:
            began = time.perf_counter()
            _loop(selector, clients, waiting, answers, began + _LONGEST_SECONDS)
            answers.seconds = time.perf_counter() - began
        finally:
            for client in clients:
                client.close()
    return answers


def _loop(
    selector: selectors.BaseSelector,
    clients: list[_Client],
    waiting: Iterator[bytes],
    answers: Answers,
    deadline: float,
) -> None:
    for client in clients:
        client.send(next(waiting))
    under_way = len(clients)
    while under_way and time.perf_counter() < deadline:
        for key, _ in selector.select(1):
            client = key.data
            status = client.receive()
            if status is None:
                continue
            answers.statuses.append(status)
            answers.milliseconds.append((time.perf_counter() - client.began) * 1000)
            following = next(waiting, None)
            if following is None:
                # A server that ends it after a while would seem to answer once more.
                client.close()
                under_way -= 1
            else:
                client.send(following)
