"""The phone face: the page behind the QR code, and what it asks the server."""

from __future__ import annotations

from flask import Blueprint

from keyferry.server.faces.phone import api, pages

blueprint = Blueprint("phone", __name__)
blueprint.register_blueprint(pages.blueprint)
blueprint.register_blueprint(api.blueprint)
