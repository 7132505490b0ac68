"""What staff change about customers, for every face."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from keyferry.server.core import audit, versions
from keyferry.server.core.audit import By
from keyferry.server.core.customers import listing, records
from keyferry.server.core.customers.listing import Listed, Wanted
from keyferry.server.core.events import Event
from keyferry.server.core.mail import delivery, mails, outbox
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.mail import outgoing
from keyferry.server.parts import parts
from keyferry.server.services.changing import changing
from keyferry.server.services.permission import permitted

R = TypeVar("R")
_PIECE = 500


@permitted(Permission.CHANGE_CUSTOMERS)
def edit(number: int, *, email: str, name: str, notes: str, version: str, by: By) -> bool:
    """Change address, name and notes; returns whether it was not so before.

    Raises Conflict (changed_meanwhile) and what `core.customers.records.edit` raises.
    """
    with changing(by) as (session, now):
        found = records.with_id(session, number, lock=True)
        versions.require(version, records.version(found))
        return records.edit(session, found, email=email, name=name, notes=notes, by=by, now=now)


@permitted(Permission.ACTIVATE)
def mail_keys(number: int, *, by: By) -> str | None:
    """Have the worker mail a customer what they hold then; returns why that waits, where it does.

    Raises Conflict (mail_not_configured) and NotFound (unknown_customer).
    """
    outgoing.require()
    with changing(by) as (session, now):
        mail = mails.license_keys_asked_for(records.with_id(session, number).email)
        outbox.post(session, mail, keyring=parts().keyring, by=by, now=now)
        detail = {"customer": number}
        audit.record(session, event=Event.LICENSE_KEYS_ASKED_FOR, by=by, now=now, detail=detail)
        return delivery.obstacle(session, now)


@permitted(Permission.CHANGE_CUSTOMERS)
def merge(number: int, into: str, *, by: By) -> tuple[int, int]:
    """Give all of a customer to that of another address; returns its number, and how many licenses moved.

    Raises what `core.customers.records.lock_pair` raises.
    """
    with changing(by) as (session, now):
        gone, kept = records.lock_pair(session, number, into)
        return kept.id, records.merge(session, gone, kept, by=by, now=now)


@permitted(Permission.CHANGE_CUSTOMERS)
def delete(number: int, *, by: By) -> None:
    """Delete a customer; the licenses stay."""
    with changing(by) as (session, now):
        records.delete(session, records.with_id(session, number, lock=True), by=by, now=now)


@permitted(Permission.SEE_LICENSES)
def export(wanted: Wanted, *, by: By, show: Callable[[Listed], R]) -> Iterator[Sequence[R]]:
    """Return all customers of a list in pieces, and write down how many were asked for."""
    with changing(by) as (session, now):
        found = listing.customers(session, wanted, now=now, size=1)
        # How many, but not by what they were searched: that may be a name.
        detail = {"customers": found.total, "more": found.more}
        audit.record(session, event=Event.CUSTOMERS_EXPORTED, by=by, now=now, detail=detail)
    return _pieces(wanted, now, show)


def _pieces(wanted: Wanted, now: datetime, show: Callable[[Listed], R]) -> Iterator[Sequence[R]]:
    after: int | None = 0
    while after is not None:
        with reading() as session:
            found, after = listing.in_pieces(session, wanted, now=now, after=after, size=_PIECE)
            shown = [show(one) for one in found]
        yield shown
