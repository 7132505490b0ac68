"""What the phone page is told, as plain values for JSON; of the activation key only its last group."""

from __future__ import annotations

from datetime import date
from typing import Any

from protocol.request_token import ActivationRequest, DeactivationRequest
from server.core import activation, deactivation
from server.core.audit import ending
from server.core.models import License
from server.core.products import feature_names


def seat_question(seat: activation.Preview, scanned: ActivationRequest) -> dict[str, Any]:
    """Describe what an activation would do."""
    return {
        "deed": "activate",
        **_licensed(seat.license),
        "computer_name": scanned.computer_name,
        "computer_id": scanned.computer_id.text,
        "seats": {"total": seat.license.seats, "used": seat.license.seats_used, "after": seat.seats_after},
        "outcome": seat.outcome,
        "expires": _day(seat.expires),
    }


def release_question(release: deactivation.Preview, scanned: DeactivationRequest) -> dict[str, Any]:
    """Describe what a deactivation would do."""
    license = release.license
    return {
        "deed": "deactivate",
        **_licensed(license),
        "computer_name": scanned.computer_name or release.activation.computer_name,
        "computer_id": scanned.computer_id.text,
        "seats": {"total": license.seats, "used": license.seats_used, "after": release.seats_after},
        "outcome": "already_released" if release.already_released else "release",
    }


def activated(done: activation.Activated) -> dict[str, Any]:
    """Describe a given computer key."""
    return {
        "computer_key": done.computer_key,
        "key_style": done.product.key_style,
        **_licensed(done.license),
        "computer_name": done.activation.computer_name,
        "computer_id": done.activation.computer_id,
        "seats": _seats(done.license),
        "expires": _day(done.activation.expires_on),
        "features": feature_names(done.product, done.activation.features),
        "outcome": done.outcome,
    }


def released(done: deactivation.Released) -> dict[str, Any]:
    """Describe a released seat."""
    return {
        **_licensed(done.license),
        "computer_name": done.activation.computer_name,
        "computer_id": done.activation.computer_id,
        "seats": _seats(done.license),
        "outcome": done.outcome,
        "recorded": done.recorded,
    }


def _licensed(license: License) -> dict[str, Any]:
    return {"product": license.product.name, "activation_key_ending": ending(license.activation_key)}


def _seats(license: License) -> dict[str, int]:
    return {"total": license.seats, "used": license.seats_used}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
