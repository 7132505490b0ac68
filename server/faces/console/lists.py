"""What an operator reads: lists a page at a time, and what is behind a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core import properties
from keyferry.server.core.customers import listing, records
from keyferry.server.core.customers.contacts import known_customer
from keyferry.server.core.first_day import opened as opened_step
from keyferry.server.core.licensing import audited, batches, copies, licenses, listings, story
from keyferry.server.core.licensing import computers as activations
from keyferry.server.core.licensing.computers import Wanted as ComputersWanted
from keyferry.server.core.licensing.listings import AuditWanted
from keyferry.server.core.licensing.products import every_product
from keyferry.server.core.mail.listing import Wanted as MailsWanted
from keyferry.server.core.mail.listing import mails as listed_mails
from keyferry.server.core.models import License, Listing, Operator
from keyferry.server.core.pages import Beside, Page
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.core.staff import saved_views
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.console import views
from keyferry.server.faces.console.door import Door, needs
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import figures, first_day, list_queries, products
from keyferry.server.services import views as arranging
from keyferry.server.services.permission import admit
from keyferry.server.services.reach import host_of
from keyferry.server.services.requests import opened
from keyferry.server.words.wording import DISPLACED, detail_in_words


class Lists(Door):
    """Reads what the role may see."""

    @needs(Permission.SEE_LICENSES)
    def licenses(
        self, asked: Mapping[str, str], number: int = 1, beside: Beside | None = None, *, latest: bool = False
    ) -> Page[views.LicenseRow]:
        """Return a page of licenses; what is asked of them is said as in `services.list_queries`.

        With `latest`, each has when something was last recorded of it.
        """
        now = parts().clock()
        wanted = list_queries.licenses_wanted(asked, now)
        with reading() as session:
            page = listings.licenses(session, wanted, now=now, number=number, beside=beside)
            last = listings.latest_events(session, page.rows) if latest else {}
            return page.of([views.license_row(one, now, last.get(one.id)) for one in page.rows])

    @needs(Permission.SEE_LICENSES)
    def columns(self) -> views.ChosenColumns:
        """Return which columns of licenses this operator chose, here or in the portal."""
        names = self._operator.license_columns
        return views.ChosenColumns(None if names is None else tuple(names))

    @needs(Permission.SEE_LICENSES)
    def choose_columns(self, names: Sequence[str] | None) -> views.ChosenColumns:
        """Keep which columns of licenses this operator sees, here and in the portal; None: the usual ones."""
        arranging.choose_columns(self._operator, names)
        return self.columns()

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
            return viewed(session, found)

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
        self, asked: Mapping[str, str], number: int = 1, beside: Beside | None = None
    ) -> Page[views.ComputerRow]:
        """Return a page of computers, the latest activation first; asked for as licenses are."""
        now = parts().clock()
        wanted = list_queries.computers_wanted(asked, now)
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
        self, asked: Mapping[str, str], number: int = 1, beside: Beside | None = None
    ) -> Page[views.CustomerRow]:
        """Return a page of customers; asked for as licenses are."""
        now = parts().clock()
        wanted = list_queries.customers_wanted(asked, now)
        with reading() as session:
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
            can_mail = outgoing(session).is_offered
            return views.customer_view(found, extent, held.rows, total, parts().clock(), can_mail=can_mail)

    @needs(Permission.SEE_LICENSES)
    def mails(self, number: int) -> Sequence[views.MailView]:
        """Return the latest emails to a customer; raises NotFound (unknown_customer)."""
        with reading() as session:
            sent = records.mails_of(session, records.with_id(session, number))
            return [views.mail_view(one) for one in sent.rows]

    @needs(Permission.SEE_LICENSES)
    def outbox(
        self, wanted: MailsWanted, number: int = 1, beside: Beside | None = None
    ) -> Page[views.MailView]:
        """Return a page of all emails, the latest first."""
        with reading() as session:
            page = listed_mails(session, wanted, now=parts().clock(), number=number, beside=beside)
            return page.of([views.mail_view(one) for one in page.rows])

    @needs(Permission.SEE_LICENSES)
    def standstill(self) -> str:
        """Return why no email goes out at the moment, "" where nothing stops it."""
        with reading() as session:
            found = outgoing(session)
        if not found.is_offered:
            return "This server can’t send email because no mail server is set."
        return f"Email is delayed. {found.obstacle}" if found.obstacle else ""

    @needs(Permission.SEE_LICENSES)
    def catalog(self) -> Sequence[views.ProductView]:
        """Return every product with its epochs and their computers, by name."""
        with reading() as session:
            found = list(every_product(session))
            for one in found:
                # Read while the session is open: they are counted in another.
                _ = one.epochs
        return [
            views.product_view(one, products.version_of(one), figures.live_computers(one)[0]) for one in found
        ]

    @needs(Permission.SEE_LICENSES)
    def products(self) -> Sequence[views.ProductChoice]:
        """Return what licenses are of, by name."""
        with reading() as session:
            products = every_product(session)
            return [views.ProductChoice(one.code, one.name, tuple(one.features)) for one in products]

    @needs(Permission.SEE_LICENSES)
    def first_day(self) -> views.FirstDay | None:
        """Return how far the vendor is, None where that is not for this operator, done, or hidden."""
        found = first_day.of(self._operator)
        if found is None or found.is_done:
            return None
        product = found.facts.product.name if found.facts.product else ""
        done = frozenset(step.value for step in found.done)
        return views.FirstDay(done, opened_step(found.done) or "", product, host_of(parts().settings))

    @needs(Permission.CHANGE_LICENSES)
    def known_customer(self, email: str) -> str:
        """Return who has an address, and how many licenses they hold; "" where nobody has it."""
        with reading() as session:
            customer = known_customer(session, email)
            if customer is None:
                return ""
            held = records.licenses_of(session, customer, size=1).total
            licenses_so_far = f"{held:,} {'license' if held == 1 else 'licenses'} so far"
            return f"{customer.name}, {licenses_so_far}" if customer.name else licenses_so_far

    @needs(Permission.SEE_LICENSES)
    def can_mail(self) -> bool:
        """Return whether this server can send email."""
        with reading() as session:
            return outgoing(session).is_offered

    @needs(Permission.SEE_LICENSES)
    def history(self, number: int) -> Sequence[views.Moment]:
        """Return the latest events of a license, as many as the portal shows on its page."""
        with reading() as session:
            found = licenses.with_id(session, number)
            events = listings.audit_events(session, AuditWanted(license_id=number), size=story.MOST_EVENTS)
            names = story.of(session, found, events).names
            return [
                views.Moment(one, detail_in_words(one), names.get(one.activation_id or 0) or "")
                for one in events.rows
            ]

    @needs(Permission.SEE_LICENSES)
    def views_of(self, listing: str) -> Sequence[views.SavedView]:
        """Return the views of a list that this operator has saved."""
        of = list_queries.OF_LISTING[Listing(listing)]
        with reading() as session:
            saved = saved_views.of_operator(session, self._operator, Listing(listing))
            return [views.SavedView(one.id, one.name, of.of_query(one.query)) for one in saved]

    @needs(Permission.SEE_LICENSES)
    def save_view(self, listing: str, name: str, asked: Mapping[str, str]) -> bool:
        """Save what is asked of a list under a name; raises what `services.views.save` raises."""
        of = list_queries.OF_LISTING[Listing(listing)]
        arranging.save(self._operator, Listing(listing), name, of.query(asked))
        return True

    @needs(Permission.SEE_LICENSES)
    def remove_view(self, number: int) -> str:
        """Remove a view, and return its name; raises NotFound (unknown_view)."""
        return arranging.remove(self._operator, number)

    @property
    def _operator(self) -> Operator:
        return admit(self._token, now=parts().clock()).operator

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
        self, asked: Mapping[str, str], number: int = 1, beside: Beside | None = None
    ) -> Page[views.Moment]:
        """Return a page of the audit, the latest events first; asked for as licenses are."""
        wanted = list_queries.audit_wanted(asked, parts().clock())
        with reading() as session:
            page = listings.audit_events(session, wanted, number=number, beside=beside)
            named = audited.named(session, page.rows)
            return page.of(
                [
                    views.Moment(
                        one,
                        detail_in_words(one, named.customers),
                        named.computers.get(one.activation_id or 0) or "",
                        named.keys.get(one.license_id or 0, ""),
                    )
                    for one in page.rows
                ]
            )


def viewed(session: Session, license: License) -> views.LicenseView:
    """Return a license with all that is shown of it."""
    return views.license_view(
        license,
        parts().clock(),
        can_mail=outgoing(session).is_offered,
        copies=copies.count_of_license(session, license),
        together=batches.others(session, license),
    )
