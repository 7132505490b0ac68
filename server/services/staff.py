"""What administrators change about those who sign in, for every face."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from keyferry.server.core.audit import By
from keyferry.server.core.errors import Conflict, NotFound
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Operator, OperatorSession, Role
from keyferry.server.core.staff import operators, second_factor, sessions
from keyferry.server.core.staff.roles import Permission
from keyferry.server.services.changing import changing
from keyferry.server.services.permission import permitted

Which = int | str
"""An operator, by the number of the row or by name."""


@permitted(Permission.MANAGE_OPERATORS)
def add(name: str, role: Role, password: str, *, by: By) -> Operator:
    """Add an operator; raises what `core.staff.operators.add` raises."""
    with changing(by) as (session, now):
        return operators.add(session, name, role, password, by=by, now=now)


@permitted(Permission.MANAGE_OPERATORS)
def change_role(which: Which, role: Role, *, by: By) -> Operator:
    """Give another role."""
    return _changed(which, by, operators.change_role, role)


@permitted(Permission.MANAGE_OPERATORS)
def reset(which: Which, password: str, *, by: By) -> Operator:
    """Set a new password, and sign the operator out everywhere."""
    return _changed(which, by, operators.reset, password)


@permitted(Permission.MANAGE_OPERATORS)
def start_over(which: Which, password: str, *, by: By) -> Operator:
    """Set a new password and end the second factor, for who lost both."""

    def work(session: Session, one: Operator, *, by: By, now: datetime) -> None:
        operators.reset(session, one, password, by=by, now=now)
        second_factor.end(session, one, by=by, now=now)

    return _changed(which, by, work)


@permitted(Permission.MANAGE_OPERATORS)
def disable(which: Which, *, by: By) -> Operator:
    """Let an operator sign in no more."""
    return _changed(which, by, operators.disable)


@permitted(Permission.MANAGE_OPERATORS)
def enable(which: Which, *, by: By) -> Operator:
    """Let an operator sign in again."""
    return _changed(which, by, operators.enable)


@permitted(Permission.MANAGE_OPERATORS)
def end_second_factor(which: Which, *, by: By) -> Operator:
    """End the second factor of who lost the device, and sign them out everywhere."""

    def work(session: Session, one: Operator, *, by: By, now: datetime) -> None:
        second_factor.end(session, one, by=by, now=now)
        operators.sign_out(session, one, by=by, now=now)

    return _changed(which, by, work)


@permitted(Permission.MANAGE_OPERATORS)
def sign_out(which: Which, *, by: By) -> Operator:
    """Sign an operator out everywhere."""
    return _changed(which, by, operators.sign_out)


@permitted(Permission.MANAGE_OPERATORS)
def end_session(which: Which, number: int, *, by: By) -> Operator:
    """End one session of an operator; raises NotFound (unknown_session)."""

    def work(session: Session, one: Operator, *, by: By, now: datetime) -> None:
        row = session.get(OperatorSession, number)
        if row is None or row.operator_id != one.id:
            raise NotFound("That session doesn’t exist. Reload the page.", code="unknown_session")
        sessions.end(session, row, by=by, now=now)

    return _changed(which, by, work)


def _changed(which: Which, by: By, work: Callable[..., object], *wanted: object) -> Operator:
    with changing(by) as (session, now):
        found = _other(session, which, by)
        work(session, found, *wanted, by=by, now=now)
        return found


def _other(session: Session, which: Which, by: By) -> Operator:
    """Return an operator who is not the one that asks: nobody locks themselves out by a slip."""
    find = operators.with_id if isinstance(which, int) else operators.find
    found: Operator = find(session, which)  # type: ignore[arg-type]
    # At the command line, a name is that of an account of the system.
    if by.channel is not Channel.COMMAND_LINE and found.name == by.who:
        raise Conflict(
            "This is you. Change your own account by choosing your name at the top.", code="own_account"
        )
    return found
