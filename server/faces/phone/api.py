"""What the phone page asks, with a scanned token or what was typed: first a question, then the deed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, jsonify, request
from sqlalchemy.orm import Session

from protocol.errors import MalformedToken
from protocol.request_token import ActivationRequest, DeactivationRequest
from server.core import activation, deactivation
from server.core.attempts import bucket, network_of
from server.core.audit import By
from server.core.requests import open_request, open_typed, typed_request
from server.db import reading
from server.faces.phone import answers
from server.guard import Limit, guarded
from server.parts import parts

MOST_FAILURES_PER_ADDRESS = 100
MOST_FAILURES_PER_LICENSE = 20
PERIOD = timedelta(hours=1)

blueprint = Blueprint("api", __name__, url_prefix="/phone/v1")


@blueprint.post("/requests")
def requests() -> Response:
    """Tell what the scanned code would do; nothing happens yet."""
    scanned, keyring, now = _scanned(), parts().keyring, parts().clock()
    with _guarded("request_refused", scanned, now) as session:
        if isinstance(scanned, DeactivationRequest):
            release = deactivation.preview(session, _request(scanned), keyring=keyring, now=now)
            return jsonify(answers.release_request(release, scanned))
        seat = activation.preview(session, _request(scanned), keyring=keyring, now=now)
        return jsonify(answers.activation_request(seat, scanned))


@blueprint.post("/activations")
def activations() -> Response:
    """Give the computer key, and the licence file for who would rather carry that."""
    scanned, keyring, now = _scanned(), parts().keyring, parts().clock()
    if not isinstance(scanned, ActivationRequest):
        raise MalformedToken("This QR code deactivates a computer. Scan the code that the wizard shows now.")
    with _guarded("activation_refused", scanned, now) as session:
        done = activation.activate(session, _request(scanned), keyring=keyring, by=_by(), now=now)
        return jsonify(answers.activated(done, activation.license_file(done, keyring=keyring)))


@blueprint.post("/deactivations")
def deactivations() -> Response:
    """Free the seat that the wizard gave up."""
    scanned, keyring, now = _scanned(), parts().keyring, parts().clock()
    if not isinstance(scanned, DeactivationRequest):
        raise MalformedToken("This QR code activates a computer. Scan the code that the wizard shows now.")
    proof = deactivation.Code(scanned.code)
    with _guarded("release_refused", scanned, now) as session:
        done = deactivation.deactivate(session, _request(scanned), proof, keyring=keyring, by=_by(), now=now)
        return jsonify(answers.released(done))


def _scanned() -> ActivationRequest | DeactivationRequest:
    """Return the verified request in the body; with a token, nothing is counted and nothing written here."""
    body = _posted()
    if "token" not in body:
        return _typed(body)
    with reading() as session:
        return open_request(session, body["token"], keyring=parts().keyring)


def _posted() -> dict[str, str]:
    # Browsers always say how long a body is; one sent in chunks could break off anywhere.
    if request.content_length is None:
        abort(400)
    try:
        body = request.get_json()
    except RecursionError:
        abort(400)
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        abort(400)
    return body


def _typed(body: dict[str, str]) -> ActivationRequest:
    """Return the request that was typed; a guess counts against its address, and against no licence yet."""
    if not body.keys() >= {"activation_key", "computer_id"}:
        abort(400)
    now, keyring = parts().clock(), parts().keyring
    key, computer_id, name = body["activation_key"], body["computer_id"], body.get("computer_name")
    with reading() as session:
        typed = typed_request(session, key, computer_id, name, keyring=keyring)
    with guarded(event="request_refused", by=_by(), now=now, limits=[_address_limit()]) as session:
        return open_typed(session, typed, keyring=keyring)


def _request(scanned: ActivationRequest | DeactivationRequest) -> activation.Request:
    return activation.Request(
        scanned.activation_key, scanned.computer_id, scanned.computer_name, scanned.product_number
    )


def _address_limit() -> Limit:
    network = network_of(request.remote_addr)
    return Limit(bucket("phone address", network), MOST_FAILURES_PER_ADDRESS, PERIOD)


def _by() -> By:
    return By("phone", address=request.remote_addr)


def _guarded(
    event: str, scanned: ActivationRequest | DeactivationRequest, now: datetime
) -> AbstractContextManager[Session]:
    limits = (
        _address_limit(),
        Limit(bucket("license", scanned.activation_key.text), MOST_FAILURES_PER_LICENSE, PERIOD),
    )
    return guarded(event=event, by=_by(), now=now, limits=limits, activation_key=scanned.activation_key)
