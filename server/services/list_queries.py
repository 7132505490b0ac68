"""What is asked of a list, as an address says it and a saved view keeps it: the same for every face."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select

from keyferry.server.core.customers.contacts import as_in_an_address
from keyferry.server.core.customers.listing import Order as CustomerOrder
from keyferry.server.core.customers.listing import View as CustomerView
from keyferry.server.core.customers.listing import Wanted as CustomersWanted
from keyferry.server.core.licensing.audited import KINDS
from keyferry.server.core.licensing.computers import State
from keyferry.server.core.licensing.computers import Wanted as ComputersWanted
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.listings import AuditWanted, Order, Taken, Wanted
from keyferry.server.core.models import Customer, Listing
from keyferry.server.core.row_numbers import row_number
from keyferry.server.db import reading
from keyferry.server.words.wording import CHANNELS

ENDS = ("30", "90", "365")
"""In how many days the licenses end that a filter names."""

PERIODS = ("1", "7", "30")
"""Of how many days up to today the events are that a filter names."""

LICENSE_FILTERS = ("q", "product", "standing", "seats", "ends", "ends_by")
_MOST_DAYS = 10_000


@dataclass(frozen=True)
class ListQuery:
    """What can be asked of a list, by name; not of its page."""

    names: tuple[str, ...]

    def said(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Return what is asked of the list, without what belongs elsewhere."""
        return {name: asked[name] for name in self.names if asked.get(name)}

    def query(self, asked: Mapping[str, str]) -> str:
        """Return what `said` returns as it stands in an address."""
        return urlencode(self.said(asked))

    def of_query(self, text: str) -> dict[str, str]:
        """Return what `query` made a text of; what else is in it is left out."""
        return self.said(dict(parse_qsl(text, max_num_fields=20)))


LICENSES = ListQuery((*LICENSE_FILTERS, "sort", "dir"))
COMPUTERS = ListQuery(("q", "state", "license", "customer", "email", "product", "way", "since"))
CUSTOMERS = ListQuery(("q", "view", "product", "ends", "ends_by", "since", "sort", "dir"))
AUDIT = ListQuery(("license", "refused", "channel", "who", "event", "kind", "address", "since", "until"))
OF_LISTING = {
    Listing.LICENSES: LICENSES,
    Listing.COMPUTERS: COMPUTERS,
    Listing.CUSTOMERS: CUSTOMERS,
    Listing.AUDIT: AUDIT,
}


def licenses_wanted(asked: Mapping[str, str], now: datetime) -> Wanted:
    """Return which licenses are asked for; what is said wrongly is taken as not said."""
    order, standing, taken = Order.ISSUED, None, None
    with suppress(ValueError):
        order = Order(asked.get("sort", ""))
    with suppress(ValueError):
        standing = Standing(asked.get("standing", ""))
    with suppress(ValueError):
        taken = Taken(asked.get("seats", ""))
    return Wanted(
        search=asked.get("q", ""),
        product=asked.get("product", ""),
        standing=standing,
        ends_by=_ends_by(asked, now),
        taken=taken,
        order=order,
        descending=asked.get("dir", "desc") != "asc",
    )


def computers_wanted(asked: Mapping[str, str], now: datetime) -> ComputersWanted:
    """Return which computers are asked for; what is said wrongly is taken as not said."""
    state = None
    with suppress(ValueError):
        state = State(asked.get("state", ""))
    return ComputersWanted(
        asked.get("q", ""),
        state,
        license=_row(asked.get("license", "")),
        customer=_customer(asked),
        product=asked.get("product", ""),
        channel=asked.get("way", "") if asked.get("way") in CHANNELS else "",
        since=_since(asked, now),
        forced=asked.get("state") == "forced",
    )


def customers_wanted(asked: Mapping[str, str], now: datetime) -> CustomersWanted:
    """Return which customers are asked for; what is said wrongly is taken as not said."""
    view, order = None, CustomerOrder.ADDED
    with suppress(ValueError):
        view = CustomerView(asked.get("view", ""))
    with suppress(ValueError):
        order = CustomerOrder(asked.get("sort", ""))
    return CustomersWanted(
        asked.get("q", ""),
        view,
        order,
        descending=asked.get("dir", "desc") != "asc",
        product=asked.get("product", ""),
        ends_by=_ends_by(asked, now),
        active_since=_since(asked, now),
    )


def audit_wanted(asked: Mapping[str, str], now: datetime) -> AuditWanted:
    """Return which events are asked for; what is said wrongly is taken as not said.

    They begin with a day, or with the first of the last so many: a saved view means those of each day.
    """
    since = asked.get("since", "")
    return AuditWanted(
        license_id=_row(asked.get("license", "")),
        refused=asked.get("refused") == "1",
        channel=asked.get("channel", "") if asked.get("channel") in CHANNELS else "",
        who=asked.get("who", ""),
        event=asked.get("event", ""),
        since=_first_of(since, now) if since in PERIODS else _day(since),
        until=_day(asked.get("until", "")),
        kind=asked.get("kind", "") if asked.get("kind") in KINDS else "",
        address=asked.get("address", ""),
    )


def _ends_by(asked: Mapping[str, str], now: datetime) -> date | None:
    if asked.get("ends") in ENDS:
        return now.date() + timedelta(days=int(asked["ends"]))
    return _day(asked.get("ends_by", ""))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _first_of(days: str, now: datetime) -> date:
    return now.date() - timedelta(days=int(days) - 1)


def _row(text: str) -> int | None:
    try:
        return row_number(text)
    except ValueError:
        return None


def _customer(asked: Mapping[str, str]) -> int | None:
    """Return whose computers are wanted: by number, or by an email address, which may be nobody's."""
    number, email = _row(asked.get("customer", "")), asked.get("email", "").strip()
    if number is not None or not email:
        return number
    with reading() as session:
        return session.scalar(select(Customer.id).where(Customer.email == as_in_an_address(email))) or 0


def _since(asked: Mapping[str, str], now: datetime) -> datetime | None:
    try:
        days = int(asked.get("since", ""))
    except ValueError:
        return None
    return now - timedelta(days=days) if 0 < days <= _MOST_DAYS else None
