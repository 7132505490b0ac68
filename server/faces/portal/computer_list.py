"""What the address of the list of computers says: its search, filters, and view."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from keyferry.server.core.customers.contacts import as_in_an_address
from keyferry.server.core.licensing.computers import State, Wanted
from keyferry.server.core.models import Customer
from keyferry.server.db import reading
from keyferry.server.faces.portal.list_addresses import ListAddress
from keyferry.server.web.addresses import row_number
from keyferry.server.words.wording import CHANNELS

LIST = ListAddress(
    "portal.computers.listing",
    ("q", "state", "license", "customer", "email", "product", "way", "since"),
)
_MOST_DAYS = 10_000


def wanted(said: Mapping[str, str], now: datetime) -> Wanted:
    """Return which computers an address asks for; what it says wrongly is taken as not said."""
    asked = MultiDict(said)
    return Wanted(
        asked.get("q", ""),
        asked.get("state", None, State),
        license=asked.get("license", None, row_number),
        customer=_customer(asked),
        product=asked.get("product", ""),
        channel=asked.get("way", "") if asked.get("way") in CHANNELS else "",
        since=_since(asked, now),
        forced=asked.get("state") == "forced",
    )


def _customer(asked: MultiDict[str, str]) -> int | None:
    """Return whose computers are wanted: by number, or by an email address, which may be nobody's."""
    number, email = asked.get("customer", None, row_number), asked.get("email", "").strip()
    if number is not None or not email:
        return number
    with reading() as session:
        return session.scalar(select(Customer.id).where(Customer.email == as_in_an_address(email))) or 0


def _since(asked: MultiDict[str, str], now: datetime) -> datetime | None:
    days = asked.get("since", None, int)
    return now - timedelta(days=days) if days is not None and 0 < days <= _MOST_DAYS else None
