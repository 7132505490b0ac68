"""Signing in and out, and the places where an operator is signed in."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from server.core import sessions
from server.core.errors import NotFound
from server.core.roles import Permission
from server.db import reading, transaction
from server.faces.portal import staff
from server.forms import posted
from server.parts import parts
from server.signing_in import sign_in

blueprint = Blueprint("signing_in", __name__)

# Only a page of ours: an address of elsewhere would make us a door to it.
_OURS = re.compile(r"/portal/[\w/-]*(?:\?[\w=&%+.-]*)?", re.ASCII)


@blueprint.get("/sign-in")
def form() -> str:
    """Show the form."""
    return sign_in_page({"next": request.args.get("next", "")})


@blueprint.post("/sign-in")
def enter() -> Response:
    """Sign in, and go on to where the person wanted to go."""
    values = posted()
    signed_in = sign_in(
        values.get("name", ""),
        values.get("password", ""),
        by=staff.stranger(),
        device=request.user_agent.string,
        now=parts().clock(),
    )
    # What a stranger may have put into this browser before does not go on.
    session.clear()
    wanted = values.get("next", "")
    response = redirect(wanted if _OURS.fullmatch(wanted) else url_for("portal.start.home"))
    staff.keep_token(response, signed_in.token)
    return response


@blueprint.post("/sign-out")
@staff.needs(Permission.SEE_LICENSES)
def leave() -> Response:
    """Sign out here."""
    with transaction() as database:
        sessions.end(database, staff.here(), by=staff.by(), now=parts().clock())
    session.clear()
    response = redirect(url_for("portal.signing_in.form"))
    staff.forget_token(response)
    return response


@blueprint.get("/sessions")
@staff.needs(Permission.SEE_LICENSES)
def places() -> str:
    """Show where the operator is signed in."""
    with reading() as database:
        rows = sessions.live(database, staff.operator(), now=parts().clock())
        return staff.page("sessions", rows=rows, here=staff.here().id)


@blueprint.post("/sessions/<int:number>/end")
@staff.needs(Permission.SEE_LICENSES)
def end(number: int) -> Response:
    """Sign the operator out in another place."""
    now = parts().clock()
    with transaction() as database:
        rows = {row.id: row for row in sessions.live(database, staff.operator(), now=now)}
        if number not in rows:
            raise NotFound("You are not signed in there any more.", code="unknown_session")
        sessions.end(database, rows[number], by=staff.by(), now=now)
    return redirect(url_for("portal.signing_in.places"))


def sign_in_page(values: dict[str, str], **context: object) -> str:
    """Return the form, with what was typed but the password."""
    return render_template("portal/sign_in.html", values=values, **context)
