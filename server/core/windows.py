"""Counts within a window of time, exact over any number of processes on one database.

A window begins with the first of what is counted, and ends for all of it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import case, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from keyferry.server.core.models import Attempt, AuditRepeat

_AT_ONCE = 100

Window = TypeVar("Window", Attempt, AuditRepeat)


def counted(
    session: Session,
    kind: type[Window],
    bucket: str,
    per: timedelta,
    now: datetime,
    *,
    limit: int | None = None,
    **first: Any,
) -> int | None:
    """Count once, and return how often since the window began; beyond `limit` count nothing, and return None.

    `first` is kept of what begins a window. The count and its condition are one statement, so two processes
    can not both take the last one.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(kind).values(bucket=bucket, window_ends_at=now + per, count=1, **first)
    over, new = kind.window_ends_at <= now, statement.excluded
    counts = statement.on_conflict_do_update(
        index_elements=[kind.bucket],
        set_={
            "count": case((over, 1), else_=kind.count + 1),
            "window_ends_at": case((over, new.window_ends_at), else_=kind.window_ends_at),
        },
        where=None if limit is None else or_(over, kind.count < limit),
    )
    return session.scalar(counts.returning(kind.count))


def take_over(session: Session, kind: type[Window], now: datetime) -> Sequence[Window]:
    """Remove some windows that are over, and return them; rows that another process holds are left to it."""
    over = select(kind).where(kind.window_ends_at <= now).order_by(kind.bucket).limit(_AT_ONCE)
    rows = session.scalars(over.with_for_update(skip_locked=True)).all()
    if rows:
        session.execute(delete(kind).where(kind.bucket.in_([row.bucket for row in rows])))
    return rows
