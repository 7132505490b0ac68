"""Operators: the vendor's staff, each with a name, a password and a role."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Conflict, Malformed, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.folding import composed, folded
from keyferry.server.core.models import Operator, OperatorSession, Role
from keyferry.server.core.staff import passwords, sessions

_NAME = re.compile(r"[^\W_](?:[\w.@ -]{0,58}[\w.])?")


def add(session: Session, name: str, role: Role, password: str, *, by: By, now: datetime) -> Operator:
    """Add an operator; raises Malformed (malformed_operator_name, malformed_password), Conflict."""
    cleaned = composed(" ".join(name.split()))
    if not _NAME.fullmatch(cleaned):
        raise Malformed(
            "Use a name of up to 60 letters, digits, spaces, and . - @ _, like ada or ada@example.com.",
            code="malformed_operator_name",
        )
    operator = Operator(
        name=cleaned,
        folded_name=folded_name(cleaned),
        role=role.value,
        password_hash=passwords.hashed(password),
        created_at=now,
        password_set_at=now,
    )
    try:
        with session.begin_nested():
            session.add(operator)
    except IntegrityError:
        raise Conflict(
            "There’s already an operator named {name}. Choose another name, or reset the password.",
            code="operator_exists",
            name=cleaned,
        ) from None
    _record(session, Event.OPERATOR_ADDED, operator, by, now)
    return operator


def find(session: Session, name: str) -> Operator:
    """Return an operator by name, in any case; raises NotFound (unknown_operator)."""
    operator = known(session, name)
    if operator is None:
        raise NotFound(
            "There’s no operator with this name. `keyferry operator list` shows all of them.",
            code="unknown_operator",
        )
    return operator


def with_id(session: Session, number: int) -> Operator:
    """Return an operator by the number that addresses name; raises NotFound (unknown_operator)."""
    operator = session.get(Operator, number)
    if operator is None:
        raise NotFound("There’s no such operator. Choose one from the list.", code="unknown_operator")
    return operator


def known(session: Session, name: str) -> Operator | None:
    """Return an operator by name, in any case, or None."""
    wanted = folded_name(name)
    if not wanted.isprintable():
        # No name has such characters, and a database may be unable to look for them.
        return None
    return session.scalar(select(Operator).where(Operator.folded_name == wanted))


def folded_name(name: str) -> str:
    """Return the form in which names are compared."""
    return folded(" ".join(name.split()))


def everyone(session: Session) -> Sequence[Operator]:
    """Return all operators by name, the disabled ones too."""
    return session.scalars(select(Operator).order_by(Operator.folded_name)).all()


def reset(session: Session, operator: Operator, password: str, *, by: By, now: datetime) -> Operator:
    """Give a new password, let the operator in again if disabled, and end every session."""
    operator.password_hash, operator.password_set_at = passwords.hashed(password), now
    operator.disabled_at = None
    sessions.end_all(session, operator, now=now)
    _record(session, Event.OPERATOR_RESET, operator, by, now)
    return operator


def change_password(
    session: Session,
    operator: Operator,
    password: str,
    *,
    here: OperatorSession | None,
    by: By,
    now: datetime,
) -> None:
    """Set the operator's own new password, and end every session but `here`; raises Malformed."""
    operator.password_hash, operator.password_set_at = passwords.hashed(password), now
    sessions.end_all(session, operator, now=now, but=here)
    _record(session, Event.PASSWORD_CHANGED, operator, by, now)


def disable(session: Session, operator: Operator, *, by: By, now: datetime) -> Operator:
    """Shut an operator out and end every session; raises Conflict (last_administrator)."""
    if operator.disabled_at is not None:
        return operator
    _require_another_administrator(session, operator)
    operator.disabled_at = now
    sessions.end_all(session, operator, now=now)
    _record(session, Event.OPERATOR_DISABLED, operator, by, now)
    return operator


def enable(session: Session, operator: Operator, *, by: By, now: datetime) -> None:
    """Let a disabled operator in again, with the password and second factor from before."""
    if operator.disabled_at is not None:
        operator.disabled_at = None
        _record(session, Event.OPERATOR_ENABLED, operator, by, now)


def change_role(session: Session, operator: Operator, role: Role, *, by: By, now: datetime) -> None:
    """Give another role, which counts at once; raises Conflict (last_administrator)."""
    before = operator.role
    if role == before:
        return
    if operator.disabled_at is None:
        _require_another_administrator(session, operator)
    operator.role = role.value
    detail = {"operator": operator.name, "before": before, "role": operator.role}
    audit.record(session, event=Event.OPERATOR_ROLE_CHANGED, by=by, detail=detail, now=now)


def sign_out(session: Session, operator: Operator, *, by: By, now: datetime) -> None:
    """Sign an operator out everywhere, by force."""
    sessions.end_all(session, operator, now=now)
    _record(session, Event.OPERATOR_SIGNED_OUT, operator, by, now)


def _require_another_administrator(session: Session, operator: Operator) -> None:
    if operator.role == Role.ADMINISTRATOR and _administrators(session) == 1:
        raise Conflict(
            "This is the last administrator. Add another one first, so somebody can still manage operators.",
            code="last_administrator",
        )


def _administrators(session: Session) -> int:
    # Locked, so that the last two cannot disable each other at the same moment.
    administrators = select(Operator.id).where(
        Operator.role == Role.ADMINISTRATOR.value, Operator.disabled_at.is_(None)
    )
    return len(session.scalars(administrators.with_for_update()).all())


def _record(session: Session, event: Event, operator: Operator, by: By, now: datetime) -> None:
    detail = {"operator": operator.name, "role": operator.role}
    audit.record(session, event=event, by=by, detail=detail, now=now)
