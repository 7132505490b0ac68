"""What the phone page asks: first what would happen, then the operation."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from keyferry.protocol.errors import MalformedToken
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import activation, deactivation
from keyferry.server.faces.phone import answers
from keyferry.server.faces.phone.posted import by_phone, posted_request
from keyferry.server.parts import parts
from keyferry.server.services import guard
from keyferry.server.services.guard import guarded

blueprint = Blueprint("api", __name__, url_prefix="/phone/v1")


@blueprint.post("/requests")
def requests() -> Response:
    """Tell what a tap would do; nothing happens yet."""
    asked, keyring, now = posted_request(), parts().keyring, parts().clock()
    with _guarded(Event.REQUEST_REFUSED, asked, now) as session:
        if isinstance(asked, DeactivationRequest):
            proof = deactivation.Code(asked.code)
            release = deactivation.preview(session, asked, proof, keyring=keyring, now=now)
            return jsonify(answers.release_request(release, asked))
        seat = activation.preview(session, asked, keyring=keyring, now=now)
        return jsonify(answers.activation_request(seat, asked))


@blueprint.post("/activations")
def activations() -> Response:
    """Give the computer key, and the license file for who would rather carry that."""
    asked, keyring, now = posted_request(), parts().keyring, parts().clock()
    if not isinstance(asked, ActivationRequest):
        raise MalformedToken(
            "This QR code deactivates a computer. Scan the code that the License Wizard shows now."
        )
    with _guarded(Event.ACTIVATION_REFUSED, asked, now) as session:
        done = activation.activate(session, asked, keyring=keyring, by=by_phone(), now=now)
        former = activation.former_computer_ids(session, done.activation)
        return jsonify(answers.activated(done, activation.license_file(done, keyring=keyring), former))


@blueprint.post("/deactivations")
def deactivations() -> Response:
    """Free the seat that the wizard gave up."""
    asked, keyring, now = posted_request(), parts().keyring, parts().clock()
    if not isinstance(asked, DeactivationRequest):
        raise MalformedToken(
            "This QR code activates a computer. Scan the code that the License Wizard shows now."
        )
    proof = deactivation.Code(asked.code)
    with _guarded(Event.RELEASE_REFUSED, asked, now) as session:
        done = deactivation.deactivate(session, asked, proof, keyring=keyring, by=by_phone(), now=now)
        return jsonify(answers.released(done))


def _guarded(
    event: Event, asked: ActivationRequest | DeactivationRequest, now: datetime
) -> AbstractContextManager[Session]:
    by = by_phone()
    return guarded(
        event=event,
        by=by,
        now=now,
        limits=(guard.address_limit(by), guard.license_limit(by, asked.activation_key)),
        activation_key=asked.activation_key,
    )
