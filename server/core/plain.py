"""Statements that go past the ORM, for what has to be quick."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.orm import Session


def plain(session: Session) -> Connection:
    """Return the connection of a session; what the session has not written yet is written first."""
    session.flush()
    connection = session.get_bind()
    return connection if isinstance(connection, Connection) else session.connection()
