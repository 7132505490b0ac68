"""What the phone page posts: a scanned token, or activation key and computer ID as they were typed."""

from __future__ import annotations

from flask import abort, request

from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.services.requests import Typed, opened


def posted_request() -> ActivationRequest | DeactivationRequest | Typed:
    """Return the verified request in the body, or the codes in it as they were typed; nothing is written."""
    body = _body()
    if "token" not in body:
        return _typed(body)
    return opened(body["token"])


def by_phone() -> By:
    """Return who asks: somebody at an address."""
    return By(Channel.PHONE, address=request.remote_addr)


def _body() -> dict[str, str]:
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


def _typed(body: dict[str, str]) -> Typed:
    if not body.keys() >= {"activation_key", "computer_id"}:
        abort(400)
    return Typed(body["activation_key"], body["computer_id"], body.get("computer_name", ""))
