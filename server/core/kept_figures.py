"""Figures that are counted once in a while, because the tables are too large to count them for each page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keyferry.server.core.models import Activation, AuditEvent, Customer, KeptFigures, License

MOST_AT_ONCE = 10_000
"""Tables with more rows than this aren't counted for each page."""


def are_needed(session: Session) -> bool:
    """Return whether a table is too large to be counted for each page, judging by its highest ID."""
    tables = (License, Activation, AuditEvent, Customer)
    return any((session.scalar(select(func.max(one.id))) or 0) > MOST_AT_ONCE for one in tables)


def read(session: Session, name: str) -> KeptFigures | None:
    """Return what was counted last, or None."""
    return session.get(KeptFigures, name)


def keep(session: Session, name: str, value: dict[str, Any], now: datetime) -> None:
    """Keep what was counted."""
    session.merge(KeptFigures(name=name, value=value, counted_at=now))
