"""Counts of what repeats within an hour, exact over any number of processes on one database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from keyferry.server.core.models import AuditRepeat

WINDOW = timedelta(hours=1)
_AT_ONCE = 100


def counted(session: Session, sameness: str, event: Mapping[str, Any], now: datetime) -> int:
    """Count an event, and return how often it has happened since its window began."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    bucket = hashlib.sha256(f"keyferry repeat v1\0{sameness}".encode()).hexdigest()
    statement = insert(AuditRepeat).values(
        bucket=bucket, window_ends_at=now + WINDOW, count=1, event=dict(event)
    )
    over, new = AuditRepeat.window_ends_at <= now, statement.excluded
    counts = statement.on_conflict_do_update(
        index_elements=[AuditRepeat.bucket],
        set_={
            "count": case((over, 1), else_=AuditRepeat.count + 1),
            "window_ends_at": case((over, new.window_ends_at), else_=AuditRepeat.window_ends_at),
        },
    ).returning(AuditRepeat.count)
    return session.execute(counts).scalar_one()


def taken(session: Session, now: datetime) -> list[tuple[dict[str, Any], int]]:
    """Remove windows that are over, and return what was repeated in them with its count.

    Rows that another process holds are left to it.
    """
    over = (
        select(AuditRepeat)
        .where(AuditRepeat.window_ends_at <= now)
        .order_by(AuditRepeat.bucket)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(over).all()
    if rows:
        session.execute(delete(AuditRepeat).where(AuditRepeat.bucket.in_([row.bucket for row in rows])))
    return [(row.event, row.count) for row in rows if row.count > 1]
