"""What staff want to see first: activations day by day, seats, what ends soon, and what is worth a look."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from keyferry.server.core.licensing.former_ids import WITHOUT_PROOF
from keyferry.server.core.models import Activation, AuditEvent, Ending, FormerComputerId, License

DAYS = 30


@dataclass(frozen=True)
class Day:
    """The activations of one day, by the way that they came."""

    day: date
    by_channel: dict[str, int]

    @property
    def total(self) -> int:
        """All of that day."""
        return sum(self.by_channel.values())


@dataclass(frozen=True)
class Figures:
    """The figures of the last `DAYS` days, and those of now."""

    days: list[Day]
    licenses: int
    seats: int
    seats_used: int
    ending_soon: int
    refused: int
    unproven_replacements: int
    claimed_releases: int
    forced_releases: int


@dataclass(frozen=True)
class Sold:
    """All licenses and their seats."""

    licenses: int
    seats: int
    seats_used: int


def sold(session: Session) -> Sold:
    """Return what was sold until now; every license is looked at."""
    count, seats, used = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(License.seats), 0),
            func.coalesce(func.sum(License.seats_used), 0),
        )
    ).one()
    return Sold(count, seats, used)


def figures(session: Session, *, now: datetime) -> Figures:
    """Count the figures as they are now, which takes as long as the tables are large."""
    since, all_of_them = now - timedelta(days=DAYS), sold(session)
    soon = License.last_day.between(now.date(), now.date() + timedelta(days=DAYS))
    ended = _ended(session, since)
    return Figures(
        days=_days(session, now),
        licenses=all_of_them.licenses,
        seats=all_of_them.seats,
        seats_used=all_of_them.seats_used,
        ending_soon=session.scalars(select(func.count()).select_from(License).where(soon)).one(),
        refused=_count(session, AuditEvent.code.is_not(None), AuditEvent.at > since),
        unproven_replacements=session.scalars(
            select(func.count()).where(FormerComputerId.how.in_(WITHOUT_PROOF), FormerComputerId.at > since)
        ).one(),
        claimed_releases=ended.get(Ending.CLAIMED.value, 0),
        forced_releases=ended.get(Ending.FORCED.value, 0),
    )


def as_values(found: Figures) -> dict[str, Any]:
    """Return figures as they are kept."""
    days = [[one.day.isoformat(), one.by_channel] for one in found.days]
    return {**asdict(found), "days": days}


def of_values(values: dict[str, Any]) -> Figures:
    """Return figures that were kept."""
    days = [Day(date.fromisoformat(day), by_channel) for day, by_channel in values["days"]]
    return Figures(**{**values, "days": days})


def _days(session: Session, now: datetime) -> list[Day]:
    """Return the last days, today included, those without an activation too."""
    first = now.date() - timedelta(days=DAYS - 1)
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    day = _utc_day(session)
    rows = session.execute(
        select(day, Activation.channel, func.count())
        .where(Activation.activated_at >= start)
        .group_by(day, Activation.channel)
    )
    counted: dict[date, dict[str, int]] = {first + timedelta(days=place): {} for place in range(DAYS)}
    for text, channel, count in rows:
        counted.setdefault(date.fromisoformat(str(text)), {})[channel] = count
    return [Day(one, by_channel) for one, by_channel in sorted(counted.items())]


def _utc_day(session: Session) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return func.date(Activation.activated_at)
    return func.date(func.timezone("UTC", Activation.activated_at))


def _ended(session: Session, since: datetime) -> dict[str, int]:
    rows = session.execute(
        select(Activation.ended_how, func.count())
        .where(Activation.ended_at > since)
        .group_by(Activation.ended_how)
    )
    return {str(how): count for how, count in rows}


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count()).select_from(AuditEvent).where(*conditions)).one()
