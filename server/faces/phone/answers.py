"""What the phone page is told, as plain values for JSON; of the activation key only its last group."""

from __future__ import annotations

from datetime import date
from typing import Any

from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core.licensing import activation
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.facts import KeyFacts, LicenseFacts, ReleaseFacts
from keyferry.server.core.licensing.judging import Request
from keyferry.server.services.operations import Given

_STATES = {
    Outcome.NEW_SEAT: "new",
    Outcome.SAME_SEAT: "active",
    Outcome.CONTINUED: "active",
    Outcome.STALE: "replaces",
    Outcome.REPLACEMENT: "replaces",
}


def activation_request(seat: activation.Preview, license: LicenseFacts, asked: Request) -> dict[str, Any]:
    """Describe what an activation would do: take a `new` seat, keep an `active` one, or `replaces`."""
    return {
        "kind": "activate",
        "state": _STATES[seat.outcome],
        "computer_id": asked.computer_id.text,
        "computer_name": asked.computer_name,
        "expires": _day(seat.expires),
        **_licensed(license),
    }


def release_request(release: ReleaseFacts, scanned: DeactivationRequest) -> dict[str, Any]:
    """Describe what a deactivation would do: free an `active` seat, or nothing where it is `released`.

    `superseded` tells that a later activation of the same computer took the seat over.
    """
    return {
        "kind": "deactivate",
        "state": "released" if release.already else "active",
        "superseded": release.activation.superseded,
        "computer_id": scanned.computer_id.text,
        "computer_name": scanned.computer_name or release.activation.computer_name,
        **_licensed(release.license),
    }


def activated(key: KeyFacts, given: Given) -> dict[str, Any]:
    """Describe a given computer key; `state` is what the seat was before, `former` what it makes void."""
    return {
        "state": _STATES[key.outcome],
        "computer_id": key.activation.computer_id,
        "computer_name": key.activation.computer_name,
        "computer_key": key.computer_key,
        "key_style": key.key_style,
        "license_file": given.license_file,
        "license_file_name": key.file_name,
        "expires": _day(key.activation.expires),
        "features": key.activation.features,
        "former_computer_ids": list(given.done.former),
        **_licensed(key.license),
    }


def released(release: ReleaseFacts) -> dict[str, Any]:
    """Describe a released seat; `state` is what it was before."""
    return {
        "state": "released" if release.already else "active",
        "release": release.activation.ended_how,
        "superseded": release.activation.superseded,
        "computer_id": release.activation.computer_id,
        "computer_name": release.activation.computer_name,
        **_licensed(release.license),
    }


def _licensed(license: LicenseFacts) -> dict[str, Any]:
    return {
        "product": license.product_code,
        "product_name": license.product_name,
        "activation_key_ending": license.ending,
        "seats": license.seats,
        "seats_used": license.seats_used,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
