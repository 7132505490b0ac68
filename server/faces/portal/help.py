"""What helps staff: the keys that do something on every page, and where more is written."""

from __future__ import annotations

from flask import Blueprint

from keyferry.server.core.staff.roles import Permission
from keyferry.server.faces.portal import staff

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@staff.needs(Permission.SEE_LICENSES)
def overview() -> str:
    """Show the help, for who has no scripts that open it as a dialog."""
    return staff.page("help")
