"""What the audit log holds."""

from __future__ import annotations

from sqlalchemy import select

from keyferry.server.core.models import AuditEvent
from keyferry.server.db import reading


def events(*names: str) -> list[AuditEvent]:
    """The events of these names in their order; without a name all of them."""
    wanted = select(AuditEvent).order_by(AuditEvent.id)
    with reading() as session:
        return list(session.scalars(wanted.where(AuditEvent.event.in_(names)) if names else wanted))


def refused_events() -> list[AuditEvent]:
    """The events of what was refused."""
    return [event for event in events() if event.code is not None]
