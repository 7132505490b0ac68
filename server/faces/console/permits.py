"""How a deed names what it takes: nobody does one without its permission, and forgetting to ask is hard."""

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
            with troubles_in_words():
                admit(who._token, permission, by=who._by, now=parts().clock())
                return deed(who, *arguments, **more)

        permitted.permission = permission  # type: ignore[attr-defined]
        return cast("Deed[S, P, R]", permitted)

    return decorate


def permission_of(deed: Callable[..., object]) -> Permission | None:
    """Return the permission that a deed takes, None for what is no deed."""
    return getattr(deed, "permission", None)
