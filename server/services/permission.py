"""Who may do what: a session that is live, and a role that permits an operation.

An operation names its permission once, here where it is done; a face asks `permission_of` what to offer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy.orm import Session

from keyferry.server.core import audit, properties
from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.models import OperatorSession
from keyferry.server.core.staff import roles, second_factor, sessions
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts

P = ParamSpec("P")
R = TypeVar("R")

_CUSTOMERS = (Channel.PHONE, Channel.SELF_HELP)


def admit(token: str, *, now: datetime, sets_up: bool = False) -> OperatorSession:
    """Return the live session of a token, with its operator, and write down that it is in use.

    `sets_up` is for what an operator without a due second factor may do. Raises NotAllowed (signed_out,
    second_factor_missing).
    """
    with reading() as session:
        row = admission(session, token, properties.read(session), now=now, sets_up=sets_up)
    note_use(row, now=now)
    return row


def admission(
    session: Session, token: str, values: Mapping[str, Any], *, now: datetime, sets_up: bool = False
) -> OperatorSession:
    """Do what `admit` does by the values of the properties, and write nothing: `note_use` does that.

    It is for who reads more in the same transaction.
    """
    row = sessions.find(session, token, now=now)
    if not sets_up and second_factor.is_missing_by(values, row.operator):
        raise NotAllowed(
            "Your role needs a second factor. Set it up in the portal first.",
            code="second_factor_missing",
        )
    return row


def note_use(row: OperatorSession, *, now: datetime) -> None:
    """Write down that a session is in use, once in a while; outside of any transaction."""
    if sessions.is_to_be_seen(row, now):
        with transaction() as session:
            sessions.see(session, row, now=now)


def allows(by: By, permission: Permission, *, customers_too: bool = False) -> bool:
    """Return whether the role of whoever asks permits something; with `customers_too`, any customer may."""
    if customers_too and by.channel in _CUSTOMERS:
        return True
    return by.role is not None and permission in roles.PERMISSIONS[by.role]


def require(by: By, permission: Permission, *, customers_too: bool = False) -> None:
    """Raise NotAllowed (not_permitted) where it is not allowed; the audit log keeps that."""
    if allows(by, permission, customers_too=customers_too):
        return
    refusal = roles.refusal(by.role, permission)
    with transaction() as session:
        now, wanted = parts().clock(), {"wanted": str(permission)}
        event, code = Event.PERMISSION_REFUSED, refusal.code
        audit.record(session, event=event, by=by, now=now, code=code, detail=wanted)
    raise refusal


def permitted(
    permission: Permission, *, customers_too: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let an operation be done only `by` whom it is permitted; with `customers_too`, by any customer, too."""

    def decorate(operation: Callable[P, R]) -> Callable[P, R]:
        @wraps(operation)
        def done(*arguments: P.args, **named: P.kwargs) -> R:
            require(cast(By, named["by"]), permission, customers_too=customers_too)
            return operation(*arguments, **named)

        done.permission = permission  # type: ignore[attr-defined]
        return done

    return decorate


def permission_of(operation: Callable[..., object]) -> Permission:
    """Return the permission that an operation takes; raises AttributeError for what is no operation."""
    permission: Permission = operation.permission  # type: ignore[attr-defined]
    return permission
