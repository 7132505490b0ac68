"""What helps staff: the keys that do something on every page, where more is written, and a file's limit."""

from __future__ import annotations

from typing import NoReturn

from flask import Blueprint

from keyferry.server.core.errors import Malformed
from keyferry.server.core.staff.roles import Permission
from keyferry.server.faces.portal import staff

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@staff.needs(Permission.SEE_LICENSES)
def overview() -> str:
    """Show the help, for who has no scripts that open it as a dialog."""
    return staff.page("help")


@blueprint.get("/too-large")
@staff.needs(Permission.SEE_LICENSES)
def too_large() -> NoReturn:
    """Say that a file is too large, where a proxy has not let it through: it sends who comes here."""
    raise Malformed(
        "This file is too large to be uploaded. Go back, and choose a smaller one.", code="request_too_large"
    )
