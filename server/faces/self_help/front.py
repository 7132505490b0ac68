"""The vendor's page at the root of the server: where to activate, Self Help, and the way in for staff."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from keyferry.server.faces.self_help.site import site
from keyferry.server.web.headers import CSP

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def home() -> Response:
    """Show the ways to a computer key."""
    shown = site()
    page = render_template("site/front.html", site=shown)
    response = Response(page, mimetype="text/html")
    response.headers[CSP] = shown.policy
    return response
