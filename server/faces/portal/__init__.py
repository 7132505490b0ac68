"""The portal: where the vendor's staff find licences, activate and release."""

from __future__ import annotations

from flask import Blueprint

from server.faces.portal import (
    audit,
    computers,
    customers,
    deeds,
    licenses,
    products,
    refusals,
    signing_in,
    start,
)

blueprint = Blueprint("portal", __name__, url_prefix="/portal")
for room in (start, signing_in, licenses, deeds, computers, customers, products, audit):
    blueprint.register_blueprint(room.blueprint)
refusals.init(blueprint)
