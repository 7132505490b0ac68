"""The ways to the vendor's support as links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from keyferry.server.core.brand.contact import Contact
from keyferry.server.core.customers.contacts import address_to_write_to

# Dialed only from inside the country, and often written behind the country's code.
_TRUNK_PREFIX = "(0)"


@dataclass(frozen=True)
class Way:
    """One way to the vendor: its picture, what a person reads, and the address that a tap opens."""

    picture: str
    text: str
    address: str


def ways_to(contact: Contact) -> tuple[Way, ...]:
    """Return the ways to the vendor's support, none where no property names any."""
    email, phone, url = contact.email, contact.phone, contact.url
    ways = (
        Way("mail", email, f"mailto:{quote(address_to_write_to(email), safe='@')}"),
        Way("phone", phone, f"tel:{_to_dial(phone)}"),
        Way("globe", url.removeprefix("https://").removesuffix("/"), url),
    )
    return tuple(way for way in ways if way.text)


def _to_dial(phone: str) -> str:
    abroad = phone.lstrip(" (").startswith("+")
    digits = re.sub("[^0-9]", "", phone.replace(_TRUNK_PREFIX, "") if abroad else phone)
    return f"+{digits}" if abroad else digits
