"""What staff change about one license: its term, what it grants, whether it rests, and a key that leaked."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.protocol.sentences import template
from keyferry.server.faces.portal import staff, typed
from keyferry.server.faces.portal.license_page import license_page
from keyferry.server.services import changes, key_mail
from keyferry.server.services.changes import Changed
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import said

blueprint = Blueprint("changes", __name__)

# Which dialog of the license's page a change is sent from.
_DIALOGS = {
    "renew": "renew",
    "edit": "edit",
    "seats": "seats",
    "edition": "edition",
    "mail_key": "",
    "suspend": "suspend",
    "resume": "suspend",
    "replace_key": "replace",
}


@blueprint.post("/licenses/<int:number>/renew")
@staff.runs(changes.renew)
def renew(number: int) -> Response:
    """Move the expiry, to a day or by days."""
    done = changes.renew(number, typed.renewal(posted()), **_asked())
    return _said(
        number, done, template("License renewed. Computers get the new end date with their next key.")
    )


@blueprint.post("/licenses/<int:number>/suspend")
@staff.runs(changes.suspend)
def suspend(number: int) -> Response:
    """Refuse every activation until the license is resumed."""
    done = changes.suspend(number, **_asked())
    return _said(
        number,
        done,
        template("License on hold. Computers that are activated keep running until their keys expire."),
    )


@blueprint.post("/licenses/<int:number>/resume")
@staff.runs(changes.resume)
def resume(number: int) -> Response:
    """End the suspension."""
    done = changes.resume(number, **_asked())
    return _said(number, done, template("License resumed. Computers can be activated with it again."))


@blueprint.post("/licenses/<int:number>/edit")
@staff.runs(changes.edit_some)
def edit(number: int) -> Response:
    """Change customer, lease and notes."""
    values = posted()
    content = {
        "customer": values.get("email", "").strip() or None,
        "lease_days": typed.number_or_none(values, "lease_days", "malformed_terms"),
        "notes": values.get("notes", ""),
    }
    done = changes.edit_some(number, content, **_asked())
    return _said(
        number, done, template("License saved. A changed lease reaches computers with their next key.")
    )


@blueprint.post("/licenses/<int:number>/seats")
@staff.runs(changes.edit_some)
def seats(number: int) -> Response:
    """Change how many computers may be activated."""
    wanted = typed.number(posted(), "seats", "malformed_seats")
    done = changes.edit_some(number, {"seats": wanted}, **_asked())
    return _said(number, done, template("Seats changed."))


@blueprint.post("/licenses/<int:number>/edition")
@staff.runs(changes.edit_some)
def edition(number: int) -> Response:
    """Change what the application may do."""
    done = changes.edit_some(number, {"features": typed.features()}, **_asked())
    return _said(
        number,
        done,
        template("Edition changed. Computers that are activated get it with their next key."),
    )


@blueprint.post("/licenses/<int:number>/mail-key")
@staff.runs(key_mail.mail_activation_key)
def mail_key(number: int) -> Response:
    """Email the activation key to the customer."""
    done = key_mail.mail_activation_key(number, by=staff.by())
    if done.waits:
        flash(_("The email to {email} is delayed. {why}", email=done.recipient, why=said(done.waits)))
    else:
        flash(_("The email to {email} is on its way.", email=done.recipient))
    return redirect(url_for("portal.licenses.license", number=number))


@blueprint.post("/licenses/<int:number>/replace-key")
@staff.runs(changes.replace_key)
def replace_key(number: int) -> Response:
    """Give the license a fresh activation key in the place of one that leaked."""
    done = changes.replace_key(number, **_asked())
    return _said(number, done, template("Activation key replaced. Send the new one to the customer."))


def _asked() -> dict[str, Any]:
    return {"by": staff.by(), "version": typed.version(), "show": lambda session, license: None}


def _said(number: int, done: Changed[None], sentence: str) -> Response:
    """Lead to the license's page, which says once what was done."""
    flash(said(sentence) if done.is_new else _("No changes."))
    return redirect(url_for("portal.licenses.license", number=number))


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page of the license, with the dialog in which a change was refused."""
    number = (request.view_args or {})["number"]
    return license_page(number, dialog=_DIALOGS[operation], values=posted(), refusal=refusal)
