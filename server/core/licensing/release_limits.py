"""How often seats may change hands: what keeps a floating seat from serving a whole office.

Releases of every kind count, and so do replacements without proof: a machine that comes with a new computer
ID and shows nothing of the one that is live. Both are counted from the rows themselves, which a locked
license keeps exact. Server properties can set other numbers; they count from the next request on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from keyferry.server.core import properties
from keyferry.server.core.errors import LimitReached
from keyferry.server.core.licensing import former_ids
from keyferry.server.core.licensing.activation_refusals import (
    computer_looks_the_same,
    replacement_needs_vendor,
    too_many_transfers,
)
from keyferry.server.core.licensing.former_ids import Former
from keyferry.server.core.models import Activation, Ending, License


@dataclass(frozen=True)
class Limit:
    """So many changes in a period: for one machine, and for a license a base and some for each seat."""

    per_machine: int
    per_license: int
    per_seat: int

    def of_license(self, license: License) -> int:
        """Return the number for a license with its seats."""
        return self.per_license + self.per_seat * license.seats


# A person who moves a license between two desks every week stays below these.
RELEASES = Limit(per_machine=6, per_license=6, per_seat=2)
REPLACEMENTS = Limit(per_machine=3, per_license=3, per_seat=1)
# Nothing stands behind a claim but the word of whoever holds the activation key and the computer ID.
CLAIMS = Limit(per_machine=1, per_license=2, per_seat=0)
# Whoever gives up a request that never arrived: as often as releases, for each code of a wizard.
BURNT = Limit(per_machine=0, per_license=30, per_seat=10)

_HOUR = timedelta(hours=1)
_MOST_FORMER_AN_HOUR = 100


def check_release(session: Session, license: License, fingerprint: int, now: datetime) -> None:
    """Raise LimitReached (release_limit_reached) where one more release would be too many."""
    values = properties.read(session)
    count, days = values["options/maxReleaseCount"], values["options/maxReleasePeriodInDays"]
    if count == properties.NO_LIMIT:
        return
    limit = Limit(per_machine=count, per_license=count, per_seat=0) if count else RELEASES
    released = Activation.ended_how.in_([Ending.PROVEN, Ending.CLAIMED, Ending.FORCED])
    changes = select(func.count()).select_from(Activation).where(released)
    _check(session, changes, limit, days, license, fingerprint, now)


def check_claim(session: Session, license: License, fingerprint: int, now: datetime) -> None:
    """Raise LimitReached (release_limit_reached) where one more release without proof would be too many."""
    claimed = select(func.count()).select_from(Activation).where(Activation.is_claim.is_(True))
    days = properties.read(session)["options/maxReleasePeriodInDays"]
    _check(session, claimed, CLAIMS, days, license, fingerprint, now)


def check_replacement(
    session: Session, license: License, fingerprint: int, now: datetime, *, shows: bool
) -> bool:
    """Return whether one more replacement without proof counts; raises where it would be too many.

    `shows` tells that the request had openings: for a time after a restore, those of a computer ID that the
    backup doesn't know are accepted. LicenseRefused (replacement_needs_vendor) on a lease; else LimitReached:
    `computer_looks_the_same` if this machine had too many, as if another had its identifier, too;
    `release_limit_reached` if the license had.
    """
    values = properties.read(session)
    if shows and now.date().isoformat() <= values[properties.ACCEPT_STALE_UNTIL]:
        return False
    if license.lease_days is not None:
        most, days = passes(license.lease_days, values)
        if former_ids.counted(session, license, now, days, fingerprint=fingerprint) >= most:
            raise replacement_needs_vendor()
        return True
    days = values["options/maxReleasePeriodInDays"]
    if former_ids.counted(session, license, now, days, fingerprint=fingerprint) >= REPLACEMENTS.per_machine:
        raise computer_looks_the_same(days)
    if former_ids.counted(session, license, now, days) >= REPLACEMENTS.of_license(license):
        raise too_many_transfers(days)
    return True


def passes(lease_days: int, values: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many replacements without proof a machine may have on a lease, and in how many days."""
    period = values["options/unprovenReplacementPeriodInDays"]
    if 2 * lease_days < period:
        return values["options/maxUnprovenReplacementCount"], period
    return values["options/maxUnprovenReplacementCountOfLongLeases"], max(period, 2 * lease_days)


def check_continuing(former: Former, now: datetime) -> None:
    """Raise LimitReached (too_many_attempts) where a machine goes on so often that it fills tables."""
    lately = [one for one in former if now - _HOUR < one.at < now + _HOUR]
    if len(lately) >= _MOST_FORMER_AN_HOUR:
        raise LimitReached(
            "This computer was activated too often in the last hour. Try again later.", retry_after=_HOUR
        )


def check_burning(session: Session, license: License, now: datetime) -> None:
    """Raise LimitReached (release_limit_reached) where too many IDs were given up that were never used."""
    days = properties.read(session)["options/maxReleasePeriodInDays"]
    if former_ids.burnt(session, license, now, days) >= BURNT.of_license(license):
        raise too_many_transfers(days)


def check_activation(session: Session, before: int) -> None:
    """Raise LimitReached (activation_limit_reached) where a machine was activated too often `before`."""
    most = properties.read(session)["options/maxActivationsPerSystem"] if before else 0
    if most and before >= most:
        raise LimitReached(
            "This computer has reached the limit of activations with this license. Ask the vendor for help.",
            code="activation_limit_reached",
        )


def check_period(session: Session, activation: Activation, now: datetime) -> None:
    """Raise LimitReached (deactivation_too_early) so soon after an activation that the vendor forbids it."""
    minutes = properties.read(session)["customerSite/preventDeactivationPeriod"]
    first = activation.activated_at + timedelta(minutes=minutes)
    # One that lies further ahead was made before the clock was set back.
    if now < first <= now + timedelta(minutes=2 * minutes):
        # Not a moment too early: the next full minute.
        said = f"{first + timedelta(minutes=1, microseconds=-1):%Y-%m-%d %H:%M}"
        raise LimitReached(
            "This computer can be deactivated here starting {moment} UTC. If that’s too late, ask the "
            "vendor.",
            code="deactivation_too_early",
            moment=said,
        )


def _check(
    session: Session,
    changes: Select[int],
    limit: Limit,
    days: int,
    license: License,
    fingerprint: int,
    now: datetime,
) -> None:
    recent = _recent(changes, days, license, now)
    on_license, on_machine = session.scalars(recent).one(), _of_machine(session, recent, fingerprint)
    if on_machine >= limit.per_machine or on_license >= limit.of_license(license):
        raise too_many_transfers(days)


def _recent(changes: Select[int], days: int, license: License, now: datetime) -> Select[int]:
    period = timedelta(days=days)
    # What ended later than now did so before the clock was set back: it counts as long, and no longer.
    is_recent = and_(Activation.ended_at > now - period, Activation.ended_at < now + period)
    return changes.where(Activation.license_id == license.id, is_recent)


def _of_machine(session: Session, recent: Select[int], fingerprint: int) -> int:
    return session.scalars(recent.where(Activation.fingerprint == fingerprint)).one()
