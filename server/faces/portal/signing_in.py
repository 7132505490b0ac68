"""Signing in, with the code of a second factor where there is one, and signing out, here and elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from keyferry.server.core.errors import NotAllowed, NotFound
from keyferry.server.core.staff import sessions
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import transaction
from keyferry.server.faces.portal import kept_forms, staff
from keyferry.server.parts import parts
from keyferry.server.services.signing_in import Shown, show_password
from keyferry.server.services.signing_in import enter as open_session
from keyferry.server.web.brand import in_trouble
from keyferry.server.web.forms import is_plain, posted

blueprint = Blueprint("signing_in", __name__)

# Who has shown the password and not yet the code; the cookie is signed, and holds neither.
_SHOWN = "shown"
_CODE_WITHIN = timedelta(minutes=10)


@blueprint.get("/sign-in")
def form() -> str:
    """Show the form."""
    wanted = request.args.get("next", "")
    return sign_in_page({"next": wanted}, refusal=kept_forms.signed_out(wanted))


@blueprint.post("/sign-in")
def enter() -> Response:
    """Sign in, and go on to where the person wanted to go; to the code first, where one is needed."""
    values = posted()
    name, password = values.get("name", ""), values.get("password", "")
    by, cookies = staff.stranger(), request.cookies.values()
    shown = show_password(name, password, by=by, now=parts().clock(), cookies=cookies)
    # What a stranger may have put into this browser before does not go on.
    session.clear()
    if not shown.needs_code:
        return _entered(shown, None)
    session[_SHOWN] = {**asdict(shown), "at": parts().clock().timestamp()}
    return redirect(url_for("portal.signing_in.code_form", next=values.get("next", "")))


@blueprint.get("/sign-in/code")
def code_form() -> Response | str:
    """Ask for the code of the second factor."""
    if _SHOWN not in session:
        return redirect(url_for("portal.signing_in.form"))
    return code_page({"next": request.args.get("next", "")})


@blueprint.post("/sign-in/code")
def enter_code() -> Response:
    """Sign in with the code, after the password."""
    kept = session.get(_SHOWN)
    if kept is None:
        raise NotAllowed("Sign in with your name and password first.", code="sign_in_expired")
    if parts().clock().timestamp() - kept["at"] > _CODE_WITHIN.total_seconds():
        raise NotAllowed(
            "That took too long. Sign in again with your name and password.", code="sign_in_expired"
        )
    response = _entered(Shown(kept["operator_id"], kept["stamp"], True), posted().get("code", ""))
    session.clear()
    return response


@blueprint.post("/sign-out")
@staff.needs(Permission.SEE_LICENSES, sets_up=True)
def leave() -> Response:
    """Sign out here."""
    with transaction() as database:
        sessions.end(database, staff.here(), by=staff.by(), now=parts().clock())
    session.clear()
    response = redirect(url_for("portal.signing_in.form"))
    staff.forget_token(response)
    if is_plain():
        # What it kept for Back is not for whoever comes next.
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.post("/sessions/<int:id>/end")
@staff.needs(Permission.SEE_LICENSES)
def end(id: int) -> Response:
    """End another session of the operator."""
    now = parts().clock()
    with transaction() as database:
        rows = {row.id: row for row in sessions.live(database, staff.operator(), now=now)}
        if id not in rows:
            raise NotFound("That session has already ended.", code="unknown_session")
        sessions.end(database, rows[id], by=staff.by(), now=now)
    return redirect(url_for("portal.account.overview"))


def sign_in_page(values: dict[str, str], **context: object) -> str:
    """Return the form, with what was typed but the password."""
    return _page("sign_in", values=values, **context)


def code_page(values: dict[str, str], **context: object) -> str:
    """Return the form that asks for the code."""
    return _page("sign_in_code", values=values, **context)


def _page(name: str, **context: object) -> str:
    # Whoever wants in while the database is in trouble learns of that when they have typed.
    return render_template(f"portal/{name}.html", house=in_trouble(asks=True), **context)


def _entered(shown: Shown, code: str | None) -> Response:
    signed_in = open_session(
        shown,
        code,
        by=staff.stranger(),
        device=request.user_agent.string,
        now=parts().clock(),
        sets_up=True,
    )
    wanted = posted().get("next", "")
    response = redirect(wanted if _is_ours(wanted) else url_for("portal.start.home"))
    staff.keep_token(response, signed_in.token)
    staff.keep_device(response, signed_in.session.operator)
    return response


def _is_ours(address: str) -> bool:
    """Return whether it names a page of ours: an address of elsewhere would make us a door to it."""
    path = address.partition("?")[0]
    strays = ("//", "\\", "/.")
    return path.startswith("/portal/") and address.isprintable() and not any(one in path for one in strays)
