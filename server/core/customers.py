"""Customers: who holds licences, known by an e-mail address."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.core.errors import Malformed
from server.core.models import Customer

# Python's own reader of addresses takes "a@b, c@d" for one in some of its releases: what would end an address
# or begin a second one is refused here.
_PART = r"[^@\s\"(),:;<>\[\\\]]+"
_EMAIL = re.compile(f"{_PART}@{_PART}")
_EMAIL_LENGTH = 254


def is_email(address: str) -> bool:
    """Tell whether a text is one e-mail address, without a name and in any case."""
    return len(address) <= _EMAIL_LENGTH and address.isprintable() and bool(_EMAIL.fullmatch(address))


def normalised_email(email: str) -> str:
    """Return an e-mail address trimmed and in lower case; raises Malformed (malformed_email)."""
    address = email.strip().lower()
    if not is_email(address):
        raise Malformed("Give the customer's e-mail address: ada@example.com.", code="malformed_email")
    return address


def find_or_add_customer(session: Session, email: str, *, now: datetime) -> Customer:
    """Return the customer with this address, added now if new; raises Malformed (malformed_email)."""
    address = normalised_email(email)
    # Held, so that nobody deletes it before a licence refers to it.
    known = select(Customer).where(Customer.email == address).with_for_update(read=True, key_share=True)
    customer = session.scalar(known)
    if customer is not None:
        return customer
    try:
        with session.begin_nested():
            customer = Customer(email=address, created_at=now)
            session.add(customer)
    except IntegrityError:
        # Another process added the same customer in the meantime.
        return session.scalars(known).one()
    return customer
