"""What a search finds: first what begins with its text, by indexes; else what holds it, by looking at all.

An activation writes one index for searches alone: that of computers' names. A computer ID begins with its
epoch and its fingerprint, which are indexed anyway. There is no index of what is in the middle of a text.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all
from sqlalchemy.orm import Session

from keyferry.protocol.alphabet import SYMBOLS, to_int
from keyferry.protocol.keys import FINGERPRINT_BITS
from keyferry.server.core.lists import Filter
from keyferry.server.core.models import Activation, Customer, FormerActivationKey, License
from keyferry.server.core.models.ordered import Unindexed
from keyferry.server.core.pages import as_in_a_code, begins, begins_code, begins_exactly, holds, holds_code

_FINGERPRINT = slice(1, 1 + FINGERPRINT_BITS // 5)


def licenses(session: Session, text: str, *, anywhere: bool) -> Filter:
    """Return the filter of licenses by key, former key, customer, and name or ID of a computer."""
    code, selects = as_in_a_code(text), []
    if code:
        fits = holds_code if anywhere else begins_code
        former = select(FormerActivationKey.license_id).where(fits(FormerActivationKey.activation_key, code))
        selects += [select(License.id).where(fits(License.activation_key, code)), former]
    # From customers to their licenses, not the other way.
    held = select(License.id).join(Customer, License.customer_id == Unindexed(Customer.id))
    selects += [held.where(one) for one in _of_customer(session, text, anywhere)]
    selects += [
        select(Activation.license_id).where(one) for one in _of_computer(session, text, code, anywhere)
    ]
    found = union_all(*selects)
    walked = _license_in_a_walk(session, text, code, anywhere)
    return Filter(walked, found, walked, costly=True)


def computers(session: Session, text: str, *, anywhere: bool) -> Filter:
    """Return the filter of activations by name or ID."""
    code = as_in_a_code(text)
    wanted = [select(Activation.id).where(one) for one in _of_computer(session, text, code, anywhere)]
    walked = or_(*_computer_in_a_walk(session, text, code, anywhere))
    return Filter(walked, union_all(*wanted), walked, costly=True)


def customers(session: Session, text: str, *, anywhere: bool) -> Filter:
    """Return the filter of customers by address or name."""
    wanted = [select(Customer.id).where(one) for one in _of_customer(session, text, anywhere)]
    walked = _customer_in_a_walk(session, text, anywhere)
    return Filter(walked, union_all(*wanted), walked, costly=True)


def _of_customer(session: Session, text: str, anywhere: bool) -> list[ColumnElement[bool]]:
    """Return conditions one of which has to hold, each by an index or all by one look at a row."""
    if anywhere:
        return [or_(holds(session, Customer.email, text), holds(session, Customer.name, text))]
    return [begins_exactly(Customer.email, text.lower()), begins(Customer.name, text)]


def _of_computer(session: Session, text: str, code: str, anywhere: bool) -> list[ColumnElement[bool]]:
    if not anywhere:
        by_id = [_begins_id(code)] if len(code) > 1 else []
        return [begins(Activation.computer_name, text), *by_id]
    found = [holds(session, Activation.computer_name, text)]
    if code:
        found.append(holds_code(Activation.computer_id, code))
    # SQLite reads an index of each; PostgreSQL reads the table, and that only once.
    return found if session.get_bind().dialect.name == "sqlite" else [or_(*found)]


def _begins_id(code: str) -> ColumnElement[bool]:
    """Return the condition that a computer ID begins with a code: by its fingerprint, which is indexed."""
    known = [SYMBOLS.index(symbol) for symbol in code[_FINGERPRINT]]
    unknown = FINGERPRINT_BITS // 5 - len(known)
    least, most = (to_int([*known, *[filler] * unknown]) for filler in (0, 31))
    return and_(Activation.fingerprint.between(least, most), begins_code(Activation.computer_id, code))


def _license_in_a_walk(session: Session, text: str, code: str, anywhere: bool) -> ColumnElement[bool]:
    customer = select(Customer.id).where(Customer.id == License.customer_id)
    computer = select(Activation.id).where(Activation.license_id == License.id)
    found = [
        _one(customer.where(_customer_in_a_walk(session, text, anywhere))),
        _one(computer.where(or_(*_computer_in_a_walk(session, text, code, anywhere)))),
    ]
    if code:
        fits = holds_code if anywhere else begins_code
        former = select(FormerActivationKey.id).where(FormerActivationKey.license_id == License.id)
        found.append(fits(Unindexed(License.activation_key), code))
        found.append(_one(former.where(fits(Unindexed(FormerActivationKey.activation_key), code))))
    return or_(*found)


def _one(rows: Select[int]) -> ColumnElement[bool]:
    """Return the condition that a license has one; by EXISTS, PostgreSQL would look for those of all."""
    return rows.correlate(License).limit(1).scalar_subquery().is_not(None)


def _customer_in_a_walk(session: Session, text: str, anywhere: bool) -> ColumnElement[bool]:
    if anywhere:
        return or_(*_of_customer(session, text, anywhere))
    by_address = begins_exactly(Unindexed(Customer.email), text.lower())
    return or_(by_address, begins(Unindexed(Customer.name), text))


def _computer_in_a_walk(session: Session, text: str, code: str, anywhere: bool) -> list[ColumnElement[bool]]:
    if anywhere:
        return _of_computer(session, text, code, anywhere)
    by_id = [begins_code(Unindexed(Activation.computer_id), code)] if len(code) > 1 else []
    return [begins(Unindexed(Activation.computer_name), text), *by_id]
