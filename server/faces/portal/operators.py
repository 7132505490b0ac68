"""The operators, for administrators: who they are, what they may do, and where they are signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from keyferry.server.core.errors import Conflict, NotFound
from keyferry.server.core.models import Operator, OperatorSession, Role
from keyferry.server.core.staff import operators, roles, second_factor, sessions
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.db import reading, transaction
from keyferry.server.faces.portal import staff
from keyferry.server.parts import parts
from keyferry.server.web.forms import Refusal, posted

blueprint = Blueprint("operators", __name__)

# Which dialog of an operator's page each operation is sent from; "" for a mere button.
_DIALOGS = {
    "change_role": "role",
    "reset": "reset",
    "disable": "disable",
    "enable": "",
    "end_second_factor": "factor",
    "sign_out": "",
    "end_session": "",
}
_NOTHING_DONE: dict[str, Any] = {"dialog": "", "values": {}, "refusal": None}


@blueprint.get("/operators")
@staff.needs(Permission.MANAGE_OPERATORS)
def listing() -> str:
    """Show all operators."""
    return operators_page()


@blueprint.post("/operators")
@staff.needs(Permission.MANAGE_OPERATORS)
def add() -> Response:
    """Add an operator."""
    values, now = posted(), parts().clock()
    name, role = values.get("name", ""), roles.named(values.get("role", ""))
    with transaction() as session:
        password = values.get("new_password", "")
        added = operators.add(session, name, role, password, by=staff.by(), now=now)
    return _back_to(added, f"{added.name} can now sign in with the password you set.")


@blueprint.get("/operators/<int:number>")
@staff.needs(Permission.MANAGE_OPERATORS)
def one(number: int) -> str:
    """Show an operator."""
    return operator_page(number)


@blueprint.post("/operators/<int:number>/role")
@staff.needs(Permission.MANAGE_OPERATORS)
def change_role(number: int) -> Response:
    """Give another role."""
    role = roles.named(posted().get("role", ""))
    with transaction() as session:
        found = _other(session, number)
        operators.change_role(session, found, role, by=staff.by(), now=parts().clock())
    return _back_to(found, f"{found.name}’s role is now {found.role}.")


@blueprint.post("/operators/<int:number>/password")
@staff.needs(Permission.MANAGE_OPERATORS)
def reset(number: int) -> Response:
    """Give a new password."""
    password = posted().get("new_password", "")
    with transaction() as session:
        found = _other(session, number)
        operators.reset(session, found, password, by=staff.by(), now=parts().clock())
    return _back_to(found, f"{found.name} has a new password and is signed out everywhere.")


@blueprint.post("/operators/<int:number>/disable")
@staff.needs(Permission.MANAGE_OPERATORS)
def disable(number: int) -> Response:
    """Shut an operator out."""
    with transaction() as session:
        found = _other(session, number)
        operators.disable(session, found, by=staff.by(), now=parts().clock())
    return _back_to(found, f"{found.name} is disabled and signed out everywhere.")


@blueprint.post("/operators/<int:number>/enable")
@staff.needs(Permission.MANAGE_OPERATORS)
def enable(number: int) -> Response:
    """Let an operator in again."""
    with transaction() as session:
        found = _other(session, number)
        operators.enable(session, found, by=staff.by(), now=parts().clock())
    return _back_to(found, f"{found.name} can sign in again.")


@blueprint.post("/operators/<int:number>/second-factor/end")
@staff.needs(Permission.MANAGE_OPERATORS)
def end_second_factor(number: int) -> Response:
    """End the second factor of who lost the device, and sign them out."""
    with transaction() as session:
        found = _other(session, number)
        second_factor.end(session, found, by=staff.by(), now=parts().clock())
        operators.sign_out(session, found, by=staff.by(), now=parts().clock())
    return _back_to(found, f"The second factor of {found.name} has ended. They’re signed out everywhere.")


@blueprint.post("/operators/<int:number>/sign-out")
@staff.needs(Permission.MANAGE_OPERATORS)
def sign_out(number: int) -> Response:
    """Sign an operator out everywhere."""
    with transaction() as session:
        found = _other(session, number)
        operators.sign_out(session, found, by=staff.by(), now=parts().clock())
    return _back_to(found, f"{found.name} is signed out everywhere.")


@blueprint.post("/operators/<int:number>/sessions/<int:id>/end")
@staff.needs(Permission.MANAGE_OPERATORS)
def end_session(number: int, id: int) -> Response:
    """End one session of an operator."""
    with transaction() as session:
        found = _other(session, number)
        row = session.get(OperatorSession, id)
        if row is None or row.operator_id != found.id:
            raise NotFound("That session doesn’t exist. Reload the page.", code="unknown_session")
        sessions.end(session, row, by=staff.by(), now=parts().clock())
    return _back_to(found, f"{found.name} is signed out of that session.")


def operators_page(**context: object) -> str:
    """Return the list, with what was wrong with a new operator."""
    with reading() as session:
        return staff.page(
            "operators",
            everyone=operators.everyone(session),
            seen=sessions.last_seen(session),
            roles=_roles(),
            **(_NOTHING_DONE | context),
        )


def operator_page(number: int, **context: object) -> str:
    """Return the page of an operator; raises NotFound (unknown_operator)."""
    with reading() as session:
        found = operators.with_id(session, number)
        return staff.page(
            "operator",
            one=found,
            is_own=number == staff.operator().id,
            is_due=second_factor.is_missing(session, found),
            codes_left=second_factor.recovery_codes_left(session, found),
            rows=sessions.live(session, found, now=parts().clock()),
            roles=_roles(),
            **(_NOTHING_DONE | context),
        )


def _other(session: Session, number: int) -> Operator:
    """Return an operator who is not the one that asks: nobody shuts themselves out by a slip."""
    if number == staff.operator().id:
        raise Conflict(
            "This is you. Change your own account by choosing your name at the top.", code="own_account"
        )
    return operators.with_id(session, number)


def _roles() -> dict[str, str]:
    """Return what each role may do beyond the one below it, in words."""
    told, below = {}, frozenset[Permission]()
    for role in reversed(Role):
        more = [permission for permission in Permission if permission in PERMISSIONS[role] - below]
        told[role.value] = ", ".join(more)
        below = PERMISSIONS[role]
    return told


def _back_to(operator: Operator, told: str) -> Response:
    flash(told)
    return redirect(url_for("portal.operators.one", number=operator.id))


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused."""
    if operation == "add":
        return operators_page(dialog="add", values=posted(), refusal=refusal)
    number = (request.view_args or {})["number"]
    return operator_page(number, dialog=_DIALOGS[operation], refusal=refusal)
