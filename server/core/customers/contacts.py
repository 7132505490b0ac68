"""Customers: who holds licenses, known by an email address."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from keyferry.server.core.errors import Malformed
from keyferry.server.core.models import Customer

# Python's own reader of addresses takes "a@b, c@d" for one in some of its releases: what would end an address
# or begin a second one is refused here.
_PART = r"[^@\s\"(),:;<>\[\\\]]+"
_EMAIL = re.compile(f"{_PART}@{_PART}")
_EMAIL_LENGTH = 254
_MAIL_LINK = "mailto:"
# What a part of a domain begins with that stands for other characters.
_ACE = "xn--"


def is_email(address: str) -> bool:
    """Return whether a text is one email address, without a name and in any case."""
    return len(address) <= _EMAIL_LENGTH and address.isprintable() and bool(_EMAIL.fullmatch(address))


def is_deliverable(email: str) -> bool:
    """Return whether a text is one email address that a mail can be written to."""
    try:
        Address(addr_spec=normalized_email(email))
    except (Malformed, MessageError, ValueError, IndexError, AttributeError):
        # The last two are how the library itself stumbles over some of what is no address.
        return False
    return True


def normalized_email(email: str) -> str:
    """Return an email address trimmed, in lower case, with its domain as people write it.

    Raises Malformed (malformed_email). Browsers send müller.example as xn--mller-kva.example: that is one
    domain, and one customer.
    """
    local, _, domain = normalize("NFC", email.strip().lower()).partition("@")
    # Keyboards for Chinese and Japanese have a full stop and letters of their own.
    labels = normalize("NFKC", domain.replace("。", ".")).lower().split(".")
    address = f"{local}@{'.'.join(labels)}"
    if not is_email(address) or not is_email(address_to_write_to(address)):
        raise Malformed("Enter the customer’s email address, like ada@example.com.", code="malformed_email")
    readable = f"{local}@{'.'.join(map(_readable, labels))}"
    return readable if is_email(readable) else address


def as_in_an_address(text: str) -> str:
    """Return a text as it would stand in an address: of “Ada <ada@example.com>” only what is in brackets."""
    bare = text.partition("<")[2].partition(">")[0] or text
    if bare.lower().startswith(_MAIL_LINK):
        bare = bare[len(_MAIL_LINK) :].partition("?")[0]
    try:
        return normalized_email(bare)
    except Malformed:
        return normalize("NFC", bare.strip().lower())


def address_to_write_to(email: str) -> str:
    """Return an address as every mail server takes it: its domain in ASCII (RFC 3492, RFC 5890)."""
    local, _, domain = email.partition("@")
    return f"{local}@{domain_in_ascii(domain)}"


def domain_in_ascii(domain: str) -> str:
    """Return a domain as the network knows it, label by label; nothing here judges whether it can be one."""
    return ".".join(map(_in_ascii, domain.split(".")))


def require_deliverable(email: str) -> None:
    """Raise Malformed (malformed_email) for an address that no mail can be written to."""
    if not is_deliverable(email):
        raise Malformed("Enter one email address, like ada@example.com.", code="malformed_email")


def known_customer(session: Session, email: str) -> Customer | None:
    """Return the customer with this address, None where nobody has it or it is none."""
    try:
        address = normalized_email(email)
    except Malformed:
        return None
    return session.scalar(select(Customer).where(Customer.email == address))


def find_or_add_customer(session: Session, email: str, *, now: datetime) -> Customer:
    """Return the customer with this address, added now if new; raises Malformed (malformed_email)."""
    return found_or_added(session, email, now=now)[0]


def found_or_added(session: Session, email: str, *, now: datetime) -> tuple[Customer, bool]:
    """Return what `find_or_add_customer` returns, and whether that customer was added here and now."""
    address = normalized_email(email)
    # Held, so that nobody deletes it before a license refers to it.
    known = select(Customer).where(Customer.email == address).with_for_update(read=True, key_share=True)
    customer = session.scalar(known)
    if customer is not None:
        return customer, False
    try:
        with session.begin_nested():
            customer = Customer(email=address, created_at=now)
            session.add(customer)
    except IntegrityError:
        # Another process added the same customer in the meantime.
        return session.scalars(known).one(), False
    return customer, True


def hold_known(session: Session, emails: Collection[str]) -> None:
    """See to it that nobody deletes those who are known before licenses refer to them.

    The lower numbers first, as merges have it: by their addresses, each of the two could wait for the other.
    """
    known = select(Customer.id).where(Customer.email.in_(emails)).order_by(Customer.id)
    session.execute(known.with_for_update(read=True, key_share=True))


def _readable(label: str) -> str:
    if not label.startswith(_ACE):
        return label
    try:
        text = label.removeprefix(_ACE).encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    is_as_typed = text == normalize("NFKC", text).lower()
    return text if is_as_typed and _in_ascii(text) == label else label


def _in_ascii(label: str) -> str:
    return label if label.isascii() else f"{_ACE}{label.encode('punycode').decode('ascii')}"
