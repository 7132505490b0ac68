"""The operators, for administrators: who they are, what they may do, and where they are signed in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from keyferry.protocol.sentences import template
from keyferry.server.core.models import Operator, Role
from keyferry.server.core.staff import operators, roles, second_factor, sessions
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.tables import table
from keyferry.server.parts import parts
from keyferry.server.services import staff as changes
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import enumerated, said
from keyferry.server.web.languages import gettext as _
from keyferry.server.words.columns import row_of, staff_seen

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


@blueprint.get("/operators")
@staff.needs(Permission.MANAGE_OPERATORS)
def listing() -> str:
    """Show all operators."""
    return operators_page(dialog=staff.asked_dialog("add"))


@blueprint.get("/operators.csv", defaults={"form": "csv"})
@blueprint.get("/operators.xlsx", defaults={"form": "xlsx"})
@staff.needs(Permission.MANAGE_OPERATORS)
def export(form: str) -> Response:
    """Give the list of operators as a table."""
    with reading() as session:
        columns = staff_seen(sessions.last_seen(session))
        rows = [row_of(columns, one) for one in operators.everyone(session)]
    return table("staff", form, tuple(columns), [rows])


@blueprint.post("/operators")
@staff.runs(changes.add)
def add() -> AnyResponse:
    """Add an operator."""
    values = posted()
    role = roles.named(values.get("role", ""))
    added = changes.add(values.get("name", ""), role, values.get("new_password", ""), by=staff.by())
    return _back_to(added, _("{name} can now sign in with the password you set.", name=added.name))


@blueprint.get("/operators/<int:number>")
@staff.needs(Permission.MANAGE_OPERATORS)
def one(number: int) -> str:
    """Show an operator."""
    return operator_page(number, dialog=staff.asked_dialog("reset", "factor", "disable"))


@blueprint.post("/operators/<int:number>/role")
@staff.runs(changes.change_role)
def change_role(number: int) -> AnyResponse:
    """Give another role."""
    found = changes.change_role(number, roles.named(posted().get("role", "")), by=staff.by())
    return _back_to(found, _("{name}’s role is now {role}.", name=found.name, role=said(found.role)))


@blueprint.post("/operators/<int:number>/password")
@staff.runs(changes.reset)
def reset(number: int) -> AnyResponse:
    """Set a new password."""
    found = changes.reset(number, posted().get("new_password", ""), by=staff.by())
    return _back_to(found, _("{name} has a new password and is signed out everywhere.", name=found.name))


@blueprint.post("/operators/<int:number>/sessions/<int:id>/end")
@staff.runs(changes.end_session)
def end_session(number: int, id: int) -> AnyResponse:
    """End one session of an operator."""
    found = changes.end_session(number, id, by=staff.by())
    return _back_to(found, _("{name} is signed out of that session.", name=found.name))


def _button(address: str, change: Callable[..., Operator], sentence: str) -> None:
    """Serve a form that is nothing but a button."""

    @staff.runs(change)
    def view(number: int) -> AnyResponse:
        found = change(number, by=staff.by())
        return _back_to(found, _(sentence, name=found.name))

    blueprint.add_url_rule(f"/operators/<int:number>/{address}", change.__name__, view, methods=["POST"])


_button("disable", changes.disable, template("{name} is disabled and signed out everywhere."))
_button("enable", changes.enable, template("{name} can sign in again."))
_button(
    "second-factor/end",
    changes.end_second_factor,
    template("The second factor of {name} has ended. They’re signed out everywhere."),
)
_button("sign-out", changes.sign_out, template("{name} is signed out everywhere."))


def operators_page(**context: object) -> str:
    """Return the list, with what was wrong with a new operator."""
    with reading() as session:
        everyone = operators.everyone(session)
        return staff.page(
            "operators",
            everyone=everyone,
            active=(active := [one for one in everyone if one.disabled_at is None]),
            password_only=sum(one.totp_since is None for one in active),
            seen=sessions.last_seen(session),
            roles=_roles(),
            **context,
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
            seen=sessions.last_seen(session).get(number),
            codes_made=second_factor.RECOVERY_CODES,
            codes_left=second_factor.recovery_codes_left(session, found),
            rows=sessions.live(session, found, now=parts().clock()),
            roles=_roles(),
            **context,
        )


def _roles() -> dict[str, str]:
    """Return what each role may do beyond the one below it, in words."""
    words, below = {}, frozenset[Permission]()
    for role in reversed(Role):
        more = [permission for permission in Permission if permission in PERMISSIONS[role] - below]
        words[role.value] = enumerated(map(said, more))
        below = PERMISSIONS[role]
    return words


def _back_to(operator: Operator, message: str) -> AnyResponse:
    flash(message)
    return redirect(url_for("portal.operators.one", number=operator.id))


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused."""
    if operation == "add":
        return operators_page(dialog="add", values=posted(), refusal=refusal)
    number = (request.view_args or {})["number"]
    return operator_page(number, dialog=_DIALOGS[operation], refusal=refusal)
