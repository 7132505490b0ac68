"""Days of the database: both engines keep moments, and say them in ways of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func
from sqlalchemy.orm import Session


def utc_day(session: Session, at: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """Return the day of a moment in UTC, as an expression whose text is an ISO date."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(at)
    return func.date(func.timezone("UTC", at))
