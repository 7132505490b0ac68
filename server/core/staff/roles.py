"""What each role of the vendor's staff may do: one table, the same for portal and console."""

from __future__ import annotations

from enum import StrEnum

from keyferry.server.core.errors import Malformed, NotAllowed
from keyferry.server.core.models import Operator, Role


class Permission(StrEnum):
    """One kind of operation."""

    SEE_LICENSES = "see licenses"
    ACTIVATE = "activate computers"
    RELEASE = "release seats with a deactivation verification code"
    FORCE_RELEASE = "release seats without a code"
    CHANGE_LICENSES = "issue, renew, put on hold, and resume licenses"
    CHANGE_CUSTOMERS = "change, merge, and delete customers"
    CHANGE_PRODUCTS = "add products, rotate their keys, and download their profiles"
    SEND_MAIL_AGAIN = "resend email that couldn’t be delivered"
    SEE_AUDIT = "see the audit log"
    SET_PROPERTIES = "set server properties"
    MANAGE_OPERATORS = "manage operators"


_VIEWER = frozenset({Permission.SEE_LICENSES})
_SUPPORT = _VIEWER | {Permission.ACTIVATE, Permission.RELEASE, Permission.SEND_MAIL_AGAIN}
_MANAGER = _SUPPORT | {
    Permission.FORCE_RELEASE,
    Permission.CHANGE_LICENSES,
    Permission.CHANGE_CUSTOMERS,
    Permission.SEE_AUDIT,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.MANAGER: _MANAGER,
    Role.SUPPORT: _SUPPORT,
    Role.VIEWER: _VIEWER,
}


def named(text: str) -> Role:
    """Return the role of a name; raises Malformed (malformed_role)."""
    try:
        return Role(text)
    except ValueError:
        raise Malformed("Choose a role: {roles}.", code="malformed_role", roles=", ".join(Role)) from None


def may(operator: Operator, permission: Permission) -> bool:
    """Return whether an operator may do something."""
    return operator.disabled_at is None and permission in PERMISSIONS[Role(operator.role)]


def refusal(role: Role | None, permission: Permission) -> NotAllowed:
    """Return the refusal (not_permitted) of what a role does not permit."""
    return NotAllowed(
        "Your role, {role}, doesn’t let you {permission}. Ask an administrator.",
        role=role,
        permission=permission,
    )
