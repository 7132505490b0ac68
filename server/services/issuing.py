"""Issuing licenses, for every face: one at once, or up to 100,000 in chunks between which others have a turn.

Whoever asked for a batch goes on with it, request by request, until it is done: nothing else has to run for
that. What was issued is counted in the database with each chunk, so nothing is lost or issued twice when a
server dies, a page is closed, or two go on with the same batch at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.customers import contacts
from keyferry.server.core.errors import Conflict
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.products import find_product
from keyferry.server.core.mail import issued as issued_mail
from keyferry.server.core.models import Batch, License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading, transaction
from keyferry.server.mail import links, outgoing
from keyferry.server.parts import parts
from keyferry.server.services.guard import guarded
from keyferry.server.services.permission import permitted

CHUNK = 500
CHUNK_SECONDS = 0.05
"""A chunk ends at so many licenses or seconds; whoever waits to activate is served before the next one."""
SPELL_SECONDS = 1.0
"""How long one request continues a batch."""
_PIECE = 1000

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """How far a batch, or an import, has come."""

    number: int
    wanted: int
    done: int
    is_new: bool = False

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be made."""
        return self.done >= self.wanted


@permitted(Permission.CHANGE_LICENSES)
def begin(wanted: Wanted, mark: str, *, by: By) -> Progress:
    """Create a batch and issue its first chunk; asked for again with the same mark, return the same batch.

    Raises NotFound (unknown_product), Conflict (mail_not_configured), Malformed (malformed_email), and what
    `core.licensing.batches.ask` raises.
    """
    if wanted.mails_keys:
        outgoing.require()
        contacts.require_deliverable(wanted.customer or "")
    now, keys = parts().clock(), batches.fresh_keys(min(wanted.count, CHUNK))
    with guarded(event=Event.ISSUE_REFUSED, by=by, now=now) as session:
        product = find_product(session, wanted.product)
        batch, is_new = batches.ask(session, mark, product, wanted, by=by, now=now)
        if is_new:
            _issue_more(session, batch, keys, by, now)
        return _progress(batch, is_new)


@permitted(Permission.CHANGE_LICENSES)
def go_on(number: int, *, by: By, seconds: float = SPELL_SECONDS) -> Progress:
    """Issue chunk after chunk until the batch is done or the time is up.

    Raises NotFound (unknown_batch) and Malformed (expiry_in_the_past).
    """
    with reading() as session:
        progress = _progress(batches.find(session, number))
    ends = time.monotonic() + seconds
    while not progress.is_done:
        keys = batches.fresh_keys(min(progress.wanted - progress.done, CHUNK))
        progress = _chunk(number, keys, by, parts().clock())
        if time.monotonic() >= ends:
            break
    return progress


@permitted(Permission.CHANGE_LICENSES)
def stop(number: int, *, by: By) -> bool:
    """Issue no more licenses of a batch; return whether any were left.

    Raises NotFound (unknown_batch).
    """
    now = parts().clock()
    with guarded(event=Event.CHANGE_REFUSED, by=by, now=now) as session:
        return batches.stop(session, batches.locked(session, number), by=by, now=now)


@permitted(Permission.CHANGE_LICENSES)
def mail_keys(number: int, recipient: str, *, by: By) -> None:
    """Send the keys of a batch that is done to an address.

    Raises NotFound (unknown_batch), Conflict (mail_not_configured, batch_unfinished) and Malformed
    (malformed_email).
    """
    outgoing.require()
    now = parts().clock()
    with guarded(event=Event.CHANGE_REFUSED, by=by, now=now) as session:
        batch = batches.find(session, number)
        if batch.done < batch.wanted or not batch.done:
            raise Conflict(
                "Not all of these licenses are issued yet. Continue first, then send the keys.",
                code="batch_unfinished",
            )
        _post(session, batch, recipient, by, now)


@permitted(Permission.SEE_LICENSES)
def export(number: int, *, by: By, show: Callable[[License], T]) -> Iterator[list[T]]:
    """Return what `show` makes of each license of a batch, piece by piece, and record who exported the keys.

    Raises NotFound (unknown_batch).
    """
    with transaction() as session:
        batch, now = batches.find(session, number), parts().clock()
        detail = {"batch": number, "licenses": batch.done}
        audit.record(session, event=Event.LICENSES_EXPORTED, by=by, detail=detail, now=now)
    return issued(number, by=by, show=show)


@permitted(Permission.SEE_LICENSES)
def issued(number: int, *, by: By, show: Callable[[License], T]) -> Iterator[list[T]]:
    """Return what `show` makes of each license of a batch, piece by piece; nothing is recorded."""
    after = 0
    while True:
        # Whoever reads slowly keeps no transaction open.
        with reading() as session:
            found: Sequence[License] = batches.licenses_of(session, number, after=after, most=_PIECE)
            shown = [show(license) for license in found]
        if not found:
            return
        yield shown
        after = found[-1].id


def _chunk(number: int, keys: list[str], by: By, now: datetime) -> Progress:
    with guarded(event=Event.ISSUE_REFUSED, by=by, now=now) as session:
        batch = batches.locked(session, number)
        if batch.done < batch.wanted:
            _issue_more(session, batch, keys, by, now)
        return _progress(batch)


def _issue_more(session: Session, batch: Batch, keys: list[str], by: By, now: datetime) -> None:
    """Issue licenses of a batch; with the last one, the email goes out that was asked for."""
    batches.go_on(session, batch, keys, by=by, now=now, until=_time_is_up())
    if batch.done == batch.wanted and batch.mails_keys and batch.customer is not None:
        session.flush()
        _post(session, batch, batch.customer.email, by, now)


def _post(session: Session, batch: Batch, recipient: str, by: By, now: datetime) -> None:
    address, keyring = links.self_help(parts().settings), parts().keyring
    issued_mail.post(session, batch, recipient, self_help=address, keyring=keyring, by=by, now=now)


def _time_is_up() -> Callable[[], bool]:
    ends = time.monotonic() + CHUNK_SECONDS
    return lambda: time.monotonic() >= ends


def _progress(batch: Batch, is_new: bool = False) -> Progress:
    return Progress(batch.id, batch.wanted, batch.done, is_new)
