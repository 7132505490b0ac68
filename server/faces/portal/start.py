"""The start page: find a licence, by search or by what the wizard shows, and see what happened last."""

from __future__ import annotations

from flask import Blueprint

from server.core import listings
from server.core.listings import AuditWanted
from server.core.roles import Permission
from server.db import reading
from server.faces.portal import staff

blueprint = Blueprint("start", __name__)

_LATEST = 8


@blueprint.get("/")
@staff.needs(Permission.SEE_LICENSES)
def home() -> str:
    """Show the start page."""
    return start_page()


def start_page(**context: object) -> str:
    """Return the start page, with what was wrong with a pasted link where something was."""
    events = None
    if staff.may("SEE_AUDIT"):
        with reading() as session:
            events = listings.audit_events(session, AuditWanted(), size=_LATEST).rows
    return staff.page("start", events=events, **({"values": {}} | context))
