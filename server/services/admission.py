"""Who is at work in portal or console: signed in still, and allowed to do what is asked for."""

from __future__ import annotations

from datetime import datetime

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.events import Event
from keyferry.server.core.models import OperatorSession
from keyferry.server.core.staff import roles, second_factor, sessions
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading, transaction


def admit(
    token: str, permission: Permission, *, by: By, now: datetime, sets_up: bool = False
) -> OperatorSession:
    """Return the live session of a token, with its operator, and write down that it is in use.

    `by` tells way and address; `sets_up` is for what an operator without a due second factor may do. Raises
    NotAllowed (signed_out, second_factor_missing, not_permitted); the audit keeps the last.
    """
    with reading() as session:
        row = sessions.find(session, token, now=now)
        if not sets_up and second_factor.is_missing(session, row.operator):
            raise NotAllowed(
                "Your role needs a second factor. Set it up in the portal first.",
                code="second_factor_missing",
            )
    whom = By(by.channel, row.operator.name, by.address)
    try:
        roles.require(row.operator, permission)
    except NotAllowed as refusal:
        with transaction() as session:
            detail = {"wanted": str(permission)}
            audit.record(
                session, event=Event.PERMISSION_REFUSED, by=whom, now=now, code=refusal.code, detail=detail
            )
        raise
    if sessions.is_to_be_seen(row, now):
        with transaction() as session:
            sessions.see(session, row, now=now)
    return row
