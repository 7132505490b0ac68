"""The audit, for who may see it."""

from __future__ import annotations

from flask import Blueprint, request

from server.core import listings
from server.core.listings import AuditWanted
from server.core.roles import Permission
from server.db import reading
from server.faces.portal import staff
from server.wording import WAYS

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@staff.needs(Permission.SEE_AUDIT)
def listing() -> str:
    """Show what happened, the latest first."""
    asked = request.args
    wanted = AuditWanted(
        license_id=asked.get("license", None, int),
        refused=asked.get("refused") == "1",
        way=asked.get("way", "") if asked.get("way") in WAYS else "",
        who=asked.get("who", ""),
    )
    with reading() as session:
        found = listings.audit_events(session, wanted, number=asked.get("page", 1, int))
        return staff.page("audit", found=found, wanted=wanted)
