"""SQLite's sessions for one statement that reads: each stays open for the next one.

To take a connection out of SQLAlchemy's pool, and to put it back, takes half as long as the statement.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from keyferry.server.db.opening import is_on_its_file

# One for the main thread of a server, and one for whoever looks beside it.
_MOST_IDLE = 2
_IDLE: WeakKeyDictionary[Engine, list[_Looker]] = WeakKeyDictionary()


class _Looker:
    """A session and its connection, both open; a process that was forked from another makes its own."""

    def __init__(self, engine: Engine) -> None:
        self._process = os.getpid()
        self._connection = engine.connect()
        self.session = Session(self._connection, expire_on_commit=False)

    def can_go_on(self) -> bool:
        return self._process == os.getpid() and is_on_its_file(self._connection)

    def is_clean(self) -> bool:
        session, connection = self.session, self._connection
        # Whoever used the connection alone, past the ORM, leaves nothing here.
        used = session.in_transaction() or session.identity_map or connection.in_transaction()
        return not (used or connection.invalidated)

    def close(self) -> None:
        self.session.close()
        self._connection.close()


@contextmanager
def looker(engine: Engine) -> Iterator[Session]:
    """Open a session without a transaction, in which SQLite's driver begins none by itself."""
    idle = _IDLE.get(engine)
    if idle is None:
        idle = _begun(engine)
    one = _taken(idle) or _Looker(engine)
    try:
        yield one.session
    except BaseException:
        one.close()
        raise
    if len(idle) < _MOST_IDLE and one.is_clean():
        idle.append(one)
    else:
        one.close()


def _begun(engine: Engine) -> list[_Looker]:
    idle = _IDLE.setdefault(engine, [])

    @event.listens_for(engine, "engine_disposed")
    def end(_: Engine) -> None:
        while idle:
            idle.pop().close()

    return idle


def _taken(idle: list[_Looker]) -> _Looker | None:
    while idle:
        try:
            one = idle.pop()
        except IndexError:
            # Another thread was quicker.
            return None
        if one.can_go_on():
            return one
        one.close()
    return None
