"""What the phone page asks: first what would happen, then the operation."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from keyferry.protocol.errors import MalformedToken
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import activation, deactivation
from keyferry.server.core.licensing.facts import key_facts, license_facts, release_facts
from keyferry.server.faces.phone import answers
from keyferry.server.faces.phone.posted import by_phone, posted_request
from keyferry.server.parts import parts
from keyferry.server.services import guard, operations
from keyferry.server.services.guard import guarded

blueprint = Blueprint("api", __name__, url_prefix="/phone/v1")


@blueprint.post("/requests")
def requests() -> Response:
    """Tell what a tap would do; nothing happens yet."""
    asked, keyring, now = posted_request(), parts().keyring, parts().clock()
    key, by = asked.activation_key, by_phone()
    limits = guard.guess_limits(by, key)
    with guarded(event=Event.REQUEST_REFUSED, by=by, now=now, limits=limits, activation_key=key) as session:
        if isinstance(asked, DeactivationRequest):
            proof = deactivation.Code(asked.code)
            release = deactivation.preview(session, asked, proof, keyring=keyring, now=now)
            return jsonify(answers.release_request(release_facts(release, now), asked))
        seat = activation.preview(session, asked, keyring=keyring, now=now)
        license = license_facts(seat.license, seat.license.product, now)
        return jsonify(answers.activation_request(seat, license, asked))


@blueprint.post("/activations")
def activations() -> Response:
    """Give the computer key, and the license file for who would rather carry that."""
    asked = posted_request()
    if not isinstance(asked, ActivationRequest):
        raise MalformedToken(
            "This QR code deactivates a computer. Scan the code that the License Wizard shows now."
        )
    given = operations.activate(asked, by=by_phone())
    return jsonify(answers.activated(key_facts(given.done, parts().clock()), given))


@blueprint.post("/deactivations")
def deactivations() -> Response:
    """Free the seat that the wizard gave up."""
    asked = posted_request()
    if not isinstance(asked, DeactivationRequest):
        raise MalformedToken(
            "This QR code activates a computer. Scan the code that the License Wizard shows now."
        )
    done = operations.release(asked, deactivation.Code(asked.code), by=by_phone())
    return jsonify(answers.released(release_facts(done, parts().clock())))
