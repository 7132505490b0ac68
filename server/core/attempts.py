"""Counted attempts: one mechanism for every face, exact over any number of processes on one database."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from keyferry.server.core.errors import LimitReached
from keyferry.server.core.models import Attempt

_SWEEP = 100


def bucket(purpose: str, value: str) -> str:
    """Return the name under which attempts are counted: a digest, since the table holds no keys."""
    return hashlib.sha256(f"keyferry attempt v1\0{purpose}\0{value}".encode()).hexdigest()


def admit(session: Session, bucket: str, limit: int, per: timedelta, now: datetime) -> None:
    """Count one attempt; raises LimitReached (too_many_attempts) beyond `limit` in a window of `per`.

    A window starts with its first attempt. The count and its condition are one statement, so two processes
    can not both take the last attempt. A refused attempt is not counted.
    """
    count = session.scalar(_counted(session, bucket, limit, per, now))
    if count is None:
        raise _too_many(session, bucket, now)
    if count == 1:
        _sweep(session, now)


def forgive(session: Session, bucket: str, now: datetime) -> None:
    """Take one attempt back, since it succeeded: only failures use up a limit."""
    session.execute(
        update(Attempt)
        .where(Attempt.bucket == bucket, Attempt.count > 0, Attempt.window_ends_at > now)
        .values(count=Attempt.count - 1)
    )


def _counted(
    session: Session, bucket: str, limit: int, per: timedelta, now: datetime
) -> ReturningInsert[int]:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    over = Attempt.window_ends_at <= now
    statement = insert(Attempt).values(bucket=bucket, window_ends_at=now + per, count=1)
    return statement.on_conflict_do_update(
        index_elements=[Attempt.bucket],
        set_={
            "count": case((over, 1), else_=Attempt.count + 1),
            "window_ends_at": case((over, statement.excluded.window_ends_at), else_=Attempt.window_ends_at),
        },
        where=or_(over, Attempt.count < limit),
    ).returning(Attempt.count)


def _too_many(session: Session, bucket: str, now: datetime) -> LimitReached:
    ends = session.scalar(select(Attempt.window_ends_at).where(Attempt.bucket == bucket))
    wait = max((ends or now) - now, timedelta(seconds=1))
    minutes = -(-wait // timedelta(minutes=1))
    return LimitReached(
        "Too many attempts. Wait {minutes} min, then try again.", retry_after=wait, minutes=minutes
    )


def _sweep(session: Session, now: datetime) -> None:
    """Remove some windows that are over; rows that another process holds are left to it."""
    over = (
        select(Attempt.bucket)
        .where(Attempt.window_ends_at <= now)
        .order_by(Attempt.bucket)
        .limit(_SWEEP)
        .with_for_update(skip_locked=True)
    )
    buckets = session.scalars(over).all()
    if buckets:
        session.execute(delete(Attempt).where(Attempt.bucket.in_(buckets), Attempt.window_ends_at <= now))
