"""What a search shows while somebody types: a few licenses, computers and customers, by how they begin.

Each is read from an index in its order and ends with its few rows, so it takes no longer among a million.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.orm import Session, joinedload

from keyferry.server.core.customers.contacts import as_in_an_address
from keyferry.server.core.folding import folded
from keyferry.server.core.licensing.search import begins_id, code_in, of_customer
from keyferry.server.core.models import Activation, Customer, FormerActivationKey, License
from keyferry.server.core.pages import begins_code, begins_exactly, visible

MOST = 4
"""How many of each kind."""
MOST_HELD = 1000
"""How many licenses of a customer are counted."""

# Of computers with one name, those that run are shown first: so a few more are looked at.
_LOOKED_AT = 24
# A computer ID is found by its fingerprint; with so few of its symbols, that is still nearly all computers.
_SHORTEST_ID = 5
# A key is asked for as a whole once it was replaced: nobody has half of an old one.
_WHOLE = 25

Row = TypeVar("Row", License, Activation, Customer)


@dataclass(frozen=True)
class Glance:
    """A few rows of each kind, with how many licenses each customer holds, up to `MOST_HELD`."""

    licenses: Sequence[License] = ()
    computers: Sequence[Activation] = ()
    customers: Sequence[tuple[Customer, int]] = ()


def begins_with(session: Session, text: str) -> Glance:
    """Return what begins with a text, by key, by name or ID of a computer, and by address or name."""
    text = visible(text).lstrip("* ")
    if not text:
        return Glance()
    code = code_in(text)
    return Glance(
        _licenses(session, code) if code else (),
        _computers(session, text, code),
        _with_held(session, _customers(session, text)),
    )


def with_numbers(
    session: Session, licenses: Collection[int], computers: Collection[int], customers: Collection[int]
) -> Glance:
    """Return those that have these numbers, as far as they are still there."""
    return Glance(
        session.scalars(_LICENSES.where(License.id.in_(licenses))).all(),
        session.scalars(_COMPUTERS.where(Activation.id.in_(computers))).all(),
        _with_held(session, session.scalars(select(Customer).where(Customer.id.in_(customers))).all()),
    )


def exactly(session: Session, text: str) -> License | Activation | Customer | None:
    """Return the one thing that a text names as a whole: by activation key, computer ID, or address."""
    found = begins_with(session, text)
    code = code_in(text)
    if len(code) == _WHOLE:
        whole: list[License | Activation] = [*found.licenses, *found.computers]
        return whole[0] if len(whole) == 1 else None
    return next((one for one, _ in found.customers if one.email == as_in_an_address(text)), None)


_LICENSES = select(License).options(joinedload(License.customer), joinedload(License.product, innerjoin=True))
_COMPUTERS = select(Activation).options(
    joinedload(Activation.license, innerjoin=True).joinedload(License.customer)
)


def _licenses(session: Session, code: str) -> Sequence[License]:
    key = License.activation_key
    found = session.scalars(_LICENSES.where(begins_code(key, code)).order_by(key).limit(MOST)).all()
    if found or len(code) < _WHOLE:
        return found
    former = select(FormerActivationKey.license_id).where(
        begins_code(FormerActivationKey.activation_key, code)
    )
    return session.scalars(_LICENSES.where(License.id.in_(former.limit(MOST)))).all()


def _computers(session: Session, text: str, code: str) -> Sequence[Activation]:
    name = Activation.folded_computer_name
    found = _of(session, begins_exactly(name, folded(text)), (name, Activation.license_id))
    if len(code) >= _SHORTEST_ID:
        found += _of(session, begins_id(code), (Activation.fingerprint, Activation.license_id))
    return _once(sorted(found, key=lambda one: (one.ended_at is not None, -one.id)))


def _of(
    session: Session, condition: ColumnElement[bool], order: Iterable[SQLColumnExpression[Any]]
) -> list[Activation]:
    return list(session.scalars(_COMPUTERS.where(condition).order_by(*order).limit(_LOOKED_AT)))


def _customers(session: Session, text: str) -> Sequence[Customer]:
    by = (Customer.email, Customer.folded_name)
    found = [
        one
        for condition, column in zip(of_customer(text, anywhere=False), by, strict=True)
        for one in session.scalars(select(Customer).where(condition).order_by(column).limit(MOST))
    ]
    return _once(found)


def _with_held(session: Session, customers: Sequence[Customer]) -> list[tuple[Customer, int]]:
    def held(customer: Customer) -> int:
        some = select(License.id).where(License.customer_id == customer.id).limit(MOST_HELD)
        return session.scalars(select(func.count()).select_from(some.subquery())).one()

    return [(customer, held(customer)) for customer in customers]


def _once(rows: Iterable[Row]) -> list[Row]:
    return list({one.id: one for one in rows}.values())[:MOST]
