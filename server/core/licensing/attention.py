"""What is worth a look: guesses, seats that were freed or taken without proof, and mail that failed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from keyferry.server.core.days import utc_day
from keyferry.server.core.events import Event
from keyferry.server.core.models import (
    Activation,
    AuditEvent,
    Displaced,
    Ending,
    FormerComputerId,
    OutboxMail,
)

SEVERAL = 20
"""From so many refusals a day on, an address is guessing."""


class Kind(StrEnum):
    """What somebody should look at."""

    LOOK_UPS = "look_ups"
    SIGN_INS = "sign_ins"
    FORCED = "forced"
    CLAIMED = "claimed"
    STALE = "stale"
    UNPROVEN = "unproven"
    MAIL = "mail"


@dataclass(frozen=True)
class Noticed:
    """How often something was noticed in a period and in the one before, and the latest of it.

    `number` is that of the computer or the mail: names are read when they are shown, so none is kept that was
    to be forgotten. `attempts` is how often was guessed, from `count` addresses.
    """

    kind: Kind
    count: int
    before: int
    at: datetime | None = None
    number: int | None = None
    attempts: int = 0


def noticed(session: Session, *, since: datetime, before: datetime) -> list[Noticed]:
    """Return what was noticed since a moment, and how much of it in the time from `before` until then."""
    return [
        _guesses(session, Kind.LOOK_UPS, Event.LOOK_UP_REFUSED, since, before),
        _guesses(session, Kind.SIGN_INS, Event.SIGN_IN_REFUSED, since, before),
        _ended(session, Kind.FORCED, Ending.FORCED, since, before),
        _ended(session, Kind.CLAIMED, Ending.CLAIMED, since, before),
        _displaced(session, Kind.STALE, Displaced.STALE, since, before),
        _displaced(session, Kind.UNPROVEN, Displaced.UNPROVEN, since, before),
        _failed(session, since, before),
    ]


def as_values(one: Noticed) -> dict[str, Any]:
    """Return something noticed as it is kept."""
    return {**asdict(one), "at": one.at and one.at.isoformat()}


def of_values(values: dict[str, Any]) -> Noticed:
    """Return something noticed that was kept."""
    at = values["at"] and datetime.fromisoformat(values["at"])
    return Noticed(**{**values, "kind": Kind(values["kind"]), "at": at})


def _guesses(session: Session, kind: Kind, event: Event, since: datetime, before: datetime) -> Noticed:
    """Count the addresses from which was guessed often on a day; what was repeated stands in one event."""
    times = func.sum(func.coalesce(AuditEvent.detail["repeated"].as_integer(), 1))
    rows = session.execute(
        select(AuditEvent.address, times, func.max(AuditEvent.at))
        .where(
            AuditEvent.code.is_not(None),
            AuditEvent.at >= before,
            AuditEvent.event == event.value,
            AuditEvent.address.is_not(None),
        )
        .group_by(AuditEvent.address, utc_day(session, AuditEvent.at))
        .having(times >= SEVERAL)
    ).all()
    now = [row for row in rows if row[2] >= since]
    return Noticed(
        kind,
        count=len({address for address, *_ in now}),
        before=len({address for address, _, at in rows if at < since}),
        at=max((at for *_, at in now), default=None),
        attempts=sum(count for _, count, _ in now),
    )


def _ended(session: Session, kind: Kind, how: Ending, since: datetime, before: datetime) -> Noticed:
    return _latest(
        session, kind, Activation.ended_at, Activation.id, Activation.ended_how == how.value, since, before
    )


def _displaced(session: Session, kind: Kind, how: Displaced, since: datetime, before: datetime) -> Noticed:
    at, number = FormerComputerId.at, FormerComputerId.activation_id
    return _latest(session, kind, at, number, FormerComputerId.how == how.value, since, before)


def _failed(session: Session, since: datetime, before: datetime) -> Noticed:
    """Count the mail that was given up, and of the last period only what can still be sent again."""
    at = OutboxMail.created_at
    given_up = and_(OutboxMail.next_try_at.is_(None), OutboxMail.delivered_at.is_(None))
    can_be_sent = (at < since) | OutboxMail.kept_until.is_not(None)
    return _latest(session, Kind.MAIL, at, OutboxMail.id, given_up & can_be_sent, since, before)


def _latest(
    session: Session,
    kind: Kind,
    at: InstrumentedAttribute[Any],
    number: InstrumentedAttribute[Any],
    condition: ColumnElement[bool],
    since: datetime,
    before: datetime,
) -> Noticed:
    is_now = at >= since
    counts = select(func.sum(case((is_now, 1), else_=0)), func.sum(case((is_now, 0), else_=1)))
    count, earlier = session.execute(counts.where(condition, at >= before)).one()
    if not count:
        return Noticed(kind, 0, earlier or 0)
    newest = select(at, number).where(condition, is_now).order_by(at.desc(), number.desc()).limit(1)
    last, which = session.execute(newest).one()
    return Noticed(kind, count, earlier, last, which)
