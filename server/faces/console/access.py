"""One operator's access to the server: the only door of the screens; each operation names its permission."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core import peers, properties
from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import licenses, listings
from keyferry.server.core.licensing.deactivation import Code, Forced
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.licensing.listings import AuditWanted, Wanted
from keyferry.server.core.licensing.products import find_product
from keyferry.server.core.licensing.requests import open_request
from keyferry.server.core.models import License, Product, Role
from keyferry.server.core.pages import Page
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.core.staff.sessions import end, find
from keyferry.server.db import reading, transaction, troubles_in_words
from keyferry.server.faces.console import views
from keyferry.server.faces.console.permits import needs, permission_of
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import operations, signing_in
from keyferry.server.services.guard import guarded
from keyferry.server.services.operations import Typed


@dataclass(frozen=True)
class NewLicense:
    """What a license is created with."""

    product: str
    customer: str
    seats: int
    terms: Terms
    features: tuple[str, ...]
    notes: str


@dataclass(frozen=True)
class Access:
    """One operator at work, from signing in to signing out."""

    operator: str
    role: Role
    _token: str = field(repr=False)
    _by: By

    @needs(Permission.SEE_LICENSES)
    def licenses(self, wanted: Wanted, number: int = 1) -> Page[views.LicenseRow]:
        """Return a page of licenses."""
        now = parts().clock()
        with reading() as session:
            page = listings.licenses(session, wanted, now=now, number=number)
            rows = [views.license_row(license, now) for license in page.rows]
        return Page(rows, page.total, page.number, page.size)

    @needs(Permission.SEE_LICENSES)
    def license(self, activation_key: str) -> views.LicenseView:
        """Return a license with its computers; raises NotFound (unknown_activation_key)."""
        with reading() as session:
            found = licenses.find(session, ActivationKey.from_text(activation_key))
            return _view(session, found)

    @needs(Permission.SEE_LICENSES)
    def scanned(self, link: str) -> views.Scanned:
        """Return what a pasted link asks for.

        Raises what `core.requests.open_request` raises, and NotFound (unknown_activation_key).
        """
        with reading() as session:
            asked = open_request(session, link, keyring=parts().keyring)
            key = asked.activation_key.text
            if isinstance(asked, DeactivationRequest):
                # What was activated with a key that was replaced since is still given back.
                key = licenses.find(session, asked.activation_key, former_too=True).activation_key
        return views.Scanned(
            key,
            asked.computer_id.text,
            asked.computer_name or "",
            asked.code.text if isinstance(asked, DeactivationRequest) else "",
        )

    @needs(Permission.ACTIVATE)
    def activate(self, typed: Typed, *, email: str, mails_key: bool, notes: str) -> views.KeyGiven:
        """Give a computer key; raises what `operations.activate` raises."""
        given = operations.activate(typed, by=self._by, email=email, mails_key=mails_key, notes=notes)
        with reading() as session:
            return views.key_given(given, can_mail=outgoing(session).is_offered)

    @needs(Permission.ACTIVATE)
    def mail_key(self, typed: Typed, email: str) -> views.KeyGiven:
        """Send the computer key that was given to an address; raises what `operations.activate` raises."""
        given = operations.activate(typed, by=self._by, email=email, mails_key=True)
        return views.key_given(given, can_mail=True)

    @needs(Permission.RELEASE)
    def release(self, typed: Typed, code: str) -> views.SeatReleased:
        """Release a seat with a code; raises what `operations.release` raises."""
        return views.seat_released(operations.release(typed, Code(read_deactivation_code(code)), by=self._by))

    @needs(Permission.FORCE_RELEASE)
    def force_release(self, typed: Typed, reason: str) -> views.SeatReleased:
        """Release a seat for a reason; raises what `operations.release` raises."""
        return views.seat_released(operations.release(typed, Forced(reason), by=self._by))

    @needs(Permission.CHANGE_LICENSES)
    def products(self) -> Sequence[views.ProductChoice]:
        """Return what licenses can be created for, by name."""
        with reading() as session:
            return [
                views.product_choice(one) for one in session.scalars(select(Product).order_by(Product.name))
            ]

    @needs(Permission.CHANGE_LICENSES)
    def issue(self, new: NewLicense) -> views.LicenseView:
        """Create a license; raises what `core.licenses.issue` raises, and NotFound (unknown_product)."""
        now = parts().clock()
        with guarded(event=Event.ISSUE_REFUSED, by=self._by, now=now) as session:
            [issued] = licenses.issue(
                session,
                find_product(session, new.product),
                seats=new.seats,
                terms=new.terms,
                features=new.features,
                customer=new.customer.strip() or None,
                count=1,
                by=self._by,
                now=now,
                notes=new.notes,
            )
            return _view(session, issued)

    @needs(Permission.CHANGE_LICENSES)
    def renew(self, activation_key: str, terms: Terms) -> views.LicenseView:
        """Move the expiry of a license; raises what `core.licenses.renew` raises."""
        with self._changed(Event.CHANGE_REFUSED, activation_key) as (session, license):
            now = parts().clock()
            licenses.renew(session, license, expires=terms.expires, days=terms.days, by=self._by, now=now)
            return _view(session, license)

    @needs(Permission.CHANGE_LICENSES)
    def suspend(self, activation_key: str) -> views.LicenseView:
        """Refuse every activation of a license until it is resumed."""
        with self._changed(Event.CHANGE_REFUSED, activation_key) as (session, license):
            now = parts().clock()
            licenses.suspend(session, license, by=self._by, now=now)
            return _view(session, license)

    @needs(Permission.CHANGE_LICENSES)
    def resume(self, activation_key: str) -> views.LicenseView:
        """End the suspension of a license."""
        with self._changed(Event.CHANGE_REFUSED, activation_key) as (session, license):
            now = parts().clock()
            licenses.resume(session, license, by=self._by, now=now)
            return _view(session, license)

    @needs(Permission.SET_PROPERTIES)
    def properties(self) -> Sequence[views.PropertyView]:
        """Return all server properties."""
        with reading() as session:
            values, stored = properties.read(session), properties.stored(session)
        return [
            views.property_view(one, values[one.name], stored.get(one.name)) for one in PROPERTIES.values()
        ]

    @needs(Permission.SET_PROPERTIES)
    def set_property(self, name: str, value: str) -> views.PropertyView:
        """Set a server property; raises what `core.properties.put` raises."""
        now = parts().clock()
        with guarded(event=Event.CHANGE_REFUSED, by=self._by, now=now) as session:
            row = properties.put(session, name, value, by=self._by, now=now)
            return views.property_view(PROPERTIES[row.name], row.value, row)

    @needs(Permission.SEE_AUDIT)
    def audit(self, wanted: AuditWanted, number: int = 1) -> Page[views.AuditRow]:
        """Return a page of the audit, the latest events first."""
        with reading() as session:
            page = listings.audit_events(session, wanted, number=number)
            rows = [views.audit_row(event) for event in page.rows]
        return Page(rows, page.total, page.number, page.size)

    @contextmanager
    def _changed(self, event: Event, activation_key: str) -> Iterator[tuple[Session, License]]:
        key = ActivationKey.from_text(activation_key)
        with guarded(event=event, by=self._by, now=parts().clock(), activation_key=key) as session:
            yield session, licenses.find(session, key, lock=True)


def _view(session: Session, license: License) -> views.LicenseView:
    return views.license_view(license, parts().clock(), can_mail=outgoing(session).is_offered)


def sign_in(name: str, password: str, environment: Mapping[str, str], code: str | None = None) -> Access:
    """Open a session, and return its access.

    Raises what `signing_in.sign_in` raises, and ConfigError where the database is in trouble.
    """
    by = By(Channel.CONSOLE, address=address_of(environment))
    device = environment.get("TERM_PROGRAM") or environment.get("TERM")
    with troubles_in_words():
        entered = signing_in.sign_in(name, password, by=by, device=device, now=parts().clock(), code=code)
    operator = entered.session.operator
    return Access(
        operator.name, Role(operator.role), entered.token, By(Channel.CONSOLE, operator.name, by.address)
    )


def sign_out(access: Access) -> None:
    """End the session; nothing happens where it has ended already."""
    now = parts().clock()
    # Signed out is what was wanted.
    with suppress(NotAllowed), transaction() as session:
        end(session, find(session, access._token, now=now), by=access._by, now=now)


def is_offered(access: Access, operation: Callable[..., object]) -> bool:
    """Tell whether the role of who signed in permits an operation: what is not permitted is not offered."""
    permission = permission_of(operation)
    return permission is not None and permission in PERMISSIONS[access.role]


def address_of(environment: Mapping[str, str]) -> str | None:
    """Return the person's address as the SSH server names it, None at a terminal of this machine."""
    first = (environment.get("SSH_CONNECTION") or environment.get("SSH_CLIENT") or "").split(" ")[0]
    known = peers.normal(first)
    return None if known == peers.UNKNOWN else known
