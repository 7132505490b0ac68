"""The portal: where the vendor's staff find licences, activate and release."""

from __future__ import annotations

from flask import Blueprint

from server.faces.portal import (
    audit,
    bulk,
    changes,
    computers,
    customers,
    deeds,
    issuing,
    licenses,
    products,
    refusals,
    signing_in,
    start,
)

blueprint = Blueprint("portal", __name__, url_prefix="/portal")
for room in (
    start,
    signing_in,
    licenses,
    deeds,
    changes,
    issuing,
    bulk,
    computers,
    customers,
    products,
    audit,
):
    blueprint.register_blueprint(room.blueprint)
refusals.init(blueprint)
