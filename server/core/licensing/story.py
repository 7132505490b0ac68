"""What the page of a license tells beside it: who issued it, its computers, and the last mail of a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.server.core.events import Event
from keyferry.server.core.licensing import computers
from keyferry.server.core.licensing.computers import State, Wanted
from keyferry.server.core.mail import templates
from keyferry.server.core.models import Activation, AuditEvent, License, OutboxMail
from keyferry.server.core.pages import Page

MOST_COMPUTERS = 50
"""How many computers a license's page shows of those that hold a seat, and of those that held one."""
MOST_EVENTS = 100
"""How many of its latest events are shown of a license."""
_KEY_MAILS = (templates.LICENSE_KEYS, templates.COMPUTER_KEY)


@dataclass(frozen=True)
class Story:
    """What is told of a license; `names` are those of the computers that its events are about."""

    live: Page[Activation]
    over: Page[Activation]
    issued: AuditEvent | None
    mail: OutboxMail | None
    names: Mapping[int, str | None]


def of(session: Session, license: License, events: Page[AuditEvent]) -> Story:
    """Return what is told of a license with these events."""
    live, over = (_computers(session, license, state) for state in (State.ACTIVE, None))
    numbers = {event.activation_id for event in events.rows if event.activation_id is not None}
    rows = select(Activation.id, Activation.computer_name).where(Activation.id.in_(numbers))
    names = {row.id: row.computer_name for row in session.execute(rows)}
    return Story(live, over, _issued(session, license), _latest_mail(session, license), names)


def _computers(session: Session, license: License, state: State | None) -> Page[Activation]:
    wanted = Wanted(state=state, license=license.id, is_over=state is None)
    return computers.computers(session, wanted, size=MOST_COMPUTERS)


def _issued(session: Session, license: License) -> AuditEvent | None:
    issued = select(AuditEvent).where(AuditEvent.license_id == license.id)
    first = session.scalars(issued.order_by(AuditEvent.id).limit(1)).first()
    return first if first is not None and first.event == Event.LICENSE_ISSUED else None


def _latest_mail(session: Session, license: License) -> OutboxMail | None:
    mails = select(OutboxMail).where(
        OutboxMail.license_id == license.id, OutboxMail.template.in_(_KEY_MAILS), OutboxMail.recipient != ""
    )
    return session.scalars(mails.order_by(OutboxMail.id.desc()).limit(1)).first()
