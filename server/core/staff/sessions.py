"""Where operators are signed in: kept in the database, so that each can be listed and ended."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.events import Event
from keyferry.server.core.models import Operator, OperatorSession

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
# A look at every page need not be a write.
_SEEN_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32
_DEVICE_LENGTH = 200


@dataclass(frozen=True)
class SignedIn:
    """A fresh session; `token` is what the browser or the console shows again, and is kept nowhere here."""

    token: str = field(repr=False)
    session: OperatorSession


def begin(session: Session, operator: Operator, *, by: By, device: str | None, now: datetime) -> SignedIn:
    """Open a session for an operator whose password fitted; `by.channel` is portal or console."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = OperatorSession(
        operator=operator,
        token_digest=_digest(token),
        channel=by.channel,
        address=by.address,
        device=device[:_DEVICE_LENGTH] if device else None,
        created_at=now,
        seen_at=now,
    )
    session.add(row)
    audit.record(session, event=Event.SIGNED_IN, by=by, now=now)
    return SignedIn(token, row)


def find(session: Session, token: str, *, now: datetime) -> OperatorSession:
    """Return the live session of a token; raises NotAllowed (signed_out)."""
    with_operator = joinedload(OperatorSession.operator, innerjoin=True)
    of_token = select(OperatorSession).where(OperatorSession.token_digest == _digest(token))
    row = session.scalar(of_token.options(with_operator))
    if row is None or not is_live(row, now):
        raise NotAllowed("You’re no longer signed in. Sign in again.", code="signed_out")
    return row


def whose(session: Session, token: str) -> Operator | None:
    """Return the operator of a session that is live or has ended, None where there was none."""
    row = session.scalar(select(OperatorSession).where(OperatorSession.token_digest == _digest(token)))
    return row.operator if row is not None else None


def is_live(row: OperatorSession, now: datetime) -> bool:
    """Return whether a session still counts: not ended, not idle for too long, and not too old.

    Where the clock was set back, those of later times would outlast all others: they don't count either.
    """
    in_time = abs(now - row.seen_at) < IDLE and abs(now - row.created_at) < LONGEST
    return row.ended_at is None and row.operator.disabled_at is None and in_time


def is_to_be_seen(row: OperatorSession, now: datetime) -> bool:
    """Return whether `see` has anything to write down."""
    return abs(now - row.seen_at) >= _SEEN_EVERY


def see(session: Session, row: OperatorSession, *, now: datetime) -> None:
    """Write down that a session is in use; one that ended meanwhile stays ended."""
    session.execute(
        update(OperatorSession)
        .where(OperatorSession.id == row.id, OperatorSession.ended_at.is_(None))
        .values(seen_at=now)
    )


def end(session: Session, row: OperatorSession, *, by: By, now: datetime) -> None:
    """End one session; nothing happens where that is so already."""
    ended = session.execute(
        update(OperatorSession)
        .where(OperatorSession.id == row.id, OperatorSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(OperatorSession.id)
    )
    if ended.scalar() is not None:
        audit.record(session, event=Event.SIGNED_OUT, by=by, detail={"operator": row.operator.name}, now=now)


def end_all(
    session: Session, operator: Operator, *, now: datetime, but: OperatorSession | None = None
) -> None:
    """Sign an operator out everywhere but in the session `but`, if any, and forget the devices."""
    ended = update(OperatorSession).where(
        OperatorSession.operator_id == operator.id, OperatorSession.ended_at.is_(None)
    )
    if but is not None:
        ended = ended.where(OperatorSession.id != but.id)
    session.execute(ended.values(ended_at=now))
    forgotten = update(Operator).where(Operator.id == operator.id)
    session.execute(forgotten.values(device_version=Operator.device_version + 1))


def live(session: Session, operator: Operator, *, now: datetime) -> Sequence[OperatorSession]:
    """Return the live sessions of an operator, the latest first."""
    wanted = select(OperatorSession).where(
        OperatorSession.operator_id == operator.id,
        OperatorSession.ended_at.is_(None),
        OperatorSession.seen_at.between(now - IDLE, now + IDLE),
        OperatorSession.created_at.between(now - LONGEST, now + LONGEST),
    )
    return session.scalars(wanted.order_by(OperatorSession.seen_at.desc())).all()


def last_seen(session: Session) -> dict[int, datetime]:
    """Return when each operator was last at work, by the operator's number; who never was is not in it."""
    latest = func.max(OperatorSession.seen_at)
    found = session.execute(select(OperatorSession.operator_id, latest).group_by(OperatorSession.operator_id))
    return dict(found.all())


def _digest(token: str) -> str:
    return hashlib.sha256(f"keyferry session v1\0{token}".encode(errors="replace")).hexdigest()
