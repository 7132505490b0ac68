"""The operator's own account: password, second factor, and where they are signed in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from keyferry.server.core.events import Event
from keyferry.server.core.staff import operators, second_factor, sessions
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading, transaction
from keyferry.server.faces.portal import staff
from keyferry.server.parts import parts
from keyferry.server.services.signing_in import show_own_password
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@staff.needs(Permission.SEE_LICENSES)
def overview() -> str:
    """Show the account."""
    return account_page(dialog=staff.asked_dialog("codes", "end"))


@blueprint.post("/password")
@staff.needs(Permission.SEE_LICENSES)
def change_password() -> Response:
    """Change the password, and sign out everywhere else."""
    values, now = posted(), parts().clock()
    old, event = values.get("password", ""), Event.PASSWORD_CHANGE_REFUSED
    show_own_password(staff.operator(), old, event=event, by=staff.by(), now=now)
    with transaction() as session:
        own = operators.with_id(session, staff.operator().id)
        fresh = values.get("new_password", "")
        operators.change_password(session, own, fresh, here=staff.here(), by=staff.by(), now=now)
        response = redirect(url_for("portal.account.overview"))
        staff.keep_device(response, own)
    flash(_("Password changed. You’re signed out everywhere else."))
    return response


@blueprint.post("/sign-out-elsewhere")
@staff.needs(Permission.SEE_LICENSES)
def sign_out_elsewhere() -> Response:
    """End all of the operator's sessions but this one."""
    now = parts().clock()
    with transaction() as session:
        for row in sessions.live(session, staff.operator(), now=now):
            if row.id != staff.here().id:
                sessions.end(session, row, by=staff.by(), now=now)
    flash(_("You’re signed out everywhere else."))
    return redirect(url_for("portal.account.overview"))


def account_page(**context: object) -> str:
    """Return the account, with the form that was sent and what was wrong with it."""
    with reading() as session:
        own = operators.with_id(session, staff.operator().id)
        return staff.page(
            "account",
            own=own,
            is_required=second_factor.is_required(session, own),
            codes_made=second_factor.RECOVERY_CODES,
            codes_left=second_factor.recovery_codes_left(session, own),
            rows=sessions.live(session, own, now=parts().clock()),
            here=staff.here().id,
            **context,
        )


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the account on which a change of the password was refused."""
    return account_page(dialog="password", refusal=refusal)
