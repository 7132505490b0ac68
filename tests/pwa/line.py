"""A telephone line between the browser and the server, which can lose answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

BYTES = 65536


class Line:
    """Passes bytes on in both directions; answers of chosen requests are lost, and the connection cut."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.loses: bytes | None = None
        self.lost = 0

    def run(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(phone,), daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _carry(self, phone: socket.socket) -> None:
        swallowing = threading.Event()
        with phone, socket.create_connection(self._server) as server:
            back = threading.Thread(target=_answer, args=(server, phone, swallowing))
            back.start()
            try:
                while wanted := phone.recv(BYTES):
                    if self.loses is not None and self.loses in wanted:
                        swallowing.set()
                        self.lost += 1
                    server.sendall(wanted)
            finally:
                server.shutdown(socket.SHUT_RDWR)
                back.join()


def _answer(server: socket.socket, phone: socket.socket, swallowing: threading.Event) -> None:
    """Pass answers on; one to be lost is awaited, so that the server has committed, and the line is cut."""
    while data := _received(server):
        if swallowing.is_set():
            break
        phone.sendall(data)
    phone.shutdown(socket.SHUT_RDWR)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(BYTES)
    except ConnectionError:
        return b""


@contextmanager
def line_to(server: tuple[str, int]) -> Iterator[Line]:
    """Hold a line to a server; it ends with the block."""
    line = Line(server)
    thread = threading.Thread(target=line.run, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        line.close()
        thread.join()
