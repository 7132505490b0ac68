"""What an operator reads: lists a page at a time, what is behind a row, and tables for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core import properties
from keyferry.server.core.customers import listing, records
from keyferry.server.core.licensing import computers as activations
from keyferry.server.core.licensing import copies, licenses, listings
from keyferry.server.core.licensing.computers import Wanted as ComputersWanted
from keyferry.server.core.licensing.facts import license_facts
from keyferry.server.core.licensing.listings import AuditWanted, Wanted
from keyferry.server.core.licensing.products import every_product
from keyferry.server.core.models import License
from keyferry.server.core.pages import Beside, Page
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.console import views
from keyferry.server.faces.console.door import Door, needs, runs
from keyferry.server.faces.console.tables import AUDIT_COLUMNS, LICENSE_COLUMNS, Table, audit_line
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import changes, figures
from keyferry.server.services.requests import opened
from keyferry.server.words.wording import DISPLACED

# As many as the portal gives at once of each.
_MOST_LICENSES, _MOST_EVENTS = 1000, 100_000
_PIECE = 500


class Lists(Door):
    """Reads what the role may see."""

    @needs(Permission.SEE_LICENSES)
    def licenses(
        self, wanted: Wanted, number: int = 1, beside: Beside | None = None, *, soon: int = 0
    ) -> Page[views.LicenseRow]:
        """Return a page of licenses, with `soon` of those that end within so many days."""
        now = parts().clock()
        with reading() as session:
            page = listings.licenses(session, _soon(wanted, soon), now=now, number=number, beside=beside)
            return page.of([views.license_row(one, now) for one in page.rows])

    @needs(Permission.SEE_LICENSES)
    def license(self, activation_key: str | int) -> views.LicenseView:
        """Return a license by its key, or by the number of an event of it.

        Raises NotFound (unknown_activation_key, unknown_license).
        """
        with reading() as session:
            if isinstance(activation_key, int):
                found = licenses.with_id(session, activation_key)
            else:
                found = licenses.find(session, ActivationKey.from_text(activation_key))
            counted = copies.count_of_license(session, found)
            can_mail = outgoing(session).is_offered
            return views.license_view(found, parts().clock(), can_mail=can_mail, copies=counted)

    @needs(Permission.SEE_LICENSES)
    def scanned(self, link: str) -> views.Scanned:
        """Return what a pasted link asks for.

        Raises what `services.requests.opened` raises, and NotFound (unknown_activation_key).
        """
        asked = opened(link)
        key, code = asked.activation_key.text, ""
        if isinstance(asked, DeactivationRequest):
            with reading() as session:
                # What was activated with a key that was replaced since is still given back.
                key = licenses.find(session, asked.activation_key, former_too=True).activation_key
            code = asked.code.text
        return views.Scanned(link, key, asked.computer_id.text, asked.computer_name or "", code)

    @needs(Permission.SEE_LICENSES)
    def computers(
        self, wanted: ComputersWanted, number: int = 1, beside: Beside | None = None
    ) -> Page[views.ComputerRow]:
        """Return a page of computers, the latest activation first."""
        now = parts().clock()
        with reading() as session:
            page = activations.computers(session, wanted, number=number, beside=beside)
            return page.of([views.computer_row(one, now) for one in page.rows])

    @needs(Permission.SEE_LICENSES)
    def computer(self, number: int) -> views.ComputerView:
        """Return what holds for a computer; raises NotFound (unknown_computer)."""
        now = parts().clock()
        with reading() as session:
            found = activations.described(session, activations.with_id(session, number), now)
            own_key = activations.activation_key_of(session, found.activation)
            return views.computer_view(found, own_key, now, DISPLACED)

    @needs(Permission.SEE_LICENSES)
    def copies(self, number: int = 1) -> Page[views.CopyRow]:
        """Return a page of possible copies, the latest first."""
        now = parts().clock()
        with reading() as session:
            page = copies.listed(session, number=number)
            return page.of([views.copy_row(one, now) for one in page.rows])

    @needs(Permission.SEE_LICENSES)
    def customers(
        self, search: str, number: int = 1, beside: Beside | None = None
    ) -> Page[views.CustomerRow]:
        """Return a page of customers, sorted by address."""
        with reading() as session:
            wanted, now = listing.Wanted(search), parts().clock()
            page = listing.customers(session, wanted, now=now, number=number, beside=beside)
            return page.of([views.customer_row(one) for one in page.rows])

    @needs(Permission.SEE_LICENSES)
    def customer(self, number: int) -> views.CustomerView:
        """Return a customer with its latest licenses; raises NotFound (unknown_customer)."""
        with reading() as session:
            found = records.with_id(session, number)
            held = records.licenses_of(session, found)
            total = activations.computers(session, ComputersWanted(customer=number), size=1).total
            extent = records.extent(session, found)
            return views.customer_view(found, extent, held.rows, total, parts().clock())

    @needs(Permission.SEE_LICENSES)
    def catalog(self) -> Sequence[views.ProductView]:
        """Return every product with its epochs and their computers, by name."""
        with reading() as session:
            found = list(every_product(session))
            for one in found:
                # Read while the session is open: they are counted in another.
                _ = one.epochs
        return [views.product_view(one, figures.live_computers(one)[0]) for one in found]

    @needs(Permission.CHANGE_LICENSES)
    def products(self) -> Sequence[views.ProductChoice]:
        """Return what licenses can be created for, by name."""
        with reading() as session:
            products = every_product(session)
            return [views.ProductChoice(one.code, one.name, tuple(one.features)) for one in products]

    @needs(Permission.SET_PROPERTIES)
    def properties(self) -> Sequence[views.PropertyView]:
        """Return all server properties."""
        with reading() as session:
            values, stored = properties.read(session), properties.stored(session)
        return [
            views.property_view(one, values[one.name], stored.get(one.name)) for one in PROPERTIES.values()
        ]

    @needs(Permission.SEE_AUDIT)
    def audit(
        self, wanted: AuditWanted, number: int = 1, beside: Beside | None = None, *, days: int = 0
    ) -> Page[views.AuditEvent]:
        """Return a page of the audit, the latest events first, with `days` of the last so many."""
        with reading() as session:
            return listings.audit_events(session, _since(wanted, days), number=number, beside=beside)

    @runs(changes.export)
    def license_table(self, wanted: Wanted, *, soon: int = 0) -> Table:
        """Return the first licenses of a list as a table, and write down who took their keys."""
        now, numbers = parts().clock(), set[int]()
        with reading() as session:
            page, number, beside = None, 1, None
            while len(numbers) < _MOST_LICENSES and (page is None or page.has_next):
                page = listings.licenses(
                    session, _soon(wanted, soon), now=now, number=number, size=_PIECE, beside=beside
                )
                numbers |= {one.id for one in page.rows}
                number, beside = page.number + 1, page.following
        rows = changes.export(numbers, by=self.by, show=lambda one: _license_line(one, now))
        return Table("licenses", LICENSE_COLUMNS, tuple(rows), is_whole=not (page and page.has_next))

    @needs(Permission.SEE_AUDIT)
    def audit_table(self, wanted: AuditWanted, *, days: int = 0) -> Table:
        """Return the latest events of a list as a table."""
        rows: list[Sequence[object]] = []
        for event in _events(_since(wanted, days)):
            if len(rows) == _MOST_EVENTS:
                return Table(_named_today("audit"), AUDIT_COLUMNS, tuple(rows), is_whole=False)
            rows.append(audit_line(event))
        return Table(_named_today("audit"), AUDIT_COLUMNS, tuple(rows), is_whole=True)


def _soon(wanted: Wanted, days: int) -> Wanted:
    return replace(wanted, ends_by=parts().clock().date() + timedelta(days=days)) if days else wanted


def _since(wanted: AuditWanted, days: int) -> AuditWanted:
    return replace(wanted, since=parts().clock().date() - timedelta(days=days - 1)) if days else wanted


def _named_today(name: str) -> str:
    return f"{name}-{parts().clock().date().isoformat()}"


def _events(wanted: AuditWanted) -> Iterator[views.AuditEvent]:
    before: int | None = None
    while True:
        with reading() as session:
            rows = listings.audit_events_before(session, wanted, before=before, size=_PIECE)
        if not rows:
            return
        yield from rows
        before = rows[-1].id


def _license_line(license: License, now: datetime) -> Sequence[object]:
    facts = license_facts(license, license.product, now, customer=license.customer)
    seats = facts.seats, facts.seats_used
    term = facts.expires, facts.days, facts.standing.value
    return facts.activation_key, facts.product_code, facts.customer, *seats, *term
