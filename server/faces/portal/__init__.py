"""The portal: where the vendor's staff run the business of keys."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("portal", __name__, url_prefix="/portal")
