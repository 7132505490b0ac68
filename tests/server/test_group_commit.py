"""Writers of SQLite share a commit: each is answered after it, and none loses by another's failure."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from multiprocessing import get_context
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import OperationalError

from keyferry.server.core.errors import Busy
from keyferry.server.core.models import Attempt
from keyferry.server.db import db, do_in_transaction, reading, transaction
from keyferry.server.db.group_commit import GroupCommit
from keyferry.server.db.lock_file import LockFile
from keyferry.server.db.opening import begin_writing
from tests.server.fiber_thread import FiberThread

pytestmark = pytest.mark.engines("sqlite")

PATIENCE = 20
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
Then = Callable[[Connection], object]


class Writers:
    """Threads that write to one database in turns; a group takes all who come while the first is held."""

    def __init__(self, app, delegate: bool, in_fibers: bool = False, **seconds: float) -> None:
        self.app, self.delegate = app, delegate
        lock = LockFile(db.engine.url.database)
        self.group = GroupCommit(db.engine, begin_writing, lock, longest_seconds=PATIENCE, **seconds)
        self.threads = ThreadPoolExecutor(16)
        self.others: ThreadPoolExecutor | FiberThread = FiberThread() if in_fibers else self.threads
        self.commits = 0
        self.workers: dict[str, int] = {}

    def write(self, name: str, then: Then | None = None) -> None:
        def work(connection: Connection) -> None:
            self.workers[name] = threading.get_ident()
            insert(connection, name)
            if then is not None:
                then(connection)

        with self.app.app_context():
            if self.delegate:
                self.group.run(work)
                return
            with self.group.turn() as connection:
                work(connection)

    @contextmanager
    def held(self) -> Iterator[list[Future[None]]]:
        """Hold the first of a group, until all who are added to the list have come."""
        entered, leaves = threading.Event(), threading.Event()

        def hold(_connection: Connection) -> None:
            entered.set()
            assert leaves.wait(PATIENCE)

        done = [self.threads.submit(self.write, "first", hold)]
        try:
            assert entered.wait(PATIENCE)
            yield done
            deadline = time.monotonic() + PATIENCE
            while self.group.waiting < len(done) - 1:
                assert time.monotonic() < deadline
        finally:
            leaves.set()

    def count(self, _connection: Connection) -> None:
        self.commits += 1


def insert(connection: Connection, name: str) -> None:
    row = "INSERT INTO attempt (bucket, window_ends_at, count) VALUES (?, '2026-01-01', 1)"
    connection.exec_driver_sql(row, (name,))


def fail(_connection: Connection) -> None:
    raise ZeroDivisionError


def rows() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Attempt.bucket)))


def errors(done: list[Future[None]]) -> list[type[BaseException] | None]:
    found = [one.exception(PATIENCE) for one in done]
    return [None if one is None else type(one) for one in found]


@pytest.fixture(params=["each works itself", "one works for all", "one works for all fibers of a thread"])
def writers(app, request) -> Iterator[Callable[..., Writers]]:
    made: list[Writers] = []
    delegate, in_fibers = request.param != "each works itself", "fibers" in request.param

    def make(**seconds: float) -> Writers:
        made.append(Writers(app, delegate, in_fibers, **seconds))
        event.listen(db.engine, "commit", made[-1].count)
        return made[-1]

    yield make
    for one in made:
        event.remove(db.engine, "commit", one.count)
        one.others.shutdown()
        one.threads.shutdown()


def test_who_waits_shares_one_commit(writers):
    several, names = writers(), [f"writer {number}" for number in range(12)]
    with several.held() as done:
        done += [several.others.submit(several.write, name) for name in names]
    assert errors(done) == [None] * 13
    assert rows() == {"first", *names}
    assert several.commits == 1
    assert len(set(several.workers.values())) == (1 if several.delegate else 13)


def test_who_fails_undoes_only_their_own_part(writers):
    several = writers()
    with several.held() as done:
        done += [several.others.submit(several.write, *one) for one in (("a",), ("b", fail), ("c",))]
    assert errors(done) == [None, None, ZeroDivisionError, None]
    assert rows() == {"first", "a", "c"}
    with pytest.raises(ZeroDivisionError):
        several.write("d", fail)
    several.write("e")
    assert rows() == {"first", "a", "c", "e"}


def test_nobody_is_answered_before_the_commit_and_all_are_refused_if_it_fails(writers, app):
    several, answered = writers(), []

    def break_off(connection: Connection) -> None:
        answered.append([one.done() for one in done])
        # The deferred constraint is looked at by the commit itself.
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql(
            "INSERT INTO former_activation_key (activation_key, license_id, replaced_at) VALUES ('x', 77, '')"
        )

    event.listen(db.engine, "commit", break_off)
    try:
        with several.held() as done:
            done += [several.others.submit(several.write, name) for name in "ab"]
        failed = [one.exception(PATIENCE) for one in done]
    finally:
        event.remove(db.engine, "commit", break_off)
    assert answered == [[False, False, False]]
    assert all("FOREIGN KEY" in str(error) for error in failed)
    assert rows() == set()
    several.write("c")
    assert rows() == {"c"}


def test_where_sqlite_ends_the_whole_transaction_all_of_its_members_are_refused(writers):
    several = writers()

    def lose(connection: Connection) -> None:
        # What SQLite does by itself where the disk is full or fails.
        connection.exec_driver_sql("ROLLBACK")

    with several.held() as done:
        done += [several.others.submit(several.write, *one) for one in (("a", lose), ("b",))]
    assert errors(done) == [Busy, Busy, None]
    assert rows() == {"b"}


@pytest.mark.thorough
def test_a_member_that_comes_to_no_end_is_interrupted_and_nobody_is_answered_as_done(writers):
    several = writers(stuck_seconds=0.2)
    with several.held() as done:
        done.append(several.others.submit(several.write, "a", lambda one: one.exec_driver_sql(ENDLESS)))
    assert errors(done) == [Busy, OperationalError]
    several.write("b")
    assert rows() == {"b"}


def test_who_waits_too_long_leaves_the_queue_and_the_next_goes_on(writers):
    several = writers(wait_seconds=0.1)
    with several.held() as done:
        with pytest.raises(Busy):
            several.write("a")
        assert several.group.waiting == 0
    assert errors(done) == [None]
    several.write("b")
    assert rows() == {"first", "b"}


def test_work_that_another_does_is_answered_with_its_own_result_and_asks_in_its_own_context(writers):
    several, asks = writers(), ContextVar[int]("asks")

    def asked(number: int) -> tuple[int, int]:
        asks.set(number)
        return number, several.group.run(lambda _: asks.get())

    with several.held() as done:
        answers = [several.others.submit(asked, number) for number in range(5)]
        done += answers
    assert [one.result(PATIENCE) for one in answers] == [(number, number) for number in range(5)]


@pytest.mark.parametrize("writers", ["one works for all fibers of a thread"], indirect=True)
def test_fibers_of_one_round_share_a_commit_though_nobody_else_writes(writers):
    several = writers()
    done = several.others.submit_all([partial(several.write, name) for name in "abcde"])
    assert errors(done) == [None] * 5
    assert rows() == set("abcde")
    assert several.commits == 1


@pytest.mark.thorough
@pytest.mark.parametrize("writers", ["one works for all fibers of a thread"], indirect=True)
def test_while_another_process_writes_fibers_leave_their_thread_to_others(writers):
    holder, several = Holder(db.engine.url.database), writers(wait_seconds=0.5)
    [late, other] = several.others.submit_all([partial(several.write, "late"), partial(str, "done")])
    assert other.result(PATIENCE) == "done"
    assert errors([late]) == [Busy]
    waiting = several.others.submit_all([partial(several.write, name) for name in "ab"])
    assert not any(one.done() for one in waiting)
    holder.end()
    assert errors(waiting) == [None, None]
    assert rows() == set("ab")


@pytest.mark.thorough
def test_turn_and_lock_together_are_waited_for_no_longer_than_one_of_them(writers):
    holder, several = Holder(db.engine.url.database), writers(wait_seconds=2)
    first = several.others.submit(several.write, "first")
    with pytest.raises(FutureTimeout):
        first.result(0.2)
    begun = time.monotonic()
    assert errors([several.others.submit(several.write, "second"), first]) == [Busy, Busy]
    assert time.monotonic() - begun < 3
    holder.end()


def test_everybody_is_answered_whatever_fails_as_a_group_ends(writers):
    several, failures = writers(), [ZeroDivisionError]

    def fail_once(*_: object) -> None:
        if failures:
            raise failures.pop()

    event.listen(db.engine, "checkin", fail_once)
    try:
        with several.held() as done:
            done.append(several.others.submit(several.write, "a"))
        assert set(errors(done)) <= {None, ZeroDivisionError}
    finally:
        event.remove(db.engine, "checkin", fail_once)
    several.write("b")
    assert rows() == {"first", "a", "b"}


def test_transactions_do_not_nest(app):
    with transaction(), pytest.raises(RuntimeError, match="do not nest"), transaction():
        raise AssertionError
    with pytest.raises(RuntimeError, match="do not nest"):
        do_in_transaction(lambda _: do_in_transaction(lambda _: None))
    with transaction() as session:
        session.execute(text("SELECT 1"))


def write_many(number: int, lock: str | None = None) -> None:
    db.engine.dispose(close=False)
    for each in range(40):
        with transaction() as session:
            session.add(Attempt(bucket=f"{number}.{each}", window_ends_at=CLOCK[0], count=1))
    os._exit(0)


CLOCK: list[Any] = []


@pytest.mark.thorough
def test_processes_write_in_turns_and_nothing_is_lost(app, clock, settings):
    CLOCK[:] = [clock.now]
    fork = get_context("fork")
    processes = [fork.Process(target=write_many, args=(number,)) for number in range(4)]
    for one in processes:
        one.start()
    for one in processes:
        one.join(PATIENCE)
    assert [one.exitcode for one in processes] == [0] * 4
    assert len(rows()) == 160
    lock = settings.sqlite_file.with_name("keyferry.db.lock")
    assert lock.stat().st_mode == settings.sqlite_file.stat().st_mode


def hold_lock(database: str, pipe: Any) -> None:
    LockFile(database).acquire(PATIENCE)
    pipe.send("held")
    pipe.recv()


class Holder:
    """Another process, which has the lock."""

    def __init__(self, database: str) -> None:
        fork = get_context("fork")
        self.pipe, theirs = fork.Pipe()
        self.process = fork.Process(target=hold_lock, args=(database, theirs))
        self.process.start()
        theirs.close()
        assert self.pipe.recv() == "held"

    def end(self) -> None:
        os.kill(self.process.pid or 0, signal.SIGKILL)
        self.process.join(PATIENCE)


@pytest.fixture
def database(tmp_path) -> str:
    (tmp_path / "x.db").touch()
    return str(tmp_path / "x.db")


def test_the_turn_of_a_process_that_was_killed_is_free(database):
    holder, lock = Holder(database), LockFile(database)
    assert not lock.acquire(0.1)
    holder.end()
    assert lock.acquire(PATIENCE)
    lock.release()
    assert lock.acquire(0)


def test_a_turn_that_comes_too_late_is_given_back(database):
    holder, lock = Holder(database), LockFile(database)
    assert not lock.acquire(0.1)
    holder.end()
    # Nobody here wants it any more; it must not keep others waiting.
    Holder(database).end()
    assert lock.acquire(PATIENCE)
    lock.release()


def test_whoever_gave_up_takes_the_same_place_again(database):
    holder, lock = Holder(database), LockFile(database)
    assert not lock.acquire(0.1)
    assert not lock.acquire(0.1)
    holder.end()
    assert lock.acquire(PATIENCE)
    lock.release()
    Holder(database).end()


def test_where_there_can_be_no_lock_file_the_database_itself_is_waited_for(tmp_path):
    (tmp_path / "x.db").touch()
    (tmp_path / "x.db.lock").mkdir()
    assert LockFile(str(tmp_path / "x.db")).acquire(0)


def test_a_database_without_a_file_has_no_lock_file():
    assert LockFile(None).acquire(0)
    assert LockFile(":memory:").acquire(0)
