"""Group commit: writers to SQLite take turns in one transaction, and the last in line commits for all.

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
from contextvars import copy_context
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from keyferry.server.core.errors import Busy
from keyferry.server.core.turns import busy
from keyferry.server.db.lock_file import LockFile
from keyferry.server.db.tickets import SHARING, new_ticket

_MOST_MEMBERS = 64

T = TypeVar("T")


class GroupCommit:
    """The turns of one process at one database; `begin` begins a transaction that may write."""

    def __init__(
        self,
        engine: Engine,
        begin: Callable[[Connection], None],
        lock: LockFile,
        committed: Callable[[int], None] | None = None,
        *,
        wait_seconds: float = 15,
        stuck_seconds: float = 5,
        longest_seconds: float = 0.02,
    ) -> None:
        self._engine, self._begin, self._lock = engine, begin, lock
        self._committed = committed
        # A member that does not come to an end keeps all others from their answers.
        self._wait_seconds, self._stuck_seconds = wait_seconds, stuck_seconds
        self._longest_seconds = longest_seconds
        self._guard = threading.Lock()
        self._waiting: deque[_Member] = deque()
        self._taken = False
        self._group: _Group | None = None
        self._inside = threading.local()

    @property
    def waiting(self) -> int:
        """How many are waiting for their turn."""
        return len(self._waiting)

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """Work in turn, in a transaction that is committed when this ends; raises Busy (server_busy)."""
        self._refuse_nesting()
        member = self._member(None)
        self._await_turn(member)
        with self._at_work(member) as connection:
            yield connection

    def run(self, work: Callable[[Connection], T]) -> T:
        """Have `work` done in turn, perhaps by another thread; raises as `turn`, and what `work` raises.

        Whoever is at work anyway does it sooner than a thread that would have to wake up first.
        """
        self._refuse_nesting()
        member = self._member(work)
        self._await_turn(member)
        if member.group is not None:
            return cast(T, member.result_of(member.group))
        with self._at_work(member) as connection:
            return work(connection)

    def _member(self, work: Callable[[Connection], object] | None) -> _Member:
        return _Member(work, time.monotonic() + self._wait_seconds)

    def _refuse_nesting(self) -> None:
        if getattr(self._inside, "here", False):
            raise RuntimeError("a transaction is open in this thread already, and they do not nest")

    @contextmanager
    def _at_work(self, member: _Member) -> Iterator[Connection]:
        group = self._joined(member.until)
        self._inside.here = True
        try:
            with group.member(member):
                yield group.connection
        finally:
            try:
                self._hand_on(group)
            finally:
                self._inside.here = False
        group.await_end(member, self._stuck_seconds)
        group.require_kept()

    def _await_turn(self, member: _Member) -> None:
        """Wait until it is this member's turn, or its work is done."""
        sharing = SHARING.get() if member.work is not None else None
        with self._guard:
            is_free = not self._taken
            if is_free and sharing is None:
                self._taken = True
                return
            self._waiting.append(member)
        if is_free and sharing is not None:
            # The other requests of this thread come first: they write in the same group.
            sharing.soon(self._work_off)
        first = min(self._stuck_seconds, self._wait_seconds)
        try:
            for seconds in (first, self._wait_seconds - first):
                if member.ticket.acquire(timeout=seconds) or self._is_being_done(member):
                    return
            raise busy()
        except BaseException:
            self._give_up(member)
            raise

    def _work_off(self) -> None:
        """Do the work of everybody in line, for the requests that share a thread."""
        with self._guard:
            if self._taken or not self._waiting:
                return
            self._taken = True
        try:
            group = self._joined(time.monotonic() + self._wait_seconds)
        except (Busy, SQLAlchemyError):
            # Nobody waits for this call. The next in line was called, and meets the same trouble.
            return
        self._inside.here = True
        try:
            self._hand_on(group)
        finally:
            self._inside.here = False

    def _is_being_done(self, member: _Member) -> bool:
        """Return whether somebody has begun this member's work, after waiting for the end of its group."""
        with self._guard:
            group = member.group
        if group is None:
            return False
        group.await_end(member, self._stuck_seconds)
        return True

    def _give_up(self, member: _Member) -> None:
        with self._guard:
            if member in self._waiting:
                self._waiting.remove(member)
                return
            if member.group is not None:
                # Its work is being done, for nobody.
                return
        # It was called at the very moment when it gave up, so it has to pass the turn on.
        if self._group is not None:
            self._hand_on(self._group)
        else:
            self._call_next()

    def _joined(self, until: float) -> _Group:
        if self._group is not None:
            return self._group
        try:
            if not self._lock.acquire(max(until - time.monotonic(), 0)):
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
        """Do the work of those in line, let one of them go on that works itself, or end the group."""
        while group.takes_more() and (member := self._next(group)) is not None:
            if member.work is None:
                member.ticket.release()
                return
            group.do(member)
        self._group = None
        try:
            group.end()
            if self._committed is not None:
                self._committed(group.members)
        finally:
            self._lock.release()
            self._call_next()

    def _next(self, group: _Group) -> _Member | None:
        with self._guard:
            if not self._waiting:
                return None
            member = self._waiting.popleft()
            if member.work is not None:
                member.group = group
            return member

    def _call_next(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().ticket.release()
            else:
                self._taken = False


class _Member:
    """Somebody who works in a group, or whose `work` another member does there."""

    def __init__(self, work: Callable[[Connection], object] | None, until: float) -> None:
        self.work = work
        # For turn and lock together, on the monotonic clock.
        self.until = until
        # What the work asks for is that of the request it belongs to.
        self._context = copy_context() if work is not None else None
        # Others release it twice: to call this member for its turn, and once the group has ended.
        self.ticket = new_ticket()
        self.group: _Group | None = None
        self._result: object = None
        self._error: BaseException | None = None

    def do(self, connection: Connection) -> None:
        """Do the work of this member, in the context of its request."""
        if self._context is not None and self.work is not None:
            self._result = self._context.run(self.work, connection)

    def fail(self, error: BaseException) -> None:
        """Tell this member that its work has failed; it waits for nothing more."""
        self._error = error
        self.ticket.release()

    def result_of(self, group: _Group) -> object:
        """Return the result of its work once the group has ended; raises what kept it from its commit."""
        if self._error is not None:
            raise self._error
        group.require_kept()
        return self._result


class _Group:
    """A transaction that is open, whose members are answered once it is committed."""

    def __init__(self, connection: Connection, longest_seconds: float) -> None:
        self.connection = connection
        self._driver = _driver(connection)
        self.members = 0
        self._full_at = time.monotonic() + longest_seconds
        self._unanswered: list[_Member] = []
        self._guard = threading.Lock()
        self._commits = False
        self._lost: Exception | None = None

    @contextmanager
    def member(self, member: _Member) -> Iterator[None]:
        """Work in the transaction; if this fails, only its own part is undone.

        If it succeeds, the member's ticket is released when the group ends.
        """
        self.members += 1
        is_first = self.members == 1
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
        self._unanswered.append(member)

    def do(self, member: _Member) -> None:
        """Do the work of a member in line."""
        try:
            with self.member(member):
                member.do(self.connection)
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            member.fail(error)

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
        """Return whether another member may join; those who came before have to be answered soon."""
        return self._lost is None and self.members < _MOST_MEMBERS and time.monotonic() < self._full_at

    def end(self) -> None:
        """Commit for all members, or for none; whatever fails here, they are waited for no longer."""
        try:
            self._commit()
        finally:
            for member in self._unanswered:
                member.ticket.release()

    def _commit(self) -> None:
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

    def _roll_back(self) -> None:
        # A commit that was refused leaves the transaction open, and the connection would carry it on.
        try:
            self._driver.rollback()
        except sqlite3.Error:
            self.connection.invalidate()

    def await_end(self, member: _Member, stuck_seconds: float) -> None:
        """Wait until the group has ended, or the member has failed.

        After `stuck_seconds` the member at work is interrupted, and nobody's work is kept.
        """
        if not member.ticket.acquire(timeout=stuck_seconds):
            self._interrupt()
            member.ticket.acquire()

    def require_kept(self) -> None:
        """Raise what kept the group, which has ended, from being committed, or Busy (server_busy)."""
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
