"""Computers: any activation by the computer's name or ID, and what holds for it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from keyferry.protocol.claims import has_ended
from keyferry.server.core import lists
from keyferry.server.core.errors import NotFound
from keyferry.server.core.filters import Filter, Listing, Stretch
from keyferry.server.core.licensing import copies, demo_machine, search
from keyferry.server.core.licensing.licenses import Standing, standing
from keyferry.server.core.licensing.product_numbers import number_of
from keyferry.server.core.licensing.products import find_epoch
from keyferry.server.core.models import (
    Activation,
    AuditEvent,
    Customer,
    Ending,
    FormerActivationKey,
    FormerComputerId,
    License,
)
from keyferry.server.core.models.ordered import Unindexed
from keyferry.server.core.pages import PAGE_SIZE, Beside, Page, Sort, asked, visible

_MOST_OTHERS = 50
_ACTIVATED_AT = (Activation.activated_at, Unindexed(Activation.activated_at))


class State(StrEnum):
    """Whether an activation holds a seat, gave it back, or handed it to a newer computer ID."""

    ACTIVE = "active"
    RELEASED = "released"
    SUPERSEDED = "superseded"


class Situation(StrEnum):
    """What a person on the telephone is to hear about an activation."""

    RUNS = "runs"
    KEY_ENDED = "key_ended"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    RETIRED = "retired"
    FORMER_KEY = "former_key"
    RELEASED = "released"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Wanted:
    """Which computers: by name or computer ID, with dashes or without (see `lists.searched`).

    Of one license or customer (by its number) or product (by its code); that came on one channel; in a state,
    with `is_over` in any in which no seat is held, or `forced`, where the seat was freed without a code;
    activated at `since` or later.
    """

    search: str = ""
    state: State | None = None
    license: int | None = None
    customer: int | None = None
    product: str = ""
    channel: str = ""
    since: datetime | None = None
    is_over: bool = False
    forced: bool = False


@dataclass(frozen=True)
class Computer:
    """One activation, how it stands, and what else is known of the same machine.

    `successor` took its seat over, `newest` is the latest on the license, None where that is it;
    `ended_channel` is the channel on which it was released, `copies` are times that one may have come.
    """

    activation: Activation
    situation: Situation
    successor: Activation | None
    newest: Activation | None
    ended_channel: str | None
    others: Sequence[Activation]
    copies: Sequence[FormerComputerId]


def computers(
    session: Session,
    wanted: Wanted,
    *,
    number: int = 1,
    size: int = PAGE_SIZE,
    beside: Beside | None = None,
) -> Page[Activation]:
    """Return a page of activations with their licenses, products and customers, the latest first."""
    of_license = joinedload(Activation.license, innerjoin=True)
    rows = select(Activation).options(
        of_license.joinedload(License.product, innerjoin=True), of_license.joinedload(License.customer)
    )
    filters = _filters(session, wanted)
    numbers, key = select(Activation.id), Activation.id
    without = demo_machine.former_computers(session)

    def page(of_search: Sequence[Filter]) -> Page[Activation]:
        stretches = [Stretch(numbers, (key,))]
        listing = Listing(numbers, Sort(key), stretches, (*of_search, *filters), without)
        return lists.listed(session, rows, listing, number=number, size=size, beside=beside)

    return lists.searched(wanted.search, page, partial(search.computers, session))


def before(session: Session, wanted: Wanted, number: int | None, size: int) -> Sequence[Activation]:
    """Return those below a number in the list, the latest first, from the first one without it.

    Their table is taken in pieces: a search finds what begins with its text, or with a * what holds it.
    """
    text, anywhere = asked(wanted.search)
    filters = _filters(session, wanted)
    if text:
        filters.append(search.computers(session, text, anywhere=anywhere))
    of_license = joinedload(Activation.license, innerjoin=True)
    rows = select(Activation).options(
        of_license.joinedload(License.product, innerjoin=True), of_license.joinedload(License.customer)
    )
    conditions = [one.in_a_walk for one in filters]
    if number is not None:
        conditions.append(Activation.id < number)
    return session.scalars(rows.where(*conditions).order_by(Activation.id.desc()).limit(size)).all()


def counts(session: Session) -> dict[str, int]:
    """Return how many computers there are of each kind that has a view of its own.

    Each is counted up to `lists.MOST`; one more than that means more.
    """
    kinds = {
        "": Filter(true(), select(Activation.id)),
        **{state.value: _stands(state) for state in State},
        "forced": _ended([Ending.FORCED.value]),
    }
    return {kind: _count(session, one) for kind, one in kinds.items()}


def _count(session: Session, one: Filter) -> int:
    if one.numbers is None:
        raise ValueError("only what has an index is counted")
    few = one.numbers.limit(lists.MOST + 1).subquery()
    return session.scalars(select(func.count()).select_from(few)).one()


def with_id(session: Session, number: int) -> Activation:
    """Return an activation by the number that addresses name; raises NotFound (unknown_computer)."""
    activation = session.get(Activation, number)
    if activation is None:
        raise NotFound(
            "There’s no such computer. Search for its name or computer ID.",
            code="unknown_computer",
        )
    return activation


def described(session: Session, activation: Activation, now: datetime) -> Computer:
    """Return what holds for an activation, and why."""
    newest = _newest(session, activation)
    return Computer(
        activation,
        situation_of(activation, now),
        session.get(Activation, activation.replaced_by) if activation.replaced_by else None,
        None if newest.id == activation.id else newest,
        _ended_channel(session, activation),
        _others(session, activation),
        copies.of_machine(session, activation),
    )


def state_of(activation: Activation) -> State:
    """Return whether an activation holds its seat."""
    if activation.ended_at is None:
        return State.ACTIVE
    return State.SUPERSEDED if activation.ended_how == Ending.SUPERSEDED else State.RELEASED


def situation_of(activation: Activation, now: datetime) -> Situation:
    """Return what a customer has to know first."""
    state, license = state_of(activation), activation.license
    if state is not State.ACTIVE:
        return Situation(state.value)
    if standing(license, now) is not Standing.ACTIVE:
        return Situation(standing(license, now).value)
    if find_epoch(license.product, activation.epoch, retired_too=True).retired_at is not None:
        return Situation.RETIRED
    if _is_of_former_key(activation):
        return Situation.FORMER_KEY
    if activation.expires_on is not None and has_ended(activation.expires_on, now):
        return Situation.KEY_ENDED
    return Situation.RUNS


def activation_key_of(session: Session, activation: Activation) -> str:
    """Return the activation key that the computer ID was made with, a former one where that was replaced."""
    if not _is_of_former_key(activation):
        return activation.license.activation_key
    former = (
        select(FormerActivationKey.activation_key)
        .where(
            FormerActivationKey.license_id == activation.license_id,
            FormerActivationKey.replaced_at > activation.computer_id_since,
        )
        .order_by(FormerActivationKey.replaced_at)
        .limit(1)
    )
    return session.scalars(former).one()


def live_of_customer(session: Session, customer: Customer, *, most: int) -> Sequence[Activation]:
    """Return computers that hold a seat on the latest licenses of a customer, the latest of each first."""
    held = select(Activation).join(Activation.license).where(License.customer_id == customer.id)
    live = held.where(Activation.ended_at.is_(None)).order_by(License.id.desc(), Activation.id.desc())
    of_license = contains_eager(Activation.license).joinedload(License.product)
    return session.scalars(live.limit(most).options(of_license)).all()


def _filters(session: Session, wanted: Wanted) -> list[Filter]:
    filters, numbers = [], select(Activation.id)
    if wanted.license is not None:
        of_license = Activation.license_id == wanted.license
        walked = Unindexed(Activation.license_id) == wanted.license
        filters.append(Filter(of_license, numbers.where(of_license), walked))
    if wanted.customer is not None:
        theirs = License.customer_id == wanted.customer
        held = numbers.join(License, Activation.license_id == Unindexed(License.id)).where(theirs)
        filters.append(Filter(_of_license(theirs), held))
    if wanted.state is not None:
        filters.append(_stands(wanted.state))
    if wanted.is_over:
        filters.append(_ended([how.value for how in Ending]))
    if wanted.forced:
        filters.append(_ended([Ending.FORCED.value]))
    if code := visible(wanted.product):
        # No index has the computers of a product.
        filters.append(Filter(_of_license(License.product_number == number_of(session, code))))
    if wanted.since is not None:
        recent, walked = (at >= wanted.since for at in _ACTIVATED_AT)
        filters.append(Filter(recent, numbers.where(recent), walked))
    if wanted.channel:
        filters.append(Filter(Activation.channel == wanted.channel))
    return filters


def _of_license(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that holds for the license of an activation, which is looked at one by one."""
    own = select(License.id).where(License.id == Activation.license_id, condition)
    return own.correlate(Activation).limit(1).scalar_subquery().is_not(None)


def _stands(state: State) -> Filter:
    if state is State.ACTIVE:
        # As the index of live machines says it.
        live = Activation.ended_at.is_(None)
        return Filter(live, select(Activation.id).where(live))
    superseded = Ending.SUPERSEDED.value
    return _ended(
        [superseded] if state is State.SUPERSEDED else [how.value for how in Ending if how != superseded]
    )


def _ended(hows: Sequence[str]) -> Filter:
    ended, walked = Activation.ended_how.in_(hows), Unindexed(Activation.ended_how).in_(hows)
    return Filter(ended, select(Activation.id).where(ended), walked)


def _is_of_former_key(activation: Activation) -> bool:
    replaced = activation.license.key_replaced_at
    return replaced is not None and activation.computer_id_since < replaced


def _newest(session: Session, activation: Activation) -> Activation:
    same = select(Activation).where(
        Activation.license_id == activation.license_id, Activation.fingerprint == activation.fingerprint
    )
    return session.scalars(same.order_by(Activation.id.desc()).limit(1)).one()


def _others(session: Session, activation: Activation) -> Sequence[Activation]:
    """Return the machine's other activations on all licenses of the product, the latest first.

    Only there: another product fingerprints the same machine differently.
    """
    same = (
        select(Activation)
        .join(Activation.license)
        .where(
            Activation.fingerprint == activation.fingerprint,
            Activation.id != activation.id,
            License.product_number == activation.license.product_number,
        )
        .order_by(Activation.id.desc())
        .limit(_MOST_OTHERS)
    )
    return session.scalars(same.options(contains_eager(Activation.license))).all()


def _ended_channel(session: Session, activation: Activation) -> str | None:
    if activation.ended_how is None:
        return None
    events = select(AuditEvent.channel).where(
        AuditEvent.license_id == activation.license_id,
        AuditEvent.activation_id == activation.id,
        AuditEvent.event == f"released_{activation.ended_how}",
    )
    return session.scalar(events.limit(1))
