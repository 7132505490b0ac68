"""Who is at work in portal or console: signed in still, and allowed to do what is asked for."""

from __future__ import annotations

from datetime import datetime

from server.core import audit, roles, sessions
from server.core.audit import By
from server.core.errors import NotAllowed
from server.core.models import OperatorSession
from server.core.roles import Permission
from server.db import reading, transaction


def admit(token: str, permission: Permission, *, by: By, now: datetime) -> OperatorSession:
    """Return the live session of a token, with its operator, and write down that it is in use.

    `by` tells way and address. Raises NotAllowed (signed_out, not_permitted); the audit keeps the latter.
    """
    with reading() as session:
        row = sessions.find(session, token, now=now)
    whom = By(by.way, row.operator.name, by.address)
    try:
        roles.require(row.operator, permission)
    except NotAllowed as refusal:
        with transaction() as session:
            detail = {"wanted": str(permission)}
            audit.record(
                session, event="permission_refused", by=whom, now=now, code=refusal.code, detail=detail
            )
        raise
    if sessions.is_to_be_seen(row, now):
        with transaction() as session:
            sessions.see(session, row, now=now)
    return row
