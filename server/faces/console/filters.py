"""What can be asked of each list, as `services.list_queries` says it, in the words of the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from keyferry.server.words.wording import CHANNELS, EVENTS

Options = Sequence[tuple[str, str]]


class Filter(NamedTuple):
    """One filter: its name, its label, its values where they are few, and what can be typed otherwise."""

    name: str
    label: str
    options: Options = ()
    hint: str = ""
    is_day: bool = False


PRODUCT = "product"
"""The filter whose values are the vendor’s own."""

KINDS: Options = (
    ("activations", "activations"),
    ("releases", "deactivations"),
    ("licenses", "licenses"),
    ("customers", "customers"),
    ("products", "products"),
    ("mail", "email"),
    ("signing_in", "signing in"),
    ("settings", "settings and staff"),
)
PERIODS: Options = (("1", "today"), ("7", "7 days"), ("30", "30 days"))
_STANDINGS = (("active", "active"), ("suspended", "on hold"), ("expired", "expired"))
_SEATS = (("full", "full"), ("free", "with free seats"), ("unused", "not used"))
_ENDS = (("30", "within 30 days"), ("90", "within 90 days"), ("365", "within a year"))
_STATES = (
    *(("active", "active"), ("released", "released"), ("forced", "without a code")),
    ("superseded", "replaced"),
)
_SINCE = (("1", "last 24 hours"), ("7", "last 7 days"), ("30", "last 30 days"), ("365", "last year"))
_VIEWS = (("ending", "ends in 30 days"), ("full", "all seats in use"), ("email_failed", "email failed"))
_WAYS = tuple(CHANNELS.items())
_EVENTS = tuple(sorted(EVENTS.items(), key=lambda one: one[1]))

FILTERS: Mapping[str, Sequence[Filter]] = {
    "licenses": (
        Filter(PRODUCT, "Product", (("", "all products"),)),
        Filter("standing", "Status", (("", "any"), *_STANDINGS)),
        Filter("seats", "Seats", (("", "any"), *_SEATS)),
        Filter("ends", "Ends", (("", "at any time"), *_ENDS)),
        Filter("ends_by", "Or by a day", hint="2027-12-31", is_day=True),
    ),
    "computers": (
        Filter("state", "State", (("", "any"), *_STATES)),
        Filter(PRODUCT, "Product", (("", "all products"),)),
        Filter("way", "Activated by", (("", "anything"), *_WAYS)),
        Filter("since", "Activated", (("", "at any time"), *_SINCE)),
        Filter("email", "Customer email", hint="ada@example.com"),
    ),
    "customers": (
        Filter("view", "Which", (("", "all"), *_VIEWS)),
        Filter(PRODUCT, "Product", (("", "all products"),)),
        Filter("ends", "Ends", (("", "at any time"), *_ENDS)),
        Filter("ends_by", "Or by a day", hint="2027-12-31", is_day=True),
        Filter("since", "Last event", (("", "at any time"), *_SINCE)),
    ),
    "audit": (
        Filter("refused", "Result", (("", "everything"), ("1", "refused"))),
        Filter("kind", "About", (("", "anything"), *KINDS)),
        Filter("event", "One event", (("", "any"), *_EVENTS)),
        Filter("channel", "Way", (("", "any"), *_WAYS)),
        Filter("since", "From", hint="2026-11-01, or 7 days", is_day=True),
        Filter("until", "Until", hint="2026-11-30", is_day=True),
        Filter("who", "Who", hint="a part of a name"),
        Filter("address", "IP address", hint="192.0.2.7"),
    ),
}

_SAID = {
    "ends": "ends {}",
    "ends_by": "ends by {}",
    "product": "of {}",
    "license": "of license {}",
    "customer": "of customer {}",
    "email": "of {}",
    "way": "by {}",
    "channel": "by {}",
    "who": "by {}",
    "address": "from {}",
    "kind": "about {}",
    "since": "since {}",
    "until": "until {}",
}
_ORDERS = {"issued": "by issue", "added": "by day added", "expiry": "by expiry"}
_KNOWN = {(one.name, value): words for of in FILTERS.values() for one in of for value, words in one.options}


def asked_in_words(asked: Mapping[str, str]) -> str:
    """Return what is asked of a list, whichever it is, in a few words."""
    told = [f"“{asked['q']}”"] if asked.get("q") else []
    told += [_said(*one) for one in asked.items() if one[1] and one[0] not in ("q", "sort", "dir")]
    sort = asked.get("sort")
    told += [_ORDERS.get(sort, f"by {sort}")] if sort else []
    return ", ".join(told) or "everything"


def _said(name: str, value: str) -> str:
    if name == "since" and value.isdigit():
        return "in the last day" if value == "1" else f"in the last {value} days"
    return _SAID.get(name, "{}").format(_KNOWN.get((name, value), value))
