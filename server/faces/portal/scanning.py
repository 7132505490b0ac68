"""The page that takes a customer's QR code, or the link behind it; with scripts a dialog of every page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from keyferry.server.core.staff.roles import Permission
from keyferry.server.faces.portal import staff

blueprint = Blueprint("scanning", __name__)


@blueprint.get("/scan")
@staff.needs(Permission.SEE_LICENSES)
def form() -> str:
    """Show where to paste a wizard's link."""
    return scanning_page()


def scanning_page(**context: Any) -> str:
    """Return the page for a wizard's link, with what was wrong with one where something was."""
    return staff.page("scan", **context)
