"""The start page: find a license, and see at a glance how the business of keys is going."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint

from keyferry.server.core import audit
from keyferry.server.core.licensing import listings
from keyferry.server.core.licensing.figures import DAYS
from keyferry.server.core.licensing.listings import AuditWanted
from keyferry.server.core.mail import delivery
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.chart import chart_of
from keyferry.server.parts import parts
from keyferry.server.services import figures

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
    found, counted_at = figures.of_the_start_page()
    with reading() as session:
        late = delivery.late(session, now) if staff.may("SET_PROPERTIES") else None
        ahead = audit.from_the_future(session, now) if staff.may("SET_PROPERTIES") else None
        events = None
        if staff.may("SEE_AUDIT"):
            events = listings.audit_events(session, AuditWanted(), size=_LATEST).rows
    soon = now.date() + timedelta(days=DAYS)
    figured = {
        "figures": found,
        "chart": chart_of(found.days),
        "period": DAYS,
        "soon": soon,
        "late": late,
        "counted_at": counted_at,
        "now": now,
        "ahead": ahead,
    }
    return staff.page("start", events=events, **figured, **context)
