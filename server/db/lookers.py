"""Sessions for one statement that reads: each stays open for the next one.

To take a connection out of SQLAlchemy's pool, and to put it back, takes half as long as a
statement of SQLite.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from keyferry.server.db.opening import connected, is_alive

# One for the main thread of a server, and one for all others. On PostgreSQL, where each waits
# for its answer, one for each request that the main thread has under way.
_MOST_IDLE = {"sqlite": 2, "postgresql": 4}
_IDLE: WeakKeyDictionary[Engine, list[_Looker]] = WeakKeyDictionary()


class _Looker:
    """A session and its connection, both open; a process that was forked from another makes its own."""

    def __init__(self, engine: Engine) -> None:
        self._process, self._pool = os.getpid(), engine.pool
        self._connection = connected(engine)
        driver: Any = self._connection.connection.dbapi_connection
        self._driver, self._is_sqlite = driver, engine.dialect.name == "sqlite"
        if not self._is_sqlite:
            driver.autocommit = True
        self.session = Session(self._connection, expire_on_commit=False)

    def can_go_on(self) -> bool:
        # Somebody lost a connection meanwhile where the pool is another one.
        same = self._process == os.getpid() and self._pool is self._connection.engine.pool
        return same and is_alive(self._connection)

    def is_clean(self) -> bool:
        session, connection = self.session, self._connection
        # Whoever used the connection alone, past the ORM, leaves nothing here.
        used = session.in_transaction() or session.identity_map or connection.in_transaction()
        return not (used or connection.invalidated)

    def close(self) -> None:
        self.session.close()
        if not (self._is_sqlite or self._driver.closed):
            self._driver.autocommit = False
        self._connection.close()


@contextmanager
def looker(engine: Engine) -> Iterator[Session]:
    """Open a session without a transaction; the driver begins none by itself."""
    idle = _IDLE.get(engine)
    if idle is None:
        idle = _begun(engine)
    one = _taken(idle) or _Looker(engine)
    try:
        yield one.session
    except BaseException:
        one.close()
        raise
    if len(idle) < _MOST_IDLE[engine.dialect.name] and one.is_clean():
        idle.append(one)
    else:
        one.close()


def _begun(engine: Engine) -> list[_Looker]:
    idle = _IDLE.setdefault(engine, [])
    event.listen(engine, "engine_disposed", lambda _: _end(idle))
    return idle


def _end(idle: list[_Looker]) -> None:
    while (one := _popped(idle)) is not None:
        one.close()


def _taken(idle: list[_Looker]) -> _Looker | None:
    while (one := _popped(idle)) is not None:
        if one.can_go_on():
            return one
        one.close()
    return None


def _popped(idle: list[_Looker]) -> _Looker | None:
    try:
        return idle.pop()
    except IndexError:
        # There is none, or another thread was quicker.
        return None
