"""Counts within a window of time, exact over any number of processes on one database.

A window begins with the first of what is counted, and ends for all of it at once. One that ends later than
any that begins now, by more than its own length, began before the clock was set back: it is over, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam, case, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from keyferry.server.core.models import Attempt, AuditRepeat, Base, table_of
from keyferry.server.core.prepared import Prepared, connection_of

LONGEST = timedelta(hours=1)
"""No window is longer."""

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
    statement = _counting(kind, connection_of(session).dialect.name, tuple(first), limited=limit is not None)
    values = {f"new_{name}": value for name, value in first.items()}
    values |= {"new_bucket": bucket, "new_end": now + per, "now": now, "too_late": now + 2 * per}
    if limit is not None:
        values["most"] = limit
    row = statement.row(session, values)
    return None if row is None else row[0]


@cache
def _counting(kind: type[Base], dialect: str, first: tuple[str, ...], *, limited: bool) -> Prepared:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    known = table_of(kind).c
    time = known.window_ends_at.type
    kept = {name: bindparam(f"new_{name}", type_=known[name].type) for name in first}
    statement = insert(table_of(kind)).values(
        bucket=bindparam("new_bucket"), window_ends_at=bindparam("new_end", type_=time), count=1, **kept
    )
    ends, new = known.window_ends_at, statement.excluded
    over = or_(ends <= bindparam("now", type_=time), ends > bindparam("too_late", type_=time))
    counts = statement.on_conflict_do_update(
        index_elements=[known.bucket],
        set_={
            "count": case((over, 1), else_=known["count"] + 1),
            "window_ends_at": case((over, new.window_ends_at), else_=known.window_ends_at),
        },
        where=or_(over, known["count"] < bindparam("most")) if limited else None,
    ).returning(known["count"])
    return Prepared(counts)


def take_over(session: Session, kind: type[Window], now: datetime) -> Sequence[Window]:
    """Remove some windows that are over, and return them; rows that another process holds are left to it."""
    over = or_(kind.window_ends_at <= now, kind.window_ends_at > now + 2 * LONGEST)
    some = select(kind).where(over).order_by(kind.bucket).limit(_AT_ONCE)
    rows = session.scalars(some.with_for_update(skip_locked=True)).all()
    if rows:
        session.execute(delete(kind).where(kind.bucket.in_([row.bucket for row in rows])))
    return rows
