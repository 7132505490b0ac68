"""Why a machine is not activated, in words that say what to do instead."""

from __future__ import annotations

from datetime import datetime

from keyferry.server.core.errors import ComputerIdBurnt, LicenseRefused
from keyferry.server.core.licensing.licenses import Standing, expiry, standing
from keyferry.server.core.models import Activation, Ending, License


def burnt(activation: Activation) -> ComputerIdBurnt:
    """Return the error for the computer ID of an activation that has ended."""
    # A wizard that holds a key goes on showing its computer ID: it does not know what happened here.
    if activation.ended_how == Ending.SUPERSEDED:
        return ComputerIdBurnt(
            "This computer ID is no longer valid: the computer was activated again with a newer one. "
            "Scan the QR code that the License Wizard shows now. If it’s still this one, make a new "
            "request in the License Wizard, or deactivate the computer there and activate it again.",
            code="computer_id_superseded",
        )
    return ComputerIdBurnt(
        "This computer ID is no longer valid: it was deactivated. Activate the computer again in the "
        "License Wizard and scan the new QR code. If it’s still this one, make a new request in the "
        "License Wizard, or deactivate the computer there and activate it again."
    )


def require_good_standing(license: License, now: datetime) -> None:
    """Raise LicenseRefused (license_suspended, license_expired) for a license that activates nothing now."""
    present = standing(license, now)
    if present is Standing.SUSPENDED:
        raise LicenseRefused("This license is on hold. Ask the vendor why.", code="license_suspended")
    if present is Standing.EXPIRED:
        raise LicenseRefused(
            "This license expired on {day}. Ask the vendor to renew it, then scan again.",
            code="license_expired",
            day=expiry(license),
        )


def replacement_unconfirmed() -> LicenseRefused:
    """Return the error for typed codes that would take a computer's seat from its earlier computer ID."""
    # A typed computer ID shows 15 bits, which can be guessed, and the seat that it takes is somebody's.
    return LicenseRefused(
        "This computer already has a seat, with an earlier computer ID. Typed codes can’t replace it: scan "
        "the QR code that the License Wizard shows, or ask the vendor.",
        code="replacement_needs_vendor",
    )


def no_seat_left(license: License) -> LicenseRefused:
    """Return the error for a license whose seats are all taken."""
    if license.seats == 1:
        return LicenseRefused(
            "The only seat of this license is in use. Deactivate a computer you no longer use, or ask the "
            "vendor for more seats. Was this computer set up anew or replaced? Self Help can email a link "
            "that frees its old seat, or the vendor can release it.",
            code="no_seat_left",
        )
    return LicenseRefused(
        "All {seats} seats are in use. Deactivate a computer you no longer use, or ask the vendor for more "
        "seats. Was this computer set up anew or replaced? Self Help can email a link that frees its old "
        "seat, or the vendor can release it.",
        code="no_seat_left",
        seats=license.seats,
    )
