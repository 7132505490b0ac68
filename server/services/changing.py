"""The transaction of a change by staff; what is refused in it is one event, whatever was to be changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from keyferry.server.core.audit import By
from keyferry.server.core.events import Event
from keyferry.server.parts import parts
from keyferry.server.services.guard import guarded


@contextmanager
def changing(by: By) -> Iterator[tuple[Session, datetime]]:
    """Yield an open transaction and the time of the change."""
    now = parts().clock()
    with guarded(event=Event.CHANGE_REFUSED, by=by, now=now) as session:
        yield session, now
