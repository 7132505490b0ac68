"""The door to the server: an operator at work, and what each operation asks before it begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from keyferry.server.core.audit import By
from keyferry.server.core.models import Role
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.db import troubles_in_words
from keyferry.server.faces.console.harmless import visible_all
from keyferry.server.parts import parts
from keyferry.server.services.permission import admit, permission_of, require

P = ParamSpec("P")
R = TypeVar("R")
Who = TypeVar("Who", bound="Door")
Operation = Callable[Concatenate[Who, P], R]


@dataclass(frozen=True)
class Door:
    """One operator at work, from signing in to signing out."""

    operator: str
    role: Role
    _token: str = field(repr=False)
    by: By

    @property
    def sets_customers(self) -> bool:
        """Whether the role lets this operator set whose a license is."""
        return Permission.CHANGE_LICENSES in PERMISSIONS[self.role]

    def _admitted(self) -> Any:
        """Return this with the role of now; raises NotAllowed (signed_out)."""
        row = admit(self._token, now=parts().clock())
        role = Role(row.operator.role)
        return replace(self, role=role, by=replace(self.by, role=role))


def needs(permission: Permission) -> Callable[[Operation[Who, P, R]], Operation[Who, P, R]]:
    """Ask before each call whether the session lives and the role permits it.

    It raises NotAllowed (signed_out, not_permitted), and ConfigError where the database is in trouble.
    """

    def decorate(operation: Operation[Who, P, R]) -> Operation[Who, P, R]:
        @wraps(operation)
        def permitted(who: Who, *arguments: P.args, **more: P.kwargs) -> R:
            with troubles_in_words():
                now = who._admitted()
                require(now.by, permission)
                return visible_all(operation(now, *arguments, **more))

        permitted.permission = permission  # type: ignore[attr-defined]
        return cast("Operation[Who, P, R]", permitted)

    return decorate


def runs(operation: Callable[..., object]) -> Callable[[Operation[Who, P, R]], Operation[Who, P, R]]:
    """Ask before each call what the operation of `services` that it runs asks, before anything is read."""
    return needs(permission_of(operation))
