"""Strangers at a server: many connections at once, each of which leaves something unfinished."""

from __future__ import annotations

import re
import resource
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection

LOOPBACK = "127.0.0.1"
PATIENCE_SECONDS = 20
# What an honest visitor waits at most, whoever else is there.
PROMISED_SECONDS = 2

PAGE = b"GET /sw.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
# The largest file that the server gives to strangers, unpacked: the network's buffers do not take it.
LARGE = b"GET /pwa/vendor/zxing-wasm/zxing_reader.wasm HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /phone/v1/requests HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
UNFINISHED = {
    "nothing": b"",
    "a head that is cut off": PAGE[:-2],
    "one byte of 200": POST + b"Content-Length: 200\r\n\r\n{",
    "a chunk that is cut off": POST + b"Transfer-Encoding: chunked\r\n\r\nc8\r\n{",
}


def last(request: bytes) -> bytes:
    """Return the request as the last one of its connection."""
    return request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)


@contextmanager
def crowd(port: int, sent: bytes, count: int) -> Iterator[list[socket.socket]]:
    """Open so many connections at once, all of which have sent the same when the block runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count + 200, hard))
    with ExitStack() as open_ones:
        sockets = [open_ones.enter_context(connected(port)) for _ in range(count)]
        for one in sockets:
            one.sendall(sent)
        yield sockets


def connected(port: int) -> socket.socket:
    """Return a connection that takes in little of what is not read."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.settimeout(PATIENCE_SECONDS)
    one.connect((LOOPBACK, port))
    return one


def seconds_for_a_page(port: int) -> float:
    """Load a page as an honest visitor does, and return how long that took."""
    begun = time.monotonic()
    with closing(HTTPConnection(LOOPBACK, port, timeout=PATIENCE_SECONDS)) as connection:
        connection.request("GET", "/a")
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) > 10_000) == (200, True)
    return time.monotonic() - begun


def said_to(port: int, *pieces: bytes) -> bytes:
    """Send some pieces, each once the one before is there, and return what comes until the server closes."""
    with connected(port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        return rest_of(connection)


def rest_of(connection: socket.socket) -> bytes:
    """Return what comes until the server closes."""
    with connection.makefile("rb") as incoming:
        return incoming.read()


def statuses(said: bytes) -> list[int]:
    """Return the status of each answer, in order."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", said)]


def ended(sockets: list[socket.socket], *, at_least: int) -> list[int]:
    """Wait until the server has ended so many of those that have sent no whole request; return which."""
    poll = select.poll()
    places = {one.fileno(): place for place, one in enumerate(sockets)}
    found: list[int] = []
    for number in places:
        poll.register(number, select.POLLIN)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(found) < at_least:
        assert time.monotonic() < deadline, f"{len(found)} of {at_least} were ended"
        for number, _ in poll.poll(100):
            poll.unregister(number)
            found.append(places[number])
    return found
