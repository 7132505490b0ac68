"""What staff change about one license: its term, what it grants, whether it rests, and a key that leaked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from keyferry.server.core import versions
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.licensing.license_changes import Content
from keyferry.server.core.models import License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.faces.portal import staff, typed
from keyferry.server.faces.portal.licenses import license_page
from keyferry.server.parts import parts
from keyferry.server.services.guard import guarded
from keyferry.server.web.forms import Refusal, posted

blueprint = Blueprint("changes", __name__)

# Which dialog of the license's page a change is sent from.
_DIALOGS = {
    "renew": "renew",
    "edit": "edit",
    "suspend": "suspend",
    "resume": "suspend",
    "replace_key": "replace",
}
_WAS_SO = "No changes."


@blueprint.post("/licenses/<int:number>/renew")
@staff.needs(Permission.CHANGE_LICENSES)
def renew(number: int) -> Response:
    """Move the expiry, to a day or by days."""
    expires, days = typed.renewal(posted())

    def operation(session: Session, license: License, now: datetime) -> str:
        licenses.renew(session, license, expires=expires, days=days, by=staff.by(), now=now)
        return "License renewed. Computers get the new end date with their next key."

    return _changed(number, operation)


@blueprint.post("/licenses/<int:number>/suspend")
@staff.needs(Permission.CHANGE_LICENSES)
def suspend(number: int) -> Response:
    """Refuse every activation until the license is resumed."""

    def operation(session: Session, license: License, now: datetime) -> str:
        is_new = licenses.suspend(session, license, by=staff.by(), now=now)
        return (
            "License on hold. Computers that are activated keep running until their keys expire."
            if is_new
            else _WAS_SO
        )

    return _changed(number, operation)


@blueprint.post("/licenses/<int:number>/resume")
@staff.needs(Permission.CHANGE_LICENSES)
def resume(number: int) -> Response:
    """End the suspension."""

    def operation(session: Session, license: License, now: datetime) -> str:
        is_new = licenses.resume(session, license, by=staff.by(), now=now)
        return "License resumed. Computers can be activated with it again." if is_new else _WAS_SO

    return _changed(number, operation)


@blueprint.post("/licenses/<int:number>/edit")
@staff.needs(Permission.CHANGE_LICENSES)
def edit(number: int) -> Response:
    """Change seats, features, lease, customer and notes."""
    values = posted()
    content = Content(
        seats=typed.number(values, "seats", "malformed_seats"),
        features=typed.features(),
        lease_days=typed.number_or_none(values, "lease_days", "malformed_terms"),
        customer=values.get("email", "").strip() or None,
        notes=values.get("notes", ""),
    )

    def operation(session: Session, license: License, now: datetime) -> str:
        is_new = license_changes.edit(session, license, content, by=staff.by(), now=now)
        return (
            "License saved. Computers get new features and leases with their next key." if is_new else _WAS_SO
        )

    return _changed(number, operation)


@blueprint.post("/licenses/<int:number>/replace-key")
@staff.needs(Permission.CHANGE_LICENSES)
def replace_key(number: int) -> Response:
    """Give the license a fresh activation key in the place of one that leaked."""

    def operation(session: Session, license: License, now: datetime) -> str:
        license_changes.replace_key(session, license, by=staff.by(), now=now)
        return "Activation key replaced. Send the new one to the customer."

    return _changed(number, operation)


def _changed(number: int, operation: Callable[[Session, License, datetime], str]) -> Response:
    """Do an operation to a license and lead to its page, which says once what the operation returns."""
    now = parts().clock()
    with guarded(event=Event.CHANGE_REFUSED, by=staff.by(), now=now) as session:
        license = licenses.with_id(session, number, lock=True)
        versions.require(typed.version(), license_changes.version(license))
        said = operation(session, license, now)
    flash(said)
    return redirect(url_for("portal.licenses.license", number=number))


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page of the license, with the dialog in which a change was refused."""
    number = (request.view_args or {})["number"]
    return license_page(number, dialog=_DIALOGS[operation], values=posted(), refusal=refusal)
