from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from bench.measure import Measured, measure
from keyferry.protocol.alphabet import SYMBOLS
from keyferry.server.base_app import create_database_app
from keyferry.server.config import Settings
from keyferry.server.core.customers import records
from keyferry.server.core.licensing import computers, listings, products
from keyferry.server.core.licensing.computers import State
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.listings import Order, Wanted
from keyferry.server.core.models import Activation, AuditEvent, Customer, License, Product, ProductEpoch
from keyferry.server.core.secrets import new_master_key
from keyferry.server.db import db, reading, upgrade

LICENSES = 100_000
CUSTOMERS = 30_000
PRODUCTS = 3
ROWS_AT_ONCE = 5_000
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
# What a person waits for without noticing.
LONGEST_MS = 100

_FIRST = ("ada", "grace", "müller", "søren", "长谷川", "олга", "josé", "office", "einkauf", "license")
_PLACES = ("LAB", "DESKTOP", "Prüfstand", "測定室", "Messplatz", "WS", "LAPTOP", "حاسوب")


class Warehouse:
    """A database in a folder with 100 thousand licenses, their customers and computers."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "master.key").write_text(new_master_key("bench") + "\n")
        self.app = create_database_app(Settings(home=folder))
        self._random = Random(1)
        with self.app.app_context():
            upgrade()
            self._fill(db.engine)

    def code(self) -> str:
        """Return 25 random symbols in groups."""
        return "-".join("".join(self._random.choices(SYMBOLS, k=5)) for _ in range(5))

    def _fill(self, engine: Engine) -> None:
        for model, rows in (
            (Product, self._products()),
            (ProductEpoch, self._epochs()),
            (Customer, self._customers()),
            (License, self._licenses()),
            (Activation, self._activations()),
            (AuditEvent, self._events()),
        ):
            with engine.begin() as connection:
                while some := list(islice(rows, ROWS_AT_ONCE)):
                    connection.execute(insert(model), some)

    def _products(self) -> Iterator[dict[str, Any]]:
        for number in range(1, PRODUCTS + 1):
            yield {
                "number": number,
                "code": f"product-{number}",
                "folded_code": f"product-{number}",
                "name": f"Product {number}",
                "key_style": "short",
                "machine_source": "os",
                "features": ["export", "cam"],
                "fingerprint_key": "",
                "created_at": NOW,
            }

    def _epochs(self) -> Iterator[dict[str, Any]]:
        secrets = dict.fromkeys(("application_secret", "typed_key_private", "license_file_private"), "")
        for number in range(1, PRODUCTS + 1):
            yield {"product_number": number, "number": 1, "created_at": NOW} | secrets

    def _customers(self) -> Iterator[dict[str, Any]]:
        for number in range(1, CUSTOMERS + 1):
            first = self._random.choice(_FIRST)
            yield {
                "id": number,
                "email": f"{first}.{number}@company-{number % 997}.example",
                "name": f"{first.title()} {number}" if number % 3 else None,
                "created_at": NOW,
            }

    def _licenses(self) -> Iterator[dict[str, Any]]:
        for number in range(1, LICENSES + 1):
            expires = date(2026, 6, 1) + timedelta(days=number % 900) if number % 3 else None
            yield {
                "id": number,
                "activation_key": self.code(),
                "product_number": 1 + number % PRODUCTS,
                "customer_id": 1 + number % CUSTOMERS if number % 10 else None,
                "seats": 1 + number % 9,
                "seats_used": 1,
                "expires_on": expires,
                "days_from_first_activation": 365 if number % 15 == 0 else None,
                "first_activated_on": date(2026, 1, 1) + timedelta(days=number % 300),
                "features": number % 4,
                "status": "suspended" if number % 50 == 0 else "active",
                "notes": f"order {number}, by fax" if number % 5 == 0 else None,
                "created_at": NOW - timedelta(minutes=LICENSES - number),
            }

    def _activations(self) -> Iterator[dict[str, Any]]:
        """Yield one computer for each license, and an earlier one that was released for each fourth."""
        for number in range(1, LICENSES + 1):
            for ended in (True, False) if number % 4 == 0 else (False,):
                at = NOW - timedelta(minutes=2 * (LICENSES - number))
                yield {
                    "license_id": number,
                    "epoch": 1,
                    "fingerprint": self._random.getrandbits(40),
                    "commitment": self._random.getrandbits(40),
                    "computer_id": self.code(),
                    "computer_name": f"{self._random.choice(_PLACES)}-{number:05}",
                    "issued_on": at.date(),
                    "features": 0,
                    "channel": "phone",
                    "activated_at": at,
                    "refreshed_at": at,
                    "ended_at": at if ended else None,
                    "ended_how": "proven" if ended else None,
                }

    def _events(self) -> Iterator[dict[str, Any]]:
        for number in range(1, 2 * LICENSES + 1):
            yield {
                "at": NOW - timedelta(minutes=2 * LICENSES - number),
                "event": "activated_new_seat" if number % 2 else "license_issued",
                "channel": "phone" if number % 2 else "portal",
                "who": None if number % 2 else "ada",
                "product_number": 1,
                "license_id": (number + 1) // 2,
            }


def lists(warehouse: Warehouse) -> list[Measured]:
    """Measure what staff wait for: each list and search as a page asks for it."""
    with warehouse.app.app_context(), reading() as session:
        some = session.get_one(License, LICENSES // 2)
        computer_id = session.scalars(select(Activation.computer_id).where(Activation.id == 777)).one()
        cases = {
            **_license_cases(session, some.activation_key),
            **_other_cases(session, computer_id),
        }
        return [_measured(session, name, case) for name, case in cases.items()]


def _measured(session: Session, name: str, case: Callable[[], object]) -> Measured:
    def fresh() -> object:
        # A page begins with an empty session: what was loaded for the one before does not count.
        session.expunge_all()
        return case()

    return measure(name, [fresh])


def _license_cases(session: Session, key: str) -> dict[str, Callable[[], object]]:
    def licenses(number: int = 1, **wanted: Any) -> Callable[[], object]:
        return partial(listings.licenses, session, Wanted(**wanted), now=NOW, number=number)

    cases = {
        "licenses, the newest": licenses(),
        "licenses, last page": licenses(number=LICENSES),
        "licenses, whole key": licenses(search=key),
        "licenses, part of a key": licenses(search=key[3:11]),
        "licenses, part of an address": licenses(search="müller.29"),
        "licenses, part of a computer name": licenses(search="LAB-4711"),
        "licenses, one letter": licenses(search="a"),
        "licenses, a word that is in each 8th": licenses(search="desktop"),
        "licenses, a word that is in nearly all": licenses(search="company"),
        "licenses, nothing found": licenses(search="nobody at all"),
        "licenses, found by no code": licenses(search="ZZZZZZZZ"),
        "licenses of a product": licenses(product="product-2"),
    }
    cases |= {f"licenses by {order}": licenses(order=order, descending=False) for order in Order}
    cases |= {f"licenses, {standing}": licenses(standing=standing) for standing in Standing}
    return cases


def _other_cases(session: Session, computer_id: str) -> dict[str, Callable[[], object]]:
    def found(search: str = "", state: State | None = None) -> Callable[[], object]:
        return partial(computers.computers, session, computers.Wanted(search, state))

    def people(search: str = "", number: int = 1) -> Callable[[], object]:
        return partial(records.customers, session, search, number=number)

    def one_computer() -> object:
        return computers.described(session, computers.with_id(session, 4711), NOW)

    def one_customer() -> object:
        customer = records.with_id(session, 4711)
        records.mails_of(session, customer)
        computers.of_customer(session, customer)
        records.licenses_of(session, customer)
        return records.extent(session, customer)

    def one_product() -> object:
        return products.live_computers(session, products.find_product(session, "product-1"))

    return {
        "computers, the newest": found(),
        "computers, part of an ID": found(computer_id[2:13]),
        "computers, part of a name": found("prüfstand-047"),
        "computers, one letter": found("a"),
        "computers, a word that is in each 8th": found("desktop"),
        "computers, nothing found": found("nobody at all"),
        "computers, released": found(state=State.RELEASED),
        "customers, the first": people(),
        "customers, last page": people(number=CUSTOMERS),
        "customers, part of an address": people("company-77."),
        "customers, nothing found": people("nobody at all"),
        "the page of a computer": one_computer,
        "the page of a customer": one_customer,
        "computers of a product, by epoch": one_product,
        "audit, the latest": partial(listings.audit_events, session, listings.AuditWanted()),
        "audit of one license": partial(
            listings.audit_events, session, listings.AuditWanted(license_id=4711)
        ),
    }
