"""The portal: where the vendor's staff find licenses, activate and release."""

from __future__ import annotations

from flask import Blueprint, request

from keyferry.server.faces.portal import (
    account,
    audit,
    branding,
    bulk,
    changes,
    computers,
    copies,
    customers,
    finding,
    first_day,
    glances,
    help,
    importing,
    issuing,
    licenses,
    mail_texts,
    operations,
    operators,
    outbox,
    products,
    properties,
    refusals,
    scanning,
    second_factor,
    signing_in,
    start,
    views,
)

# Notes and the words of mails, with the nine bytes that a form needs for some characters.
_MAX_FORM_BYTES = 64 * 1024

blueprint = Blueprint("portal", __name__, url_prefix="/portal")


@blueprint.url_value_preprocessor
def take_texts(endpoint: str | None, values: object) -> None:
    """Let a form be larger than elsewhere: here already, since its CSRF field is read before any view."""
    request.max_content_length = _MAX_FORM_BYTES


_ROOMS = (
    start,
    first_day,
    signing_in,
    account,
    second_factor,
    licenses,
    views,
    finding,
    glances,
    scanning,
    operations,
    changes,
    issuing,
    importing,
    bulk,
    computers,
    copies,
    customers,
    products,
    audit,
    help,
    operators,
    properties,
    branding,
    mail_texts,
    outbox,
)
for room in _ROOMS:
    blueprint.register_blueprint(room.blueprint)
refusals.init(blueprint, _ROOMS)
