"""What an operator takes along: tables for a spreadsheet, a customer's data, a product's profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from keyferry.server.core.licensing import computers, copies, listings, public_keys
from keyferry.server.core.licensing.products import find_product
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.console import views
from keyferry.server.faces.console.door import needs, runs
from keyferry.server.faces.console.lists import Lists
from keyferry.server.faces.console.tables import Table
from keyferry.server.parts import parts
from keyferry.server.services import (
    changes,
    changing_many,
    customer_data,
    customers,
    issuing,
    list_queries,
    products,
)
from keyferry.server.words import columns as of
from keyferry.server.words.columns import Columns, row_of

# As many rows as the portal puts into a workbook: all of them are made before the file is written.
MOST_ROWS = 100_000
_PIECE = 500


class Exports(Lists):
    """Writes down who took what; a piece at a time, so that nobody else waits for it."""

    @runs(changing_many.export)
    def license_table(self, asked: Mapping[str, str]) -> Table:
        """Return all licenses of a list; raises Malformed (nothing_chosen, too_many_chosen)."""
        now = parts().clock()
        columns, wanted = of.licenses_at(now), list_queries.licenses_wanted(asked, now)
        pieces = changing_many.export(
            wanted, by=self.by, show=lambda one: row_of(columns, one), most=MOST_ROWS
        )
        return Table("licenses", tuple(columns), tuple(chain.from_iterable(pieces)), is_whole=True)

    @runs(changes.export)
    def table_of(self, numbers: Sequence[int]) -> Table:
        """Return these licenses; raises Malformed (nothing_chosen)."""
        columns = of.licenses_at(parts().clock())
        rows = changes.export(numbers, by=self.by, show=lambda one: row_of(columns, one))
        return Table("licenses", tuple(columns), tuple(rows), is_whole=True)

    @runs(issuing.export)
    def batch_table(self, number: int) -> Table:
        """Return the licenses that were issued together; raises NotFound (unknown_batch)."""
        columns = of.licenses_at(parts().clock())
        pieces = issuing.export(number, by=self.by, show=lambda one: row_of(columns, one))
        rows = tuple(chain.from_iterable(pieces))
        return Table(f"licenses-{number}", tuple(columns), rows, is_whole=True)

    @needs(Permission.SEE_LICENSES)
    def computer_table(self, asked: Mapping[str, str]) -> Table:
        """Return the latest computers of a list."""
        wanted = list_queries.computers_wanted(asked, parts().clock())
        return _table("computers", of.COMPUTERS, _walked(computers.before, wanted))

    @needs(Permission.SEE_LICENSES)
    def copy_table(self) -> Table:
        """Return the latest possible copies."""
        return _table("possible-copies", of.COPIES, _walked(copies.before))

    @runs(customers.export)
    def customer_table(self, asked: Mapping[str, str]) -> Table:
        """Return the first customers of a list."""
        wanted = list_queries.customers_wanted(asked, parts().clock())
        pieces = customers.export(wanted, by=self.by, show=lambda one: row_of(of.CUSTOMERS, one))
        return _limited("customers", tuple(of.CUSTOMERS), chain.from_iterable(pieces))

    @needs(Permission.SEE_LICENSES)
    def product_table(self) -> Table:
        """Return every product."""
        rows = [
            (one.code, one.name, one.key_style, one.epochs[0].number, one.computers, one.added)
            for one in self.catalog()
        ]
        return _limited("products", of.PRODUCTS, rows)

    @needs(Permission.SEE_AUDIT)
    def audit_table(self, asked: Mapping[str, str]) -> Table:
        """Return the latest events of a list."""
        wanted = list_queries.audit_wanted(asked, parts().clock())

        def before(session: Any, number: int | None, size: int) -> Sequence[Any]:
            return listings.audit_events_before(session, wanted, before=number, size=size)

        return _table("audit", of.EVENTS, _walked(before))

    @runs(customer_data.export)
    def customer_data(self, number: int) -> views.Written:
        """Return all that is stored about a customer; raises NotFound (unknown_customer)."""
        file = customer_data.export(number, by=self.by)
        return views.Written(file.name, "".join(file.pieces))

    @needs(Permission.SEE_LICENSES)
    def public_keys(self, code: str) -> Sequence[views.PublicKeyView]:
        """Return the public key of each epoch, the latest first; raises NotFound (unknown_product)."""
        with reading() as session:
            found = find_product(session, code)
            epochs = {one.number: one for one in found.epochs}
            return [
                views.PublicKeyView(
                    product_code=found.code,
                    epoch=key.epoch,
                    since=epochs[key.epoch].created_at.date(),
                    retired=retired.date() if (retired := epochs[key.epoch].retired_at) else None,
                    pem=key.pem,
                    jwk=key.jwk,
                )
                for key in public_keys.license_file_keys(found, parts().keyring)
            ]

    @runs(products.export)
    def profile(self, code: str) -> views.Written:
        """Return what a vendor builds into the application; raises NotFound (unknown_product)."""
        profile = products.export(code, by=self.by)
        name = f"{profile.product_code}-epoch-{profile.current_epoch.number}.profile.json"
        return views.Written(name, f"{profile.to_json()}\n")


def _table(name: str, columns: Columns, found: Iterable[Any]) -> Table:
    return _limited(name, tuple(columns), (row_of(columns, one) for one in found))


def _limited(name: str, columns: Sequence[str], found: Iterable[Sequence[object]]) -> Table:
    rows: list[Sequence[object]] = []
    named = f"{name}-{parts().clock().date().isoformat()}"
    for row in found:
        if len(rows) == MOST_ROWS:
            return Table(named, columns, tuple(rows), is_whole=False)
        rows.append(row)
    return Table(named, columns, tuple(rows), is_whole=True)


def _walked(before: Callable[..., Sequence[Any]], *wanted: Any) -> Iterator[Any]:
    """Yield the rows of a list from its first one on, each while the session is open that read it."""
    last: int | None = None
    while True:
        with reading() as session:
            rows = before(session, *wanted, last, _PIECE)
            yield from rows
        if not rows:
            return
        last = rows[-1].id
