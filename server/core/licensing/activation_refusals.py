"""Why a machine is not activated, in words that say what to do instead."""

from __future__ import annotations

from datetime import datetime

from keyferry.protocol.errors import ComputerIdMismatch
from keyferry.server.core.errors import ComputerIdBurnt, LicenseRefused, LimitReached
from keyferry.server.core.licensing.licenses import Standing, expiry, standing
from keyferry.server.core.models import License


# A wizard that holds a key goes on showing its computer ID: it does not know what happened here.
def superseded() -> ComputerIdBurnt:
    """Return the error for a computer ID that was displaced by one that did not go on from it."""
    return ComputerIdBurnt(
        "This computer ID is no longer valid: the computer was activated again with a newer one. "
        "Scan the QR code that the License Wizard shows now. If it’s still this one, make a new "
        "request in the License Wizard, or deactivate the computer there and activate it again.",
        code="computer_id_superseded",
    )


def released() -> ComputerIdBurnt:
    """Return the error for a computer ID that was given up, or whose seat was."""
    return ComputerIdBurnt(
        "This computer ID is no longer valid: its seat was released. Activate the computer again in the "
        "License Wizard and scan the new QR code. If it’s still this one, make a new request in the "
        "License Wizard, or deactivate the computer there and activate it again."
    )


def not_the_demo_machine() -> ComputerIdMismatch:
    """Return the error for a computer that would use the license of the portal's demo machine."""
    return ComputerIdMismatch(
        "This activation key is only for the demo machine in the portal. Use the activation key of a license."
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
        "This computer already has a seat, with another computer ID. In the License Wizard, open "
        "Deactivate: if it shows codes that weren’t handed in, hand them in first. Otherwise scan the QR "
        "code that the License Wizard shows, since typed codes can’t replace a computer ID, or ask the "
        "vendor.",
        code="replacement_needs_vendor",
    )


def replacement_needs_vendor() -> LicenseRefused:
    """Return the error for a request that proves nothing, or an earlier state, once too often on a lease."""
    return LicenseRefused(
        "In the License Wizard, deactivate this computer, hand in every code that it shows, and activate "
        "again. If that doesn’t help, ask the vendor: this seat was taken too often by a copy or an earlier "
        "state of this computer, or without proof.",
        code="replacement_needs_vendor",
    )


def renewal_needs_scan() -> LicenseRefused:
    """Return the error for a key that has ended, where the vendor has keys renewed by scanning only."""
    return LicenseRefused(
        "This computer’s key has ended, and it can be renewed only by scanning: scan the QR code that the "
        "License Wizard shows for a renewal.",
        code="renewal_needs_scan",
    )


def computer_looks_the_same(days: int) -> LimitReached:
    """Return the error for machines that took a seat from each other too often in so many days."""
    return LimitReached(
        "In the License Wizard, deactivate this computer, hand in every code that it shows, and activate "
        "again. If that doesn’t help: in the last {days} days, this seat went too often to a computer ID "
        "that doesn’t continue the one before. Give each copy of a computer a machine identifier of its "
        "own, let accounts share one license, or ask the vendor for help.",
        code="computer_looks_the_same",
        days=days,
    )


def too_many_transfers(days: int) -> LimitReached:
    """Return the error for a license that changed computers too often in so many days."""
    return LimitReached(
        "In the License Wizard, look for codes that weren’t handed in, and hand them in first. Transfer "
        "limit reached: this license changed computers too often in the last {days} days. Wait a few days, "
        "or ask the vendor for help. Accounts that take turns on one computer can share one license instead.",
        code="release_limit_reached",
        days=days,
    )


def no_seat_left(license: License) -> LicenseRefused:
    """Return the error for a license whose seats are all taken."""
    if license.seats == 1:
        return LicenseRefused(
            "The only seat of this license is in use. In the License Wizard, hand in codes that weren’t "
            "handed in yet. Otherwise deactivate a computer you no longer use, or ask the vendor for more "
            "seats. Was this computer set up again or replaced? Self Help can email a link "
            "that frees its old seat, or the vendor can release it.",
            code="no_seat_left",
            seats=license.seats,
        )
    return LicenseRefused(
        "All {seats} seats are in use. In the License Wizard, hand in codes that weren’t handed in yet. "
        "Otherwise deactivate a computer you no longer use, or ask the vendor for more "
        "seats. Was this computer set up again or replaced? Self Help can email a link that frees its old "
        "seat, or the vendor can release it.",
        code="no_seat_left",
        seats=license.seats,
    )
