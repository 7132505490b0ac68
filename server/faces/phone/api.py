"""What the phone page asks: what would happen, then the deed, and the licence file."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, jsonify, request
from sqlalchemy.orm import Session

from protocol.errors import MalformedToken
from protocol.request_token import ActivationRequest, DeactivationRequest
from server.core import activation, deactivation, licenses
from server.core.attempts import bucket
from server.core.audit import By
from server.core.requests import open_request
from server.db import reading
from server.faces.phone import answers
from server.guard import Limit, guarded
from server.parts import parts

MOST_FAILURES_PER_ADDRESS = 100
MOST_FAILURES_PER_LICENSE = 20
PERIOD = timedelta(hours=1)

blueprint = Blueprint("api", __name__, url_prefix="/api/phone")


@blueprint.post("/question")
def question() -> Response:
    """Tell what the scanned code would do; nothing happens yet."""
    scanned, keyring, now = _scanned(), parts().keyring, parts().clock()
    with _guarded("question_refused", scanned, now) as session:
        if isinstance(scanned, DeactivationRequest):
            release = deactivation.preview(session, _request(scanned), keyring=keyring, now=now)
            return jsonify(answers.release_question(release, scanned))
        seat = activation.preview(session, _request(scanned), keyring=keyring, now=now)
        return jsonify(answers.seat_question(seat, scanned))


@blueprint.post("/activate")
def activate() -> Response:
    """Give the computer key."""
    scanned, keyring, now = _scanned_activation(), parts().keyring, parts().clock()
    with _guarded("activation_refused", scanned, now) as session:
        done = activation.activate(session, _request(scanned), keyring=keyring, by=_by(), now=now)
        return jsonify(answers.activated(done))


@blueprint.post("/license-file")
def license_file() -> Response:
    """Give the licence file of a machine that is activated."""
    scanned, keyring, now = _scanned_activation(), parts().keyring, parts().clock()
    with _guarded("license_file_refused", scanned, now) as session:
        content = activation.license_file(session, _request(scanned), keyring=keyring, now=now)
        product = licenses.find(session, scanned.activation_key).product
    response = Response(content, mimetype="application/octet-stream")
    name = f"{product.code}-{scanned.computer_id.last_group}.lic"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.post("/deactivate")
def deactivate() -> Response:
    """Free the seat that the wizard gave up."""
    scanned, keyring, now = _scanned(), parts().keyring, parts().clock()
    if not isinstance(scanned, DeactivationRequest):
        raise MalformedToken("This QR code activates a computer. Scan the code that the wizard shows now.")
    proof = deactivation.Code(scanned.code)
    with _guarded("release_refused", scanned, now) as session:
        done = deactivation.deactivate(session, _request(scanned), proof, keyring=keyring, by=_by(), now=now)
        return jsonify(answers.released(done))


def _scanned() -> ActivationRequest | DeactivationRequest:
    """Return the verified request in the body; until here nothing is counted and nothing written."""
    body = request.get_json(silent=True)
    token = body.get("token") if isinstance(body, dict) else None
    if not isinstance(token, str):
        abort(400)
    with reading() as session:
        return open_request(session, token, keyring=parts().keyring)


def _scanned_activation() -> ActivationRequest:
    scanned = _scanned()
    if not isinstance(scanned, ActivationRequest):
        raise MalformedToken("This QR code deactivates a computer. Scan the code that the wizard shows now.")
    return scanned


def _request(scanned: ActivationRequest | DeactivationRequest) -> activation.Request:
    return activation.Request(
        scanned.activation_key, scanned.computer_id, scanned.computer_name, scanned.product_number
    )


def _by() -> By:
    return By("phone", address=request.remote_addr)


def _guarded(
    event: str, scanned: ActivationRequest | DeactivationRequest, now: datetime
) -> AbstractContextManager[Session]:
    limits = (
        Limit(bucket("phone address", str(request.remote_addr)), MOST_FAILURES_PER_ADDRESS, PERIOD),
        Limit(bucket("license", scanned.activation_key.text), MOST_FAILURES_PER_LICENSE, PERIOD),
    )
    return guarded(event=event, by=_by(), now=now, limits=limits, activation_key=scanned.activation_key)
