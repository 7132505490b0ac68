"""What a search finds: first what begins with its text, by indexes; else what holds it, by looking at all.

An activation writes one index for searches alone: that of computers' names. A computer ID begins with its
epoch and its fingerprint, which are indexed anyway. There is no index of what is in the middle of a text.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, or_, select, union_all
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import SYMBOLS, to_int
from keyferry.protocol.computer_id import read_computer_id
from keyferry.protocol.errors import MalformedCode
from keyferry.protocol.keys import FINGERPRINT_BITS
from keyferry.server.core.customers.contacts import as_in_an_address
from keyferry.server.core.filters import Filter
from keyferry.server.core.folding import folded
from keyferry.server.core.licensing.orders import as_in_an_order
from keyferry.server.core.models import (
    Activation,
    Customer,
    Displaced,
    FormerActivationKey,
    FormerComputerId,
    License,
)
from keyferry.server.core.models.ordered import Unindexed
from keyferry.server.core.pages import as_in_a_code, begins_code, begins_exactly, holds_code, holds_exactly

_FINGERPRINT = slice(1, 1 + FINGERPRINT_BITS // 5)
_WHOLE = 25
# With a license, its customer and each of its computers are looked at.
_COST_OF_LICENSES, _COST = 7, 3


def licenses(session: Session, text: str, *, anywhere: bool) -> Filter:
    """Return the filter of licenses by key, former key, order, customer, and name or ID of a computer."""
    code, selects = code_in(text), []
    if code:
        fits = holds_code if anywhere else begins_code
        former = select(FormerActivationKey.license_id).where(fits(FormerActivationKey.activation_key, code))
        selects += [select(License.id).where(fits(License.activation_key, code)), former]
    selects.append(select(License.id).where(_of_order(License.order_reference, text, anywhere)))
    # From customers to their licenses, not the other way.
    held = select(License.id).join(Customer, License.customer_id == Unindexed(Customer.id))
    selects += [held.where(one) for one in of_customer(text, anywhere)]
    selects += [
        select(Activation.license_id).where(one) for one in _of_computer(session, text, code, anywhere)
    ]
    found = union_all(*selects)
    walked = _license_in_a_walk(session, text, code, anywhere)
    return Filter(walked, found, walked, cost=_COST_OF_LICENSES)


def computers(session: Session, text: str, *, anywhere: bool) -> Filter:
    """Return the filter of activations by name or ID."""
    code = code_in(text)
    wanted = [select(Activation.id).where(one) for one in _of_computer(session, text, code, anywhere)]
    walked = or_(*_computer_in_a_walk(session, text, code, anywhere))
    return Filter(walked, union_all(*wanted), walked, cost=_COST)


def customers(session: Session, text: str, *, anywhere: bool) -> Filter:
    """Return the filter of customers by address or name."""
    wanted = [select(Customer.id).where(one) for one in of_customer(text, anywhere)]
    walked = _customer_in_a_walk(text, anywhere)
    return Filter(walked, union_all(*wanted), walked, cost=_COST)


def of_customer(text: str, anywhere: bool) -> list[ColumnElement[bool]]:
    """Return conditions one of which customers have to meet, each by an index or all in one look."""
    address, name = as_in_an_address(text), folded(text)
    if anywhere:
        return [or_(holds_exactly(Customer.email, address), holds_exactly(Customer.folded_name, name))]
    return [begins_exactly(Customer.email, address), begins_exactly(Customer.folded_name, name)]


def _of_order(column: SQLColumnExpression[Any], text: str, anywhere: bool) -> ColumnElement[bool]:
    fits = holds_exactly if anywhere else begins_exactly
    return and_(column.is_not(None), fits(column, as_in_an_order(text)))


def _of_computer(session: Session, text: str, code: str, anywhere: bool) -> list[ColumnElement[bool]]:
    if not anywhere:
        by_id = [begins_id(code)] if len(code) > 1 else []
        return [begins_exactly(Activation.folded_computer_name, folded(text)), *by_id]
    found = [holds_exactly(Activation.folded_computer_name, folded(text))]
    if code:
        found.append(holds_code(Activation.computer_id, code))
    # SQLite reads an index of each; PostgreSQL reads the table, and that only once.
    return found if session.get_bind().dialect.name == "sqlite" else [or_(*found)]


def begins_id(code: str) -> ColumnElement[bool]:
    """Return the condition that a computer ID begins with a code, of two symbols or more.

    It begins with its epoch and its fingerprint, which one index has: of up to nine symbols, nothing else is
    looked at, and of more only what has these.
    """
    known = [SYMBOLS.index(symbol) for symbol in code[_FINGERPRINT]]
    unknown = FINGERPRINT_BITS // 5 - len(known)
    least, most = (to_int([*known, *[filler] * unknown]) for filler in (0, 31))
    machine = Activation.fingerprint.between(least, most)
    if len(code) <= _FINGERPRINT.stop:
        return and_(machine, Activation.epoch == SYMBOLS.index(code[0]))
    return and_(machine, or_(begins_code(Activation.computer_id, code), *_went_on_from(code)))


def _went_on_from(code: str) -> list[ColumnElement[bool]]:
    """Return the condition that an activation had a whole computer ID before: a wizard may still show it."""
    if len(code) != _WHOLE:
        return []
    before = select(FormerComputerId.id).where(
        FormerComputerId.activation_id == Activation.id,
        FormerComputerId.how == Displaced.PROVEN.value,
        begins_code(FormerComputerId.computer_id, code),
    )
    return [before.correlate(Activation).exists()]


def _license_in_a_walk(session: Session, text: str, code: str, anywhere: bool) -> ColumnElement[bool]:
    customer = select(Customer.id).where(Customer.id == License.customer_id)
    computer = select(Activation.id).where(Activation.license_id == License.id)
    found = [
        _one(customer.where(_customer_in_a_walk(text, anywhere))),
        _one(computer.where(or_(*_computer_in_a_walk(session, text, code, anywhere)))),
    ]
    found.append(_of_order(Unindexed(License.order_reference), text, anywhere))
    if code:
        fits = holds_code if anywhere else begins_code
        former = select(FormerActivationKey.id).where(FormerActivationKey.license_id == License.id)
        found.append(fits(Unindexed(License.activation_key), code))
        found.append(_one(former.where(fits(Unindexed(FormerActivationKey.activation_key), code))))
    return or_(*found)


def _one(rows: Select[int]) -> ColumnElement[bool]:
    """Return the condition that a license has one; by EXISTS, PostgreSQL would look for those of all."""
    return rows.correlate(License).limit(1).scalar_subquery().is_not(None)


def _customer_in_a_walk(text: str, anywhere: bool) -> ColumnElement[bool]:
    if anywhere:
        return or_(*of_customer(text, anywhere))
    by_address = begins_exactly(Unindexed(Customer.email), as_in_an_address(text))
    return or_(by_address, begins_exactly(Unindexed(Customer.folded_name), folded(text)))


def _computer_in_a_walk(session: Session, text: str, code: str, anywhere: bool) -> list[ColumnElement[bool]]:
    if anywhere:
        return _of_computer(session, text, code, anywhere)
    by_id = [begins_code(Unindexed(Activation.computer_id), code)] if len(code) > 1 else []
    by_id += _went_on_from(code)
    return [begins_exactly(Unindexed(Activation.folded_computer_name), folded(text)), *by_id]


def code_in(text: str) -> str:
    """Return a whole code as all faces read it, otherwise the text as the beginning of one; "" for none."""
    for read in (ActivationKey.from_text, read_computer_id):
        with suppress(MalformedCode):
            return read(text, shifted=False).text.replace("-", "")
    return as_in_a_code(text)
