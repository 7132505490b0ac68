"""Whether mail goes out: what the workers write down about it, and what may be promised of new mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from keyferry.server.core.models import MailDelivery, OutboxMail

LATE = timedelta(minutes=15)
# Mail that waits. With "IS NOT NULL", SQLite wouldn't find it by the index among all that was ever sent.
WAITS = OutboxMail.next_try_at > datetime(2000, 1, 1, tzinfo=UTC)
# A worker runs only where a mail server is set; cron may have it run as seldom as once a day.
_LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Late:
    """Mail that waits for too long: how many, since when the first of them, and why."""

    count: int
    since: datetime
    cause: str


@dataclass(frozen=True)
class Queue:
    """All mail that waits: how many, since when the first of them, and when a worker last looked for mail."""

    count: int
    since: datetime | None
    looked_at: datetime | None


def queue(session: Session) -> Queue:
    """Return all mail that waits, however short a time."""
    waits = select(func.count(), func.min(OutboxMail.due_at)).where(WAITS)
    count, since = session.execute(waits).one()
    return Queue(count, since, _state(session).looked_at)


def looked(session: Session, now: datetime) -> None:
    """Write down that a worker looks for mail."""
    session.execute(update(MailDelivery).values(looked_at=now))


def stopped(session: Session, trouble: str) -> None:
    """Write down what stops not only the mail that was tried."""
    _set_trouble(session, trouble)


def went_through(session: Session) -> None:
    """Write down that a mail was handed over: nothing stops them all."""
    _set_trouble(session, None)


def worker_runs(session: Session, now: datetime) -> bool:
    """Return whether a worker has looked for mail within a day, so that one has a mail server."""
    return has_looked(session, now, _LATELY)


def has_looked(session: Session, now: datetime, lately: timedelta) -> bool:
    """Return whether a worker has looked for mail within this time."""
    looked_at = _state(session).looked_at
    # Where the clock was set back, a later time says nothing of the worker.
    return looked_at is not None and abs(now - looked_at) < lately


def obstacle(session: Session, now: datetime, after: timedelta = LATE) -> str | None:
    """Return why a mail that is posted now would wait, None where it goes out at once.

    `after` is how long mail may wait, and a worker stay away.
    """
    state = _state(session)
    if state.looked_at is None:
        return "No worker has checked for email yet. Start `keyferry worker`."
    if abs(now - state.looked_at) > after:
        since = f"{state.looked_at:%Y-%m-%d %H:%M} UTC"
        return f"No worker has checked for email since {since}. Start `keyferry worker`."
    # One that was over before any mail was late may be over by now.
    return state.trouble if state.trouble and _first_late(session, now - after) else None


def late(session: Session, now: datetime, after: timedelta = LATE) -> Late | None:
    """Return the mail that has waited for too long, None where there is none."""
    first = _first_late(session, now - after)
    if first is None:
        return None
    waits = select(func.count()).select_from(OutboxMail).where(WAITS)
    cause = obstacle(session, now, after) or first.trouble or "The worker hasn’t gotten to it yet."
    return Late(session.scalars(waits.where(OutboxMail.due_at <= now - after)).one(), first.due_at, cause)


def _first_late(session: Session, since: datetime) -> OutboxMail | None:
    waits = select(OutboxMail).where(WAITS, OutboxMail.due_at <= since)
    return session.scalar(waits.order_by(OutboxMail.due_at, OutboxMail.id).limit(1))


def _state(session: Session) -> MailDelivery:
    return session.scalars(select(MailDelivery)).one()


def _set_trouble(session: Session, trouble: str | None) -> None:
    changed = update(MailDelivery).where(MailDelivery.trouble.is_distinct_from(trouble))
    session.execute(changed.values(trouble=trouble))
