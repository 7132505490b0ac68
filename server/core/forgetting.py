"""Network addresses are forgotten after a time that the vendor sets: in the audit, and of who signed in.

Each table is gone through once, by the IDs of its rows, and a row of `addresses_forgotten` says how far. So
no index is needed that every activation would have to write. Whatever was written before a row that is old
enough is old enough, too, even if the clock was wrong for a while and gave it a later time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from keyferry.server.core import properties
from keyferry.server.core.models import AddressesForgotten, AuditEvent, OperatorSession

AT_ONCE = 500
_PATIENCE = timedelta(days=1)

_Place = type[AuditEvent] | type[OperatorSession]
# The time of a row, and the columns that are forgotten. The name of a browser can identify a person, too.
_PLACES: dict[_Place, tuple[InstrumentedAttribute[datetime], tuple[str, ...]]] = {
    AuditEvent: (AuditEvent.at, ("address",)),
    OperatorSession: (OperatorSession.created_at, ("address", "device")),
}


def forget(session: Session, now: datetime) -> bool:
    """Forget the addresses of some rows that are old enough; return whether more are left."""
    before = _before(session, now)
    if before is None:
        return False
    left = [_forget(session, place, before) for place in _PLACES]
    return any(left)


def is_due(session: Session, now: datetime) -> bool:
    """Return whether `forget` has anything to do."""
    before = _before(session, now)
    return before is not None and any(_is_left(session, place, before) for place in _PLACES)


def is_late(session: Session, now: datetime) -> bool:
    """Return whether addresses should have been forgotten more than a day ago."""
    return is_due(session, now - _PATIENCE)


def _before(session: Session, now: datetime) -> datetime | None:
    days: int = properties.read(session)[properties.FORGET_ADDRESSES]
    return now - timedelta(days=days) if days else None


def _is_left(session: Session, place: _Place, before: datetime) -> bool:
    return _newest(session, place, before) > session.get_one(AddressesForgotten, place.__tablename__).up_to


def _newest(session: Session, place: _Place, before: datetime) -> int:
    """Return the ID of the newest row from before then; the index of the times leads to it."""
    at, _ = _PLACES[place]
    return (
        session.scalar(select(place.id).where(at < before).order_by(at.desc(), place.id.desc()).limit(1)) or 0
    )


def _forget(session: Session, place: _Place, before: datetime) -> bool:
    # Locked, so that of two workers the second goes on where the first ends.
    state = session.get_one(AddressesForgotten, place.__tablename__, with_for_update=True)
    newest = _newest(session, place, before)
    if newest <= state.up_to:
        return False
    last = min(newest, state.up_to + AT_ONCE)
    _, names = _PLACES[place]
    known = or_(*(getattr(place, name).is_not(None) for name in names))
    forgotten = update(place).where(place.id > state.up_to, place.id <= last, known)
    session.execute(forgotten.values(dict.fromkeys(names)).execution_options(synchronize_session=False))
    state.up_to = last
    return last < newest
