"""The list of mails by state and recipient: what waits, what was given up, and what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from keyferry.server.core import lists
from keyferry.server.core.customers.contacts import as_in_an_address
from keyferry.server.core.filters import Filter, Listing, Stretch
from keyferry.server.core.mail.delivery import WAITS
from keyferry.server.core.mail.outbox import is_kept
from keyferry.server.core.models import OutboxMail
from keyferry.server.core.pages import PAGE_SIZE, Beside, Page, Sort, holds_exactly


class State(StrEnum):
    """Which mails: those that wait, those that failed and are still kept, both, or all of them."""

    UNSENT = "unsent"
    WAITING = "waiting"
    FAILED = "failed"
    ANY = "any"


@dataclass(frozen=True)
class Wanted:
    """Which mails, by the recipient's address (see `lists.searched`) and state."""

    search: str = ""
    state: State = State.UNSENT


def mails(
    session: Session,
    wanted: Wanted,
    *,
    now: datetime,
    number: int = 1,
    size: int = PAGE_SIZE,
    beside: Beside | None = None,
) -> Page[OutboxMail]:
    """Return a page of mails, the latest first."""

    def page(filters: Sequence[Filter]) -> Page[OutboxMail]:
        numbers, key = select(OutboxMail.id), OutboxMail.id
        every = (*filters, *_of_state(wanted.state, now))
        listing = Listing(numbers, Sort(key), [Stretch(numbers, (key,))], every)
        return lists.listed(session, select(OutboxMail), listing, number=number, size=size, beside=beside)

    return lists.searched(wanted.search, page, _of_recipient)


def before(
    session: Session, wanted: Wanted, number: int | None, size: int, *, now: datetime
) -> Sequence[OutboxMail]:
    """Return those of a state below a number, the latest first, from the first one without it."""
    conditions = [one.condition for one in _of_state(wanted.state, now)]
    if number is not None:
        conditions.append(OutboxMail.id < number)
    rows = select(OutboxMail).where(*conditions).order_by(OutboxMail.id.desc()).limit(size)
    return session.scalars(rows).all()


def _of_state(state: State, now: datetime) -> list[Filter]:
    if state is State.ANY:
        return []
    numbers, kept = select(OutboxMail.id), is_kept(now)
    if state is State.WAITING:
        return [Filter(OutboxMail.next_try_at.is_not(None), numbers.where(WAITS))]
    if state is State.FAILED:
        return [Filter(kept, numbers.where(kept))]
    either = union_all(numbers.where(WAITS), numbers.where(kept))
    return [Filter(OutboxMail.next_try_at.is_not(None) | kept, either)]


def _of_recipient(text: str, *, anywhere: bool) -> Filter:
    address, recipient = as_in_an_address(text), OutboxMail.recipient
    found = holds_exactly(recipient, address) if anywhere else recipient.startswith(address, autoescape=True)
    return Filter(found, cost=3)
