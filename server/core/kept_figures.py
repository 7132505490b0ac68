"""Figures that are counted once in a while, since tables have become too large to be counted for a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keyferry.server.core.models import Activation, AuditEvent, KeptFigures, License

MOST_AT_ONCE = 50_000
"""How many rows of a table are counted for a page."""


def are_needed(session: Session) -> bool:
    """Return whether a table is too large to be counted for each page, by its highest number."""
    tables = (License, Activation, AuditEvent)
    return any((session.scalar(select(func.max(one.id))) or 0) > MOST_AT_ONCE for one in tables)


def read(session: Session, name: str) -> KeptFigures | None:
    """Return what was counted last."""
    return session.get(KeptFigures, name)


def keep(session: Session, name: str, value: dict[str, Any], now: datetime) -> None:
    """Keep what was counted."""
    session.merge(KeptFigures(name=name, value=value, counted_at=now))
