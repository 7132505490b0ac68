"""PostgreSQL's connections: a request that waits for an answer leaves its thread to those that share it."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from keyferry.server.db.tickets import SHARING, aside

T = TypeVar("T")
_INTERVAL = 0.1


class _Connection(psycopg.Connection[Any]):
    def wait(self, gen: PQGen[T], interval: float = _INTERVAL, timeout: float | None = None) -> T:
        """Do what talks to the server, and wait wherever that waits. All of psycopg's waiting is here."""
        sharing = SHARING.get()
        if sharing is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            wanted = next(gen)
            while True:
                # Its numbers for reading and writing are those of `selectors`.
                wanted = gen.send(sharing.until_ready(self.pgconn.socket, wanted))
        except StopIteration as end:
            answer: T = end.value
            return answer


def opened_connection(*arguments: Any, **options: Any) -> psycopg.Connection[Any]:
    """Open a connection, with the arguments of `psycopg.connect`; raises what that raises."""
    # Psycopg waits for a new connection in a way of its own.
    return aside(partial(_Connection.connect, *arguments, **options))
