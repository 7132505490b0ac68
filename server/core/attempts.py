"""Counted attempts: one mechanism for every face, exact over any number of processes on one database."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from keyferry.server.core import windows
from keyferry.server.core.errors import LimitReached
from keyferry.server.core.models import Attempt, table_of
from keyferry.server.core.prepared import Prepared

_attempt = table_of(Attempt)
_FORGIVE = Prepared(
    update(_attempt)
    .where(
        _attempt.c.bucket == bindparam("forgiven"),
        _attempt.c["count"] > 0,
        _attempt.c.window_ends_at > bindparam("now", type_=_attempt.c.window_ends_at.type),
    )
    .values(count=_attempt.c["count"] - 1)
)


def bucket(purpose: str, value: str) -> str:
    """Return the name under which attempts are counted: a digest, since the table holds no keys."""
    return hashlib.sha256(f"keyferry attempt v1\0{purpose}\0{value}".encode()).hexdigest()


def admit(session: Session, bucket: str, limit: int, per: timedelta, now: datetime) -> None:
    """Count one attempt; raises LimitReached (too_many_attempts) beyond `limit` in a window of `per`.

    A refused attempt is not counted.
    """
    count = windows.counted(session, Attempt, bucket, per, now, limit=limit)
    if count is None:
        raise _too_many(session, bucket, now)
    if count == 1:
        forget(session, now)


def forgive(session: Session, bucket: str, now: datetime) -> None:
    """Take one attempt back, since it succeeded: only failures use up a limit."""
    _FORGIVE.run(session, {"forgiven": bucket, "now": now})


def forget(session: Session, now: datetime) -> None:
    """Remove counts whose windows are over: the digest in one may be that of a network address."""
    windows.take_over(session, Attempt, now)


def _too_many(session: Session, bucket: str, now: datetime) -> LimitReached:
    ends = session.scalar(select(Attempt.window_ends_at).where(Attempt.bucket == bucket))
    wait = max((ends or now) - now, timedelta(seconds=1))
    minutes = -(-wait // timedelta(minutes=1))
    return LimitReached(
        "Too many attempts. Wait {minutes} min, then try again.", retry_after=wait, minutes=minutes
    )
