"""The operator's second factor: set up with a QR code, recovery codes shown once, ended."""

from __future__ import annotations

import segno
from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from keyferry.server.core.events import Event
from keyferry.server.core.staff import operators, second_factor
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading, transaction
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.account import account_page
from keyferry.server.parts import parts
from keyferry.server.services.signing_in import show_own_password
from keyferry.server.web.brand import brand
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _

blueprint = Blueprint("second_factor", __name__, url_prefix="/account")


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
    with reading() as session:
        is_missing = second_factor.is_missing(session, own)
    if not is_missing:
        _show_password()
    with transaction() as session:
        own = operators.with_id(session, own.id)
        second_factor.begin(session, own, keyring=parts().keyring)
    return redirect(url_for("portal.second_factor.form"))


@blueprint.post("/second-factor/confirm")
@staff.needs(Permission.SEE_LICENSES, sets_up=True)
def confirm() -> str:
    """Have the second factor count from now on, and show the recovery codes."""
    with transaction() as session:
        own = operators.with_id(session, staff.operator().id)
        codes = second_factor.confirm(
            session,
            own,
            posted().get("code", ""),
            here=staff.here(),
            keyring=parts().keyring,
            by=staff.by(),
            now=parts().clock(),
        )
    return staff.page("recovery_codes", codes=codes, is_new=True)


@blueprint.post("/recovery-codes")
@staff.needs(Permission.SEE_LICENSES)
def renew() -> str:
    """Show new recovery codes."""
    _show_password()
    with transaction() as session:
        own = operators.with_id(session, staff.operator().id)
        codes = second_factor.renew_recovery_codes(session, own, by=staff.by(), now=parts().clock())
    return staff.page("recovery_codes", codes=codes, is_new=False)


@blueprint.post("/second-factor/end")
@staff.needs(Permission.SEE_LICENSES)
def end() -> Response:
    """End the second factor."""
    _show_password()
    with transaction() as session:
        own = operators.with_id(session, staff.operator().id)
        second_factor.end(session, own, by=staff.by(), now=parts().clock())
    flash(_("Your second factor has ended."))
    return redirect(url_for("portal.account.overview"))


def set_up_page(**context: object) -> str:
    """Return the page of the set-up, with what was wrong with the first code."""
    vendor = brand().name
    with reading() as session:
        own = operators.with_id(session, staff.operator().id)
        found = second_factor.pending(own, keyring=parts().keyring, vendor=vendor)
        return staff.page(
            "second_factor",
            is_due=second_factor.is_missing(session, own),
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
        return set_up_page(refusal=refusal)
    return account_page(dialog="codes" if operation == "renew" else operation, refusal=refusal)
