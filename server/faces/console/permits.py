"""How an operation names its permission: nobody does one without it, and forgetting to ask is hard."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar, cast

from keyferry.server.core.audit import By
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import troubles_in_words
from keyferry.server.parts import parts
from keyferry.server.services.admission import admit

P = ParamSpec("P")
R = TypeVar("R")


class SignedInAs(Protocol):
    """Whoever does operations: the session's token, and who is written into the audit."""

    @property
    def _token(self) -> str: ...

    @property
    def _by(self) -> By: ...


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
                admit(who._token, permission, by=who._by, now=parts().clock())
                return operation(who, *arguments, **more)

        permitted.permission = permission  # type: ignore[attr-defined]
        return cast("Operation[S, P, R]", permitted)

    return decorate


def permission_of(operation: Callable[..., object]) -> Permission | None:
    """Return the permission that an operation takes, None for what is no operation."""
    return getattr(operation, "permission", None)
