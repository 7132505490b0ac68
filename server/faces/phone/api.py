"""What the phone page asks: first what would happen, then the operation."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from keyferry.protocol.errors import MalformedToken
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core.licensing import deactivation
from keyferry.server.core.licensing.facts import key_facts, license_facts, release_facts
from keyferry.server.faces.phone import answers
from keyferry.server.faces.phone.posted import by_phone, posted_request
from keyferry.server.parts import parts
from keyferry.server.services import operations, release_links
from keyferry.server.web.addresses import release_link_address

blueprint = Blueprint("api", __name__, url_prefix="/phone/v1")


@blueprint.post("/requests")
def requests() -> Response:
    """Say what a tap would do; nothing happens yet."""
    asked, by, now = posted_request(), by_phone(), parts().clock()
    if isinstance(asked, DeactivationRequest):
        release = operations.preview_release(asked, by=by)
        return jsonify(answers.release_request(release_facts(release, now), asked))
    request, seat = operations.preview(asked, by=by)
    license = license_facts(seat.license, seat.license.product, now)
    return jsonify(answers.activation_request(seat, license, request))


@blueprint.post("/activations")
def activations() -> Response:
    """Give the computer key, and the license file for who would rather carry that."""
    asked = posted_request()
    if isinstance(asked, DeactivationRequest):
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


@blueprint.post("/release-links")
def links() -> Response:
    """Mail the license's customer a link that frees a seat for the computer that asks."""
    asked = posted_request()
    waits = release_links.ask(asked, by=by_phone(), address_of=release_link_address)
    return jsonify({"waits": waits is not None})
