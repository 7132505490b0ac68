"""The operator's second factor: set up with a QR code, recovery codes shown once, ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import segno
from flask import Blueprint, flash, redirect, session, url_for
from werkzeug.wrappers import Response

from keyferry.server.core.errors import SecretUnreadable
from keyferry.server.core.events import Event
from keyferry.server.core.staff import operators, second_factor
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading, transaction
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.account import account_page
from keyferry.server.parts import parts
from keyferry.server.services.signing_in import show_own_password
from keyferry.server.web.brand import brand
from keyferry.server.web.forms import Refusal, is_plain, posted
from keyferry.server.web.languages import gettext as _

blueprint = Blueprint("second_factor", __name__, url_prefix="/account")

_CODES = "recovery_codes"


@blueprint.get("/second-factor")
@staff.needs(Permission.SEE_LICENSES, sets_up=True)
def form() -> Response | str:
    """Show what the authenticator app needs, or how to begin."""
    if second_factor.is_on(staff.operator()):
        return redirect(url_for("portal.account.overview"))
    return set_up_page()


@blueprint.post("/second-factor/begin")
@staff.needs(Permission.SEE_LICENSES, sets_up=True)
def begin() -> Response:
    """Make a secret; asks for the password, but not of who has just signed in to do this."""
    own = staff.operator()
    with reading() as database:
        is_missing = second_factor.is_missing(database, own)
    if not is_missing:
        _show_password()
    with transaction() as database:
        own = operators.with_id(database, own.id)
        second_factor.begin(database, own, keyring=parts().keyring)
    return redirect(url_for("portal.second_factor.form"))


@blueprint.post("/second-factor/confirm")
@staff.needs(Permission.SEE_LICENSES, sets_up=True)
def confirm() -> Response:
    """Have the second factor count from now on, and lead to the recovery codes."""
    with transaction() as database:
        own = operators.with_id(database, staff.operator().id)
        codes = second_factor.confirm(
            database,
            own,
            posted().get("code", ""),
            here=staff.here(),
            keyring=parts().keyring,
            by=staff.by(),
            now=parts().clock(),
        )
    return _shown_once(codes, is_new=True)


@blueprint.post("/recovery-codes")
@staff.needs(Permission.SEE_LICENSES)
def renew() -> Response:
    """Make new recovery codes, and lead to them."""
    _show_password()
    with transaction() as database:
        own = operators.with_id(database, staff.operator().id)
        codes = second_factor.renew_recovery_codes(database, own, by=staff.by(), now=parts().clock())
    return _shown_once(codes, is_new=False)


@blueprint.get("/recovery-codes")
@staff.needs(Permission.SEE_LICENSES)
def recovery_codes() -> Response | str:
    """Show recovery codes that were just made, and never again."""
    kept = session.pop(_CODES, None)
    made = _opened(kept) if kept else None
    if made is None:
        return redirect(url_for("portal.account.overview"))
    return staff.page("recovery_codes", codes=made["codes"], is_new=made["is_new"])


@blueprint.post("/second-factor/end")
@staff.needs(Permission.SEE_LICENSES)
def end() -> Response:
    """End the second factor."""
    _show_password()
    with transaction() as database:
        own = operators.with_id(database, staff.operator().id)
        second_factor.end(database, own, by=staff.by(), now=parts().clock())
    flash(_("Your second factor has ended."))
    return redirect(url_for("portal.account.overview"))


def _shown_once(codes: Sequence[str], *, is_new: bool) -> Response:
    """Lead to a page that is gone when somebody comes back to it; until then the browser holds it sealed."""
    made = json.dumps({"codes": list(codes), "is_new": is_new}).encode()
    session[_CODES] = parts().keyring.seal(made, _context())
    return redirect(url_for("portal.second_factor.recovery_codes"), 303)


def _opened(kept: str) -> dict[str, Any] | None:
    try:
        made: dict[str, Any] = json.loads(parts().keyring.open(kept, _context()))
    except SecretUnreadable:
        # Made for somebody else who was signed in here.
        return None
    return made


def _context() -> str:
    return f"recovery codes of operator {staff.operator().id} to be shown"


def set_up_page(**context: object) -> str:
    """Return the page of the set-up, with what was wrong with the first code."""
    vendor = brand().name
    with reading() as database:
        own = operators.with_id(database, staff.operator().id)
        found = second_factor.pending(own, keyring=parts().keyring, vendor=vendor)
        return staff.page(
            "second_factor",
            is_due=second_factor.is_missing(database, own),
            enrolment=found,
            picture=_picture(found.uri) if found else None,
            **context,
        )


def _picture(uri: str) -> str:
    """Return the QR code as an address that holds it whole."""
    picture: str = segno.make(uri, error="m", micro=False, boost_error=False).png_data_uri(scale=6, border=4)
    return picture


def _show_password() -> None:
    own, typed = staff.operator(), posted().get("password", "")
    event, now = Event.SECOND_FACTOR_REFUSED, parts().clock()
    show_own_password(own, typed, event=event, by=staff.by(), now=now)


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page on which an operation was refused: that of the set-up, or the account."""
    if operation == "confirm":
        # A browser without scripts keeps this answer, and must not keep the secret.
        return set_up_page(refusal=refusal, hides=is_plain())
    return account_page(dialog="codes" if operation == "renew" else operation, refusal=refusal)
