"""The transactions of everything that happens: one that may write, and one that only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, false, func, select, update
from sqlalchemy.orm import Session

from keyferry.server.core.models import MailDelivery
from keyferry.server.db.checkpoints import Checkpoints
from keyferry.server.db.group_commit import GroupCommit
from keyferry.server.db.lock_file import LockFile
from keyferry.server.db.lookers import looker
from keyferry.server.db.opening import begin_reading, begin_writing, connected, db

JoinTransactionMode = Literal["create_savepoint", "rollback_only"]
T = TypeVar("T")

_GROUPS: WeakKeyDictionary[Engine, GroupCommit] = WeakKeyDictionary()


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a transaction that may write; commits at the end, rolls back on any exception. Do not nest it.

    Nothing but this module commits. On SQLite the first statement has the write lock, so
    what was read is still true when it is written. Raises Busy (server_busy) where others take too long.
    """
    engine = db.engine
    opened = _group(engine).turn() if _is_sqlite(engine) else _alone(engine)
    with opened as connection, _working(connection) as session:
        yield session


def do_in_transaction(work: Callable[[Session], T]) -> T:
    """Do `work` as in `transaction`; on SQLite, a thread that is writing already may do it, which is quicker.

    Raises what `transaction` and `work` raise.
    """
    engine = db.engine

    def done(connection: Connection) -> T:
        with _working(connection) as session:
            return work(session)

    if _is_sqlite(engine):
        return _group(engine).run(done)
    with _alone(engine) as connection:
        return done(connection)


def one_at_a_time(session: Session, what: str) -> None:
    """Wait until no other transaction does what this name stands for, where there is no row to lock."""
    if db.engine.dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"keyferry {what}"))))


@contextmanager
def reading() -> Iterator[Session]:
    """Open a transaction that only reads: it waits for nobody, and whatever it does is rolled back."""
    with connected(db.engine) as connection:
        begin_reading(connection)
        session = _session(connection, "rollback_only")
        try:
            yield session
        finally:
            _close(session)


@contextmanager
def looking() -> Iterator[Session]:
    """Open a session without a transaction, for one statement that only reads.

    A second statement would see what was committed in between. On PostgreSQL this saves two round trips.
    """
    with looker(db.engine) as session:
        yield session


def require_writable() -> None:
    """Raise the SQLAlchemyError that keeps this account from writing; nothing is written."""
    with connected(db.engine) as connection:
        begin_writing(connection)
        # No row: only the right to change one is asked for.
        connection.execute(update(MailDelivery).where(false()).values(trouble=None))
        connection.rollback()


@contextmanager
def _working(connection: Connection) -> Iterator[Session]:
    # What fails in a session must undo no more than its own part of a group.
    session = _session(connection, "create_savepoint" if _is_sqlite(connection) else "rollback_only")
    try:
        yield session
        if session.in_transaction():
            session.commit()
    finally:
        _close(session)


def _session(connection: Connection, mode: JoinTransactionMode) -> Session:
    return Session(connection, expire_on_commit=False, join_transaction_mode=mode)


def _close(session: Session) -> None:
    # Whoever used the connection alone, past the ORM, leaves nothing here.
    if session.in_transaction() or session.identity_map:
        session.close()


def _is_sqlite(database: Engine | Connection) -> bool:
    return database.dialect.name == "sqlite"


def _group(engine: Engine) -> GroupCommit:
    group = _GROUPS.get(engine)
    if group is None:
        lock, checkpoints = LockFile(engine.url.database), Checkpoints(engine)
        group = _GROUPS.setdefault(engine, GroupCommit(engine, begin_writing, lock, checkpoints.count))
    return group


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    # PostgreSQL lets many write at once, and gathers their commits itself.
    with connected(engine) as connection:
        begin_writing(connection)
        with connection.begin():
            yield connection
