"""How a deed names what it takes: nobody does one without its permission, and forgetting to ask is hard."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar, cast

from sqlalchemy.exc import DatabaseError

from server.core import roles, sessions
from server.core.audit import By
from server.core.models import Operator
from server.core.roles import Permission
from server.db import explained, reading, transaction
from server.guard import guarded
from server.parts import parts

P = ParamSpec("P")
R = TypeVar("R")


class SignedInAs(Protocol):
    """Whoever does deeds: the session's token, and who is written into the audit."""

    @property
    def _token(self) -> str: ...

    @property
    def _by(self) -> By: ...


S = TypeVar("S", bound=SignedInAs)
Deed = Callable[Concatenate[S, P], R]


def needs(permission: Permission) -> Callable[[Deed[S, P, R]], Deed[S, P, R]]:
    """Ask before each call whether the session lives and the role permits it.

    The deed raises NotAllowed (signed_out, not_permitted), and ConfigError where the database is in trouble.
    """

    def decorate(deed: Deed[S, P, R]) -> Deed[S, P, R]:
        @wraps(deed)
        def permitted(who: S, *arguments: P.args, **more: P.kwargs) -> R:
            try:
                _require(who, permission)
                return deed(who, *arguments, **more)
            except DatabaseError as error:
                known = explained(error)
                if known is None:
                    raise
                raise known from None

        permitted.permission = permission  # type: ignore[attr-defined]
        return cast("Deed[S, P, R]", permitted)

    return decorate


def permission_of(deed: Callable[..., object]) -> Permission | None:
    """Return the permission that a deed takes, None for what is no deed."""
    return getattr(deed, "permission", None)


def _require(who: SignedInAs, permission: Permission) -> None:
    now = parts().clock()
    with reading() as session:
        row = sessions.find(session, who._token, now=now)
        operator, is_to_be_seen = row.operator, sessions.is_to_be_seen(row, now)
    if not roles.may(operator, permission):
        _refuse(operator, permission, who._by)
    if is_to_be_seen:
        with transaction() as session:
            sessions.see(session, row, now=now)


def _refuse(operator: Operator, permission: Permission, by: By) -> None:
    with guarded(event="not_permitted_refused", by=by, now=parts().clock()):
        roles.require(operator, permission)
