"""The start page: find a license, and see at a glance how the business of keys is going."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint

from server.core import listings, mail_delivery
from server.core.figures import DAYS, figures
from server.core.listings import AuditWanted
from server.core.roles import Permission
from server.db import reading
from server.faces.portal import staff
from server.faces.portal.chart import chart_of
from server.parts import parts

blueprint = Blueprint("start", __name__)

_LATEST = 8


@blueprint.get("/")
@staff.needs(Permission.SEE_LICENSES)
def home() -> str:
    """Show the start page."""
    return start_page()


def start_page(**context: Any) -> str:
    """Return the start page, with what was wrong with a pasted link where something was."""
    now = parts().clock()
    with reading() as session:
        found = figures(session, now=now)
        late = mail_delivery.late(session, now) if staff.may("SET_PROPERTIES") else None
        events = None
        if staff.may("SEE_AUDIT"):
            events = listings.audit_events(session, AuditWanted(), size=_LATEST).rows
    soon = now.date() + timedelta(days=DAYS)
    figured = {"figures": found, "chart": chart_of(found.days), "period": DAYS, "soon": soon, "late": late}
    return staff.page("start", events=events, **figured, **({"values": {}, "refusal": None} | context))
