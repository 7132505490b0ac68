"""The portal: where the vendor's staff find licences, activate and release."""

from __future__ import annotations

from flask import Blueprint

from server.faces.portal import (
    account,
    audit,
    branding,
    bulk,
    changes,
    computers,
    customers,
    deeds,
    issuing,
    licenses,
    mail_texts,
    operators,
    products,
    properties,
    refusals,
    second_factor,
    signing_in,
    start,
)

blueprint = Blueprint("portal", __name__, url_prefix="/portal")
for room in (
    start,
    signing_in,
    account,
    second_factor,
    licenses,
    deeds,
    changes,
    issuing,
    bulk,
    computers,
    customers,
    products,
    audit,
    operators,
    properties,
    branding,
    mail_texts,
):
    blueprint.register_blueprint(room.blueprint)
refusals.init(blueprint)
