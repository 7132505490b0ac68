"""The page of one license, with what an operation has to say where one was done."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from keyferry.server.core.errors import NotFound
from keyferry.server.core.licensing import batches, computers, license_changes, licenses, listings, story
from keyferry.server.core.licensing.licenses import expiry, standing
from keyferry.server.core.licensing.listings import AuditWanted
from keyferry.server.core.licensing.products import feature_names
from keyferry.server.core.models import License
from keyferry.server.core.row_numbers import row_number
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.timeline import timeline
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.words.spelling import LENGTHS

_DIALOGS = {"activate", "release", "force", "renew", "edit", "seats", "edition", "suspend", "replace"}


def license_page(number: int, **context: Any) -> str:
    """Return the page of a license; without a word on its dialog, the one that the address asks for is open.

    Raises NotFound (unknown_license).
    """
    now = parts().clock()
    with reading() as session:
        found = licenses.with_id(session, number)
        history = listings.audit_events(session, AuditWanted(license_id=number), size=story.MOST_EVENTS)
        told = story.of(session, found, history)
        facts: dict[str, Any] = {
            "license": found,
            "story": told,
            "timeline": timeline(history.rows, told.names),
            "history": history,
            "together": batches.others(session, found),
            "standing": standing(found, now),
            "expires": expiry(found),
            "features": feature_names(found.product, found.features),
        }
        stands: dict[str, Any] = {
            "version": license_changes.version(found),
            "outgoing": outgoing(session),
            "here": url_for("portal.licenses.license", number=number),
            "lengths": LENGTHS,
        }
        return staff.page("license", **facts, **stands, **(context or _asked(session, found)))


def _asked(session: Session, license: License) -> dict[str, Any]:
    """Return the dialog that the address names, and about which computer: where no script opens it."""
    name, _, number = request.args.get("dialog", "").partition("-")
    if name not in _DIALOGS:
        return {}
    return {"dialog": name, "values": _of_computer(session, license, number)}


def _of_computer(session: Session, license: License, number: str) -> dict[str, str]:
    try:
        activation = computers.with_id(session, row_number(number))
    except (NotFound, ValueError):
        return {}
    is_here = activation.license_id == license.id
    return {"computer_id": activation.computer_id} if is_here else {}
