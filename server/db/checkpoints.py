"""Taking SQLite's log into the database beside the requests, and not within somebody's commit."""

from __future__ import annotations

import threading

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

# In a large database each changes some seven pages that no other does, which lie anywhere. A disk takes these
# by the thousands twice as fast as by the hundred, and meanwhile commits wait for it.
_TRANSACTIONS_EACH = 400


class Checkpoints:
    """Counts what is committed to a database, and takes the log into it now and then.

    Call it by one thread at a time.
    """

    def __init__(self, engine: Engine, each: int = _TRANSACTIONS_EACH) -> None:
        self._engine, self._each = engine, each
        self._committed = 0
        self._thread: threading.Thread | None = None

    def count(self, committed: int) -> None:
        """Count so many transactions; if they are enough, begin a checkpoint and don't wait for it."""
        self._committed += committed
        if self._committed < self._each or (self._thread is not None and self._thread.is_alive()):
            return
        self._committed = 0
        thread = threading.Thread(target=self._take_in, name="checkpoint")
        try:
            thread.start()
        except RuntimeError:
            # The account may have no more threads. Whoever has just committed is not to be refused for that.
            return
        self._thread = thread

    def _take_in(self) -> None:
        try:
            with self._engine.connect() as connection:
                # It waits for nobody: what others still read or write is left for the next one.
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        except SQLAlchemyError:
            # All is in the log. SQLite tries again by itself, within a commit, and so do we.
            return
