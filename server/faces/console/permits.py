"""How an operation names its permission: nobody does one without it, and forgetting to ask is hard."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, Self, TypeVar, cast

from keyferry.server.core.audit import By
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import troubles_in_words
from keyferry.server.services.permission import permission_of, require

P = ParamSpec("P")
R = TypeVar("R")


class SignedInAs(Protocol):
    """Whoever runs operations: one with a session, who says who that is now."""

    def _admitted(self) -> Self:
        """Return this with the role of now; raises NotAllowed (signed_out)."""

    @property
    def by(self) -> By:
        """Who is written into the audit log."""


S = TypeVar("S", bound=SignedInAs)
Operation = Callable[Concatenate[S, P], R]


def needs(permission: Permission) -> Callable[[Operation[S, P, R]], Operation[S, P, R]]:
    """Ask before each call whether the session lives and the role permits it.

    It raises NotAllowed (signed_out, not_permitted), and ConfigError where the database is in trouble.
    """

    def decorate(operation: Operation[S, P, R]) -> Operation[S, P, R]:
        @wraps(operation)
        def permitted(who: S, *arguments: P.args, **more: P.kwargs) -> R:
            with troubles_in_words():
                now = who._admitted()
                require(now.by, permission)
                return operation(now, *arguments, **more)

        permitted.permission = permission  # type: ignore[attr-defined]
        return cast("Operation[S, P, R]", permitted)

    return decorate


def runs(operation: Callable[..., object]) -> Callable[[Operation[S, P, R]], Operation[S, P, R]]:
    """Ask before each call what the operation of `services` that it runs asks, before anything is read."""
    return needs(permission_of(operation))
