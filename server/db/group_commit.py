"""Group commit: who writes to SQLite takes a turn in one transaction, and the last in line commits for all.

A commit waits for the disk, which takes longer than everything else about a small transaction. Each member
works in a savepoint of its own, and is answered only once the commit of the group is on the disk.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from keyferry.server.core.turns import busy
from keyferry.server.db.lock_file import LockFile

_MOST_MEMBERS = 64


class GroupCommit:
    """The turns of a process on one database; `begin` begins a transaction that may write."""

    def __init__(
        self,
        engine: Engine,
        begin: Callable[[Connection], None],
        lock: LockFile,
        *,
        wait_seconds: float = 15,
        stuck_seconds: float = 5,
        longest_seconds: float = 0.02,
    ) -> None:
        self._engine, self._begin, self._lock = engine, begin, lock
        # A member that does not come to an end keeps all others from their answers.
        self._wait_seconds, self._stuck_seconds = wait_seconds, stuck_seconds
        self._longest_seconds = longest_seconds
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False
        self._group: _Group | None = None
        self._inside = threading.local()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """Work in turn, in a transaction that is committed when this ends; raises Busy (server_busy)."""
        if getattr(self._inside, "here", False):
            raise RuntimeError("a transaction is open in this thread already, and they do not nest")
        # Others release it: to call this thread for its turn, and once the group has ended.
        ticket = threading.Lock()
        ticket.acquire()
        self._await_turn(ticket)
        group = self._joined()
        self._inside.here = True
        try:
            with group.member(ticket):
                yield group.connection
        finally:
            self._inside.here = False
            self._hand_on(group)
        group.await_end(ticket, self._stuck_seconds)

    def _await_turn(self, ticket: threading.Lock) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            self._waiting.append(ticket)
        try:
            if not ticket.acquire(timeout=self._wait_seconds):
                raise busy()
        except BaseException:
            self._give_up(ticket)
            raise

    def _give_up(self, ticket: threading.Lock) -> None:
        with self._guard:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return
        # It was called in this very moment.
        if self._group is not None:
            self._hand_on(self._group)
        else:
            self._call_next()

    def _joined(self) -> _Group:
        if self._group is not None:
            return self._group
        try:
            if not self._lock.acquire(self._wait_seconds):
                raise busy()
            try:
                self._group = _Group(self._begun(), self._longest_seconds)
            except BaseException:
                self._lock.release()
                raise
        except BaseException:
            self._call_next()
            raise
        return self._group

    def _begun(self) -> Connection:
        connection = self._engine.connect()
        try:
            self._begin(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hand_on(self, group: _Group) -> None:
        """Let the next in line go on with the group, or end it."""
        goes_on = group.takes_more()
        with self._guard:
            if goes_on and self._waiting:
                self._waiting.popleft().release()
                return
        self._group = None
        try:
            group.end()
        finally:
            self._lock.release()
            self._call_next()

    def _call_next(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class _Group:
    """A transaction that is open, whose members are answered once it is committed."""

    def __init__(self, connection: Connection, longest_seconds: float) -> None:
        self.connection = connection
        self._driver = _driver(connection)
        self._members = 0
        self._full_at = time.monotonic() + longest_seconds
        self._unanswered: list[threading.Lock] = []
        self._guard = threading.Lock()
        self._commits = False
        self._lost: Exception | None = None

    @contextmanager
    def member(self, ticket: threading.Lock) -> Iterator[None]:
        """Work in the transaction; what fails is undone, and nothing else.

        The `ticket` of who succeeds is released when the group ends.
        """
        self._members += 1
        is_first = self._members == 1
        if not is_first:
            self._driver.execute("SAVEPOINT member")
        try:
            yield
        except BaseException as error:
            self._undo(error, is_first)
            raise
        if not self._driver.in_transaction:
            self._lose(busy())
            raise busy()
        if not is_first:
            self._driver.execute("RELEASE member")
        self._unanswered.append(ticket)

    def _undo(self, error: BaseException, is_first: bool) -> None:
        """Undo what a member did.

        SQLite itself ends all of a transaction where the disk is full or fails. The next savepoint would then
        begin another one, without what members before have done in this one.
        """
        if is_first or not self._driver.in_transaction:
            self._lose(error if isinstance(error, SQLAlchemyError) else busy())
            return
        try:
            self._driver.execute("ROLLBACK TO member")
            self._driver.execute("RELEASE member")
        except sqlite3.Error:
            self._lose(busy())

    def _lose(self, error: Exception) -> None:
        with self._guard:
            self._lost = self._lost or error

    def takes_more(self) -> bool:
        """Whether another member may join: those before have to be answered soon."""
        return self._lost is None and self._members < _MOST_MEMBERS and time.monotonic() < self._full_at

    def end(self) -> None:
        """Commit for all members, or for none."""
        with self._guard:
            if not self._driver.in_transaction:
                self._lost = self._lost or busy()
            self._commits = self._lost is None
        is_committed = False
        try:
            if self._commits:
                self.connection.commit()
                is_committed = True
        except SQLAlchemyError as error:
            self._lost = error
        finally:
            if not is_committed:
                self._lose(busy())
                self._roll_back()
            self.connection.close()
            for ticket in self._unanswered:
                ticket.release()

    def _roll_back(self) -> None:
        # A commit that was refused leaves the transaction open, and the connection would carry it on.
        try:
            self._driver.rollback()
        except sqlite3.Error:
            self.connection.invalidate()

    def await_end(self, ticket: threading.Lock, stuck_seconds: float) -> None:
        """Wait until the group is committed; raises what kept it from that, or Busy (server_busy).

        After `stuck_seconds` the member at work is interrupted, and nobody's work is kept.
        """
        if not ticket.acquire(timeout=stuck_seconds):
            self._interrupt()
            ticket.acquire()
        if self._lost is not None:
            raise self._lost

    def _interrupt(self) -> None:
        with self._guard:
            # What is on its way to a slow disk may arrive there: only the disk can say.
            if self._commits:
                return
            self._lost = self._lost or busy()
            with suppress(sqlite3.Error):
                self._driver.interrupt()


def _driver(connection: Connection) -> sqlite3.Connection:
    driver: Any = connection.connection.dbapi_connection
    return cast("sqlite3.Connection", driver)
