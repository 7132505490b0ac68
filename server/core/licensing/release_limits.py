"""How often seats may change hands: what keeps a floating seat from serving a whole office.

Releases of every kind count, and so do replacements without proof: a machine that comes with a new computer
ID although its old one was never released. Both are counted from the activations themselves, which a locked
license keeps exact. Server properties can set other numbers; they count from the next request on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from keyferry.server.core import properties
from keyferry.server.core.errors import LimitReached
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
    claimed = select(func.count()).select_from(Activation).where(Activation.ended_how == Ending.CLAIMED.value)
    days = properties.read(session)["options/maxReleasePeriodInDays"]
    _check(session, claimed, CLAIMS, days, license, fingerprint, now)


def check_replacement(session: Session, license: License, fingerprint: int, now: datetime) -> None:
    """Raise LimitReached where one more unproven replacement would be too many.

    `computer_looks_the_same` if this machine had too many, as if another had its identifier, too;
    `release_limit_reached` if the license had.
    """
    successor, earlier = aliased(Activation), aliased(Activation)
    # An epoch that the machine never had comes with a newer application, not with a lost or copied state.
    had_epoch = exists().where(
        earlier.license_id == successor.license_id,
        earlier.fingerprint == successor.fingerprint,
        earlier.id < successor.id,
        earlier.epoch >= successor.epoch,
    )
    replaced = (
        select(func.count())
        .select_from(Activation)
        .join(successor, Activation.replaced_by == successor.id)
        .where(Activation.ended_how == Ending.SUPERSEDED, had_epoch)
    )
    days = properties.read(session)["options/maxReleasePeriodInDays"]
    recent = _recent(replaced, days, license, now)
    if _of_machine(session, recent, fingerprint) >= REPLACEMENTS.per_machine:
        raise LimitReached(
            "Another computer looks the same as this one, or another account here has a license of its own: "
            "they took this seat from each other too often in the last {days} days. Give each computer a "
            "machine identifier of its own, let accounts share one license, or ask the vendor for help.",
            code="computer_looks_the_same",
            days=days,
        )
    _check(session, replaced, REPLACEMENTS, days, license, fingerprint, now)


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
        raise LimitReached(
            "Transfer limit reached: this license changed computers too often in the last {days} days. "
            "Wait a few days, or ask the vendor for help. Accounts that take turns on one computer can "
            "share one license instead.",
            code="release_limit_reached",
            days=days,
        )


def _recent(changes: Select[int], days: int, license: License, now: datetime) -> Select[int]:
    period = timedelta(days=days)
    # What ended later than now did so before the clock was set back: it counts as long, and no longer.
    is_recent = and_(Activation.ended_at > now - period, Activation.ended_at < now + period)
    return changes.where(Activation.license_id == license.id, is_recent)


def _of_machine(session: Session, recent: Select[int], fingerprint: int) -> int:
    return session.scalars(recent.where(Activation.fingerprint == fingerprint)).one()
