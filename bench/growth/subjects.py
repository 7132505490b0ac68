"""What staff wait for: every list, sort, filter, figure and search, as portal or console ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import TypeVar
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.growth.loading import OPERATOR, PASSWORD
from bench.growth.rows import REAL_KEY_EVERY
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.computers import State
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.listings import Order
from keyferry.server.core.models import Activation, Customer, License, Operator
from keyferry.server.core.staff import sessions
from keyferry.server.db import reading, transaction
from keyferry.server.faces.console.access import sign_in
from keyferry.server.faces.portal.staff import cookie
from keyferry.server.parts import utc_now

Some = TypeVar("Some", License, Activation, Customer)
Asked = Sequence[Callable[[], object]]
# Each subject is asked for as often, in as many ways as there are.
VARIANTS = 20


class Portal:
    """A browser of somebody who is signed in; whatever is not answered with a page stops the measuring."""

    def __init__(self, app: Flask) -> None:
        now = utc_now()
        with transaction() as session:
            operator = session.scalars(select(Operator).where(Operator.name == OPERATOR)).one()
            token = sessions.begin(
                session, operator, by=By(Channel.PORTAL, OPERATOR), device=None, now=now
            ).token
        self._client = app.test_client()
        self._client.set_cookie(cookie(), token, path="/")

    def opens(self, path: str, **arguments: object) -> Callable[[], None]:
        """Return what opens a page."""
        address = f"/portal{path}" + (f"?{urlencode(arguments)}" if arguments else "")
        return partial(self._open, address)

    def _open(self, address: str) -> None:
        answer = self._client.get(address)
        if answer.status_code != 200:
            raise AssertionError(f"{address} was answered with {answer.status_code}")


class Sample:
    """Rows that are searched for, from anywhere in the tables."""

    def __init__(self, session: Session) -> None:
        self._session, self._random = session, Random(7)
        self.licenses = self._some(License)
        self.activations = self._some(Activation)
        self.customers = self._some(Customer)

    def _some(self, model: type[Some]) -> list[Some]:
        last = self._session.scalars(select(func.max(model.id))).one()
        # Of licenses, those whose keys are real.
        offset = 0 if model is License else 1
        numbers = [
            self._random.randrange(1, last // REAL_KEY_EVERY) * REAL_KEY_EVERY + offset
            for _ in range(VARIANTS)
        ]
        return list(self._session.scalars(select(model).where(model.id.in_(numbers))).all())

    def texts(self) -> tuple[list[str], list[str], list[str], list[str], list[str]]:
        """Return activation keys, computer IDs, computers' names, addresses, and customers' names."""
        keys = [one.activation_key for one in self.licenses]
        ids = [one.computer_id for one in self.activations]
        names = [one.computer_name for one in self.activations if one.computer_name]
        emails = [one.email for one in self.customers]
        return keys, ids, names, emails, [one.name for one in self.customers if one.name]


def subjects(app: Flask) -> Iterator[tuple[str, str, Asked]]:
    """Yield group, name and requests."""
    portal = Portal(app)
    with reading() as session:
        sample = Sample(session)
        session.expunge_all()
    yield from _lists(portal, sample)
    yield from _pages(portal, sample)
    yield from _beginnings(portal, sample)
    yield from _middles(portal, sample)
    yield from _console(sample)


def _lists(portal: Portal, sample: Sample) -> Iterator[tuple[str, str, Asked]]:
    for order in Order:
        for way in ("asc", "desc"):
            yield "list", f"licenses by {order}, {way}", [portal.opens("/licenses", sort=order, dir=way)]
    for standing in Standing:
        for order in Order:
            opened = portal.opens("/licenses", standing=standing, sort=order)
            yield "list", f"licenses, {standing}, by {order}", [opened]
    for product in (1, 7):
        for order in Order:
            opened = portal.opens("/licenses", product=f"product-{product}", sort=order)
            yield "list", f"licenses of product {product}, by {order}", [opened]
    yield from _two_filters(portal)
    soon = date.today() + timedelta(days=30)  # noqa: DTZ011
    yield "list", "licenses that end soon", [portal.opens("/licenses", ends_by=soon, sort="expiry")]
    yield "list", "licenses, page 200", [portal.opens("/licenses", page=200)]
    middle = sample.licenses[0].id
    for way in ("after", "before"):
        beside = [portal.opens("/licenses", page=5000, sort=order, **{way: middle}) for order in Order]
        yield "list", f"licenses, {way} one in the middle", beside
    yield "list", "customers", [portal.opens("/customers")]
    yield "list", "customers, page 200", [portal.opens("/customers", page=200)]
    for view in ("ending", "full", "email_failed"):
        yield "list", f"customers, {view}", [portal.opens("/customers", view=view)]
        yield "list", f"customers, {view}, by name", [portal.opens("/customers", view=view, sort="name")]
    yield from _filtered_customers(portal)
    yield "list", "computers", [portal.opens("/computers")]
    for state in State:
        yield "list", f"computers, {state}", [portal.opens("/computers", state=state)]
    yield from _audit(portal)
    yield "list", "outbox", [portal.opens("/outbox")]
    yield "list", "products", [portal.opens("/products")]
    yield "list", "operators", [portal.opens("/operators")]


def _filtered_customers(portal: Portal) -> Iterator[tuple[str, str, Asked]]:
    filters: dict[str, dict[str, object]] = {
        "of product 1": {"product": "product-1"},
        "of product 7": {"product": "product-7"},
        "whose license ends in 90 days": {"ends": 90},
        "whose license ends in a year": {"ends": 365},
        "with an event in 24 hours": {"since": 1},
        "with an event in 7 days": {"since": 7},
        "with an event in a year": {"since": 365},
        "of product 1, ends in 90 days": {"product": "product-1", "ends": 90},
        "of product 7, ends in a year": {"product": "product-7", "ends": 365},
        "of product 7, with an event in 7 days": {"product": "product-7", "since": 7},
        "of product 1, by all filters": {"product": "product-1", "ends": 365, "since": 30},
        "who are full, of product 1": {"product": "product-1", "view": "full"},
    }
    for name, arguments in filters.items():
        for order in ("added", "name"):
            yield (
                "list",
                f"customers {name}, by {order}",
                [portal.opens("/customers", sort=order, **arguments)],
            )


def _two_filters(portal: Portal) -> Iterator[tuple[str, str, Asked]]:
    """Yield lists by two filters, of which at a million licenses each finds more than is counted."""
    for standing in Standing:
        opened = [
            portal.opens("/licenses", product=f"product-{product}", standing=standing, sort=order)
            for product in (1, 4, 7)
            for order in (Order.ISSUED, Order.CUSTOMER, Order.EXPIRY)
        ]
        yield "list", f"licenses of a product, {standing}", opened
        for text in ("ada", "desktop"):
            opened = [portal.opens("/licenses", q=text, standing=standing)]
            yield "search: beginning", f"“{text}”, {standing}", opened


def _audit(portal: Portal) -> Iterator[tuple[str, str, Asked]]:
    month = (date.today() - timedelta(days=200)).isoformat()  # noqa: DTZ011
    filters: dict[str, dict[str, object]] = {
        "": {},
        ", refused": {"refused": 1},
        ", of a channel": {"channel": "console"},
        ", of a channel without any": {"channel": "command_line"},
        ", by a person": {"who": "grac"},
        ", by nobody": {"who": "nobody"},
        ", of an event": {"event": "released_forced"},
        ", of an event without any": {"event": "customer_merged"},
        ", until a day": {"until": month},
        ", of an event until a day": {"until": month, "event": "released_forced"},
        ", of one license": {"license": 40},
        ", page 200": {"page": 200},
    }
    for name, arguments in filters.items():
        yield "list", f"audit{name}", [portal.opens("/audit", **arguments)]


def _pages(portal: Portal, sample: Sample) -> Iterator[tuple[str, str, Asked]]:
    yield "figure", "start page", [portal.opens("/")]
    yield "figure", "start page of a year", [portal.opens("/", range="12mo")]
    yield "figure", "a product", [portal.opens("/products/product-1"), portal.opens("/products/product-7")]
    yield "page", "a license", [portal.opens(f"/licenses/{one.id}") for one in sample.licenses]
    yield "page", "a computer", [portal.opens(f"/computers/{one.id}") for one in sample.activations]
    yield "page", "a customer", [portal.opens(f"/customers/{one.id}") for one in sample.customers]


@dataclass(frozen=True)
class _Search:
    """Searches of one kind, as the portal makes them."""

    portal: Portal
    kind: str

    def found(self, name: str, path: str, texts: Sequence[str], **more: object) -> tuple[str, str, Asked]:
        return self.kind, name, [self.portal.opens(path, q=text, **more) for text in texts]


def _beginnings(portal: Portal, sample: Sample) -> Iterator[tuple[str, str, Asked]]:
    found = _Search(portal, "search: beginning").found
    keys, ids, names, emails, people = sample.texts()
    yield found("of a key", "/licenses", [key[:8] for key in keys])
    yield found("of a key, 2 symbols", "/licenses", [key[:2] for key in keys])
    yield found("a whole key", "/licenses", keys)
    yield found("of an address", "/licenses", [email[:9] for email in emails])
    yield found("a whole address", "/licenses", emails)
    yield found("of an address, 1 letter", "/licenses", ["a", "m", "o"])
    yield found("of a customer’s name", "/licenses", [name[:12] for name in people])
    yield found("of a computer ID", "/licenses", [one[:8] for one in ids])
    yield found("of a computer’s name", "/licenses", [name[:-1] for name in names])
    yield found("of a computer’s name, many", "/licenses", ["desktop", "lab", "DESKTOP-1"])
    yield found("of a name, many, by customer", "/licenses", ["ada"], sort="customer", dir="asc")
    yield found("computers by name", "/computers", [name[:-1] for name in names])
    yield found("computers by name, many", "/computers", ["desktop", "lab", "d"])
    yield found("computers by ID", "/computers", [one[:8] for one in ids])
    yield found("customers by address", "/customers", [email[:9] for email in emails])
    yield found("customers by name", "/customers", [name[:12] for name in people])


def _middles(portal: Portal, sample: Sample) -> Iterator[tuple[str, str, Asked]]:
    found = _Search(portal, "search: middle").found
    keys, ids, names, emails, people = sample.texts()
    yield found("of a key", "/licenses", [key[12:20] for key in keys])
    yield found("of an address", "/licenses", [email[-22:] for email in emails])
    yield found("of many addresses", "/licenses", ["company-1", "company"])
    yield found("with letters beyond ASCII", "/licenses", ["üller.29", "rüfstand-047", "Groß 47"])
    yield found("of names, many, of a product", "/licenses", ["*esktop"], product="product-2")
    yield found("of a computer ID", "/licenses", [one[9:17] for one in ids])
    yield found("of a computer’s name", "/licenses", [name[-6:] for name in names])
    yield found("nothing", "/licenses", ["nobody at all", "ZZZZZZZZ"])
    yield found("computers by name", "/computers", [name[-6:] for name in names])
    yield found("computers by ID", "/computers", [one[9:17] for one in ids])
    yield found("computers, nothing", "/computers", ["nobody at all"])
    yield found("customers by address", "/customers", [email[-22:] for email in emails])
    yield found("customers by name", "/customers", [name[4:] for name in people])
    yield found("customers, nothing", "/customers", ["nobody at all"])


def _console(sample: Sample) -> Iterator[tuple[str, str, Asked]]:
    access = sign_in(OPERATOR, PASSWORD, {})
    yield "console", "licenses", [partial(access.licenses, {})]
    yield "console", "licenses, expired", [partial(access.licenses, {"standing": Standing.EXPIRED.value})]
    searched = [partial(access.licenses, {"q": one.activation_key[:8]}) for one in sample.licenses]
    yield "console", "licenses by the beginning of a key", searched
    keys = [one.activation_key for one in sample.licenses]
    yield "console", "a license", [partial(access.license, key) for key in keys]
    yield "console", "audit", [partial(access.audit, {})]
    yield "console", "audit, refused", [partial(access.audit, {"refused": "1"})]
