"""Which claims a computer key carries now: what the license grants, and the same until that changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from keyferry.protocol.claims import LAST_DAY, Claims
from keyferry.server.core.licensing.licenses import expiry
from keyferry.server.core.models import Activation, License


def claims_now(license: License, activation: Activation | None, now: datetime) -> Claims:
    """Return the claims for a scan at this moment.

    They stay what they were, issue day and all, as long as the license would grant the same and more than
    half of a lease is left: so the same key comes back whichever way it is asked for.
    """
    today = now.date()
    # A day that hasn't come was issued while the clock was ahead: a wizard takes no such key.
    if activation is not None and activation.issued_on <= today:
        present = claims_of(activation)
        if present == _granted(license, present.issued, today) and not _wants_new_lease(
            license, present, today
        ):
            return present
    return _granted(license, today, today)


def claims_of(activation: Activation) -> Claims:
    """Return the claims of the key that was given last."""
    return Claims(activation.issued_on, activation.expires_on, activation.features)


def _granted(license: License, issued: date, today: date) -> Claims:
    last_day = expiry(license, first_activation=today)
    if license.lease_days is not None:
        lease_ends = issued + timedelta(days=min(license.lease_days, (LAST_DAY - issued).days))
        last_day = min(last_day or LAST_DAY, lease_ends)
    return Claims(issued, last_day, license.features)


def _wants_new_lease(license: License, present: Claims, today: date) -> bool:
    if license.lease_days is None or present.expires is None or present.expires == expiry(license):
        return False
    return 2 * (present.expires - today).days <= license.lease_days
