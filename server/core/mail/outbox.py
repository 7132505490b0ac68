"""Mail that waits: committed with the operation that it is about, sent by a worker, wiped when done with.

A worker *takes* a mail for the length of a lease. What it reports counts only while nobody else has taken the
mail since, so a worker that was asleep for too long cannot overwrite what came after. The number of tries is
counted when a mail is taken: a worker that dies over a mail has used one up. What is given up is kept sealed
for a while, since the fault may be in the settings: staff can send it again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, literal, or_, select, update
from sqlalchemy.orm import Session

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Conflict
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.mail.letters import Block, Part
from keyferry.server.core.mail.mails import Attachment, Mail
from keyferry.server.core.models import Activation, License, OutboxMail
from keyferry.server.core.sealed import Place
from keyferry.server.core.secrets import Keyring

LEASE = timedelta(minutes=15)
MAX_TRIES = 12
GIVE_UP_AFTER = timedelta(days=2)
KEPT = timedelta(days=14)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_TROUBLE_LENGTH = 200
_TIME = OutboxMail.due_at.type


@dataclass(frozen=True)
class Taken:
    """A mail that one worker may send until its lease ends; `tries` counts this one."""

    id: int
    template: str
    created_at: datetime
    due_at: datetime
    tries: int
    recipient: str = field(repr=False)
    sealed: str = field(repr=False)
    license_id: int | None = None


def post(
    session: Session,
    mail: Mail,
    *,
    keyring: Keyring,
    by: By,
    now: datetime,
    license: License | None = None,
    activation: Activation | None = None,
) -> OutboxMail:
    """Put a mail into the outbox: it goes out if, and only if, the caller's transaction is committed."""
    if license is None and activation is not None:
        license = activation.license
    row = OutboxMail(
        created_at=now,
        due_at=now,
        template=mail.template,
        recipient=mail.recipient,
        license_id=license.id if license else None,
        activation_id=activation.id if activation else None,
        channel=by.channel,
        who=by.who,
        tries=0,
        next_try_at=now,
    )
    session.add(row)
    # The text is sealed for this row, so the row needs its number first.
    session.flush()
    row.sealed_text = keyring.seal(_packed(mail), _context(row.id, row.recipient))
    return row


def is_due(session: Session, now: datetime) -> bool:
    """Return whether there may be a mail to take; asks without a lock."""
    return session.scalar(select(OutboxMail.id).where(OutboxMail.next_try_at <= now).limit(1)) is not None


def take(session: Session, now: datetime) -> Taken | None:
    """Claim the mail that is due longest, for the length of the lease; None where there is none.

    What was begun as often as may be, and whose worker never came back, is given up here.
    """
    while (row := session.scalar(_due(now))) is not None:
        if row.tries < MAX_TRIES and row.sealed_text is not None:
            row.tries += 1
            row.next_try_at = now + LEASE
            return Taken(
                row.id,
                row.template,
                row.created_at,
                row.due_at,
                row.tries,
                row.recipient,
                row.sealed_text,
                row.license_id,
            )
        _give_up(session, row, "Sending it was started several times and never finished.", now)
        session.flush()
    return None


def opened(taken: Taken, keyring: Keyring) -> Mail:
    """Return what is to be sent; raises SecretUnreadable (missing_master_key, wrong_master_key)."""
    content = json.loads(keyring.open(taken.sealed, _context(taken.id, taken.recipient)))
    files = tuple(Attachment(**one) for one in content["files"])
    blocks = tuple(_block(one) for one in content["blocks"])
    said = content["subject"], content["text"]
    return Mail(taken.template, taken.recipient, *said, files, blocks, content["language"])


def delivered(session: Session, taken: Taken, now: datetime) -> bool:
    """Write down that a mail was handed over, and wipe its text; False where somebody else took it since."""
    row = _still_taken(session, taken)
    if row is None:
        return False
    row.delivered_at = now
    row.sealed_text = row.next_try_at = row.trouble = None
    _record(session, Event.MAIL_SENT, row, _poster(row), now)
    return True


def dropped(session: Session, taken: Taken) -> None:
    """Forget a mail that turned out to be for nobody, with the address that somebody typed."""
    row = _still_taken(session, taken)
    if row is not None:
        session.delete(row)


def failed(
    session: Session, taken: Taken, trouble: str, now: datetime, *, for_good: bool = False
) -> datetime | None:
    """Write down why a mail was not handed over; returns when it is tried again, None if never.

    `trouble` is kept: words of ours, and never any text of the mail or of the mail server.
    """
    row = _still_taken(session, taken)
    if row is None:
        return None
    again = now + min(_FIRST_PAUSE * (1 << (row.tries - 1)), _LONGEST_PAUSE)
    if for_good or row.tries >= MAX_TRIES or again > row.due_at + GIVE_UP_AFTER:
        _give_up(session, row, trouble, now)
        return None
    row.trouble, row.next_try_at = trouble[:_TROUBLE_LENGTH], again
    return again


def is_kept(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a mail was given up and can be sent again."""
    return OutboxMail.kept_until > now


def send_again(session: Session, number: int, *, by: By, now: datetime) -> None:
    """Have a mail that was given up tried anew; raises Conflict (mail_not_kept)."""
    kept = select(OutboxMail).where(OutboxMail.id == number, is_kept(now)).with_for_update()
    row = session.scalar(kept)
    if row is None:
        raise Conflict(
            "This email can’t be sent again: it was already sent or is waiting, its recipient was "
            "deleted, or delivery failed more than {days} days ago. To send a new one, open the license.",
            code="mail_not_kept",
            days=KEPT.days,
        )
    _queue_again(session, row, by, now)


def send_all_again(session: Session, *, by: By, now: datetime) -> int:
    """Have all mails that were given up and are still kept tried anew; returns how many."""
    kept = select(OutboxMail).where(is_kept(now)).order_by(OutboxMail.id).with_for_update()
    rows = session.scalars(kept).all()
    for row in rows:
        _queue_again(session, row, by, now)
    return len(rows)


def wipe_kept(session: Session, now: datetime) -> None:
    """Wipe what was given up and not sent again for as long as it is kept."""
    over = update(OutboxMail).where(OutboxMail.kept_until <= now).values(sealed_text=None, kept_until=None)
    session.execute(over.execution_options(synchronize_session=False))


def bring_forward(session: Session, now: datetime) -> None:
    """Send mail now that was posted before the clock was set back, instead of when its time comes again.

    Mail that a worker may be sending is left to it until its lease ends.
    """
    is_later = or_(OutboxMail.due_at > now + LEASE, OutboxMail.next_try_at > now + _LONGEST_PAUSE + LEASE)
    waits = update(OutboxMail).where(is_later, OutboxMail.next_try_at > now + LEASE)
    present, after_lease = literal(now, _TIME), literal(now + LEASE, _TIME)
    is_new = OutboxMail.tries == 0
    again = waits.values(
        next_try_at=case((is_new, present), else_=after_lease),
        due_at=case((is_new, present), else_=OutboxMail.due_at),
    )
    session.execute(again.execution_options(synchronize_session=False))


def _packed(mail: Mail) -> bytes:
    content = {
        "subject": mail.subject,
        "text": mail.text,
        "files": [asdict(one) for one in mail.attachments],
        "blocks": [asdict(one) for one in mail.blocks],
        "language": mail.language,
    }
    return json.dumps(content).encode()


def _block(packed: dict[str, Any]) -> Block:
    return Block(packed["kind"], tuple(Part(**one) for one in packed["parts"]))


def _due(now: datetime) -> Select[OutboxMail]:
    wanted = select(OutboxMail).where(OutboxMail.next_try_at <= now)
    ordered = wanted.order_by(OutboxMail.next_try_at, OutboxMail.id).limit(1)
    # PostgreSQL passes by what another worker takes; on SQLite only one transaction writes at a time.
    return ordered.with_for_update(skip_locked=True)


def _still_taken(session: Session, taken: Taken) -> OutboxMail | None:
    wanted = select(OutboxMail).where(
        OutboxMail.id == taken.id,
        OutboxMail.tries == taken.tries,
        # The tries of a mail that is sent again begin anew.
        OutboxMail.due_at == taken.due_at,
        OutboxMail.next_try_at.is_not(None),
    )
    return session.scalar(wanted.with_for_update())


def _give_up(session: Session, row: OutboxMail, trouble: str, now: datetime) -> None:
    row.trouble, row.next_try_at = trouble[:_TROUBLE_LENGTH], None
    row.kept_until = now + KEPT if row.sealed_text is not None else None
    _record(session, Event.MAIL_GIVEN_UP, row, _poster(row), now)


def _queue_again(session: Session, row: OutboxMail, by: By, now: datetime) -> None:
    row.tries, row.due_at, row.next_try_at = 0, now, now
    row.kept_until = row.trouble = None
    _record(session, Event.MAIL_QUEUED_AGAIN, row, by, now)


def _poster(row: OutboxMail) -> By:
    return By(Channel.of(row.channel), row.who)


def _record(session: Session, event: Event, row: OutboxMail, by: By, now: datetime) -> None:
    audit.record(
        session,
        event=event,
        by=by,
        now=now,
        license=session.get(License, row.license_id) if row.license_id else None,
        activation=session.get(Activation, row.activation_id) if row.activation_id else None,
        detail={"mail": row.id, "template": row.template, "tries": row.tries},
    )


def _context(number: int, recipient: str) -> str:
    return f"outbox mail {number} to {recipient}"


SEALED = Place(OutboxMail, "sealed_text", lambda row: _context(row.id, row.recipient))
