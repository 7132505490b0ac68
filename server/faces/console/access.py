"""One operator's access to the server: the only door of the screens; each operation names its permission."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core import peers, properties
from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import licenses, listings
from keyferry.server.core.licensing.batches import Wanted as NewLicense
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.licensing.facts import license_facts, release_facts
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.licensing.listings import AuditWanted, Wanted
from keyferry.server.core.licensing.products import every_product
from keyferry.server.core.models import License, Role
from keyferry.server.core.pages import Beside, Page
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.core.staff.sessions import end, find
from keyferry.server.db import reading, transaction, troubles_in_words
from keyferry.server.faces.console import views
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import changes, issuing, operations, settings, signing_in
from keyferry.server.services.permission import admit, permission_of, require
from keyferry.server.services.requests import Typed, opened

P = ParamSpec("P")
R = TypeVar("R")
Operation = Callable[Concatenate["Access", P], R]


def needs(permission: Permission) -> Callable[[Operation[P, R]], Operation[P, R]]:
    """Ask before each call whether the session lives and the role permits it.

    It raises NotAllowed (signed_out, not_permitted), and ConfigError where the database is in trouble.
    """

    def decorate(operation: Operation[P, R]) -> Operation[P, R]:
        @wraps(operation)
        def permitted(who: Access, *arguments: P.args, **more: P.kwargs) -> R:
            with troubles_in_words():
                now = who._admitted()
                require(now.by, permission)
                return views.visible_all(operation(now, *arguments, **more))

        permitted.permission = permission  # type: ignore[attr-defined]
        return cast("Operation[P, R]", permitted)

    return decorate


def runs(operation: Callable[..., object]) -> Callable[[Operation[P, R]], Operation[P, R]]:
    """Ask before each call what the operation of `services` that it runs asks, before anything is read."""
    return needs(permission_of(operation))


@dataclass(frozen=True)
class Access:
    """One operator at work, from signing in to signing out."""

    operator: str
    role: Role
    _token: str = field(repr=False)
    by: By

    @property
    def sets_customers(self) -> bool:
        """Whether the role lets this operator set whose a license is."""
        return Permission.CHANGE_LICENSES in PERMISSIONS[self.role]

    def _admitted(self) -> Access:
        """Return this with the role of now; raises NotAllowed (signed_out)."""
        row = admit(self._token, now=parts().clock())
        role = Role(row.operator.role)
        return replace(self, role=role, by=replace(self.by, role=role))

    @needs(Permission.SEE_LICENSES)
    def licenses(
        self, wanted: Wanted, number: int = 1, beside: Beside | None = None
    ) -> Page[views.LicenseFacts]:
        """Return a page of licenses, in a long list the one beside a row."""
        now = parts().clock()
        with reading() as session:
            page = listings.licenses(session, wanted, now=now, number=number, beside=beside)
            rows = [license_facts(one, one.product, now, customer=one.customer) for one in page.rows]
        return page.of(rows)

    @needs(Permission.SEE_LICENSES)
    def license(self, activation_key: str) -> views.LicenseView:
        """Return a license with its computers; raises NotFound (unknown_activation_key)."""
        with reading() as session:
            return _view(session, licenses.find(session, ActivationKey.from_text(activation_key)))

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
        return views.Scanned(key, asked.computer_id.text, asked.computer_name or "", code)

    @runs(operations.activate)
    def activate(
        self, typed: Typed, *, email: str, mails_key: bool, notes: str, reason: str
    ) -> views.KeyGiven:
        """Give a computer key; raises what `operations.activate` raises."""
        given = operations.activate(
            typed, by=self.by, email=email, mails_key=mails_key, notes=notes, reason=reason
        )
        with reading() as session:
            return views.key_given(given, parts().clock(), can_mail=outgoing(session).is_offered)

    @runs(operations.activate)
    def mail_key(self, typed: Typed, email: str) -> views.KeyGiven:
        """Send the computer key that was given to an address; raises what `operations.activate` raises."""
        given = operations.activate(typed, by=self.by, email=email, mails_key=True)
        return views.key_given(given, parts().clock(), can_mail=True)

    @runs(operations.release)
    def release(self, typed: Typed, code: str) -> views.ReleaseFacts:
        """Release a seat with a code; raises what `operations.release` raises."""
        done = operations.release(typed, Code(read_deactivation_code(code)), by=self.by)
        return release_facts(done, parts().clock())

    @runs(operations.force_release)
    def force_release(self, typed: Typed, reason: str) -> views.ReleaseFacts:
        """Release a seat for a reason; raises what `operations.force_release` raises."""
        return release_facts(operations.force_release(typed, reason, by=self.by), parts().clock())

    @needs(Permission.CHANGE_LICENSES)
    def products(self) -> Sequence[views.ProductChoice]:
        """Return what licenses can be created for, by name."""
        with reading() as session:
            products = every_product(session)
            return [views.ProductChoice(one.code, one.name, tuple(one.features)) for one in products]

    @runs(issuing.issue)
    def issue(self, wanted: NewLicense) -> views.LicenseView:
        """Create a license; raises what `issuing.issue` raises."""
        return issuing.issue(wanted, by=self.by, show=_view)

    @runs(changes.renew)
    def renew(self, activation_key: str, terms: Terms) -> views.LicenseView:
        """Move the expiry of a license; raises what `changes.renew` raises."""
        return changes.renew(ActivationKey.from_text(activation_key), terms, by=self.by, show=_view).shown

    @runs(changes.suspend)
    def suspend(self, activation_key: str) -> views.LicenseView:
        """Refuse every activation of a license until it is resumed."""
        return changes.suspend(ActivationKey.from_text(activation_key), by=self.by, show=_view).shown

    @runs(changes.resume)
    def resume(self, activation_key: str) -> views.LicenseView:
        """End the suspension of a license."""
        return changes.resume(ActivationKey.from_text(activation_key), by=self.by, show=_view).shown

    @needs(Permission.SET_PROPERTIES)
    def properties(self) -> Sequence[views.PropertyView]:
        """Return all server properties."""
        with reading() as session:
            values, stored = properties.read(session), properties.stored(session)
        return [
            views.property_view(one, values[one.name], stored.get(one.name)) for one in PROPERTIES.values()
        ]

    @runs(settings.set_property)
    def set_property(self, name: str, value: str) -> views.PropertyView:
        """Set a server property; raises what `settings.set_property` raises."""
        return settings.set_property(
            name,
            value,
            by=self.by,
            show=lambda row: views.property_view(PROPERTIES[row.name], row.value, row),
        )

    @needs(Permission.SEE_AUDIT)
    def audit(
        self, wanted: AuditWanted, number: int = 1, beside: Beside | None = None
    ) -> Page[views.AuditEvent]:
        """Return a page of the audit, the latest events first, in a long one the page beside a row."""
        with reading() as session:
            return listings.audit_events(session, wanted, number=number, beside=beside)


def _view(session: Session, license: License) -> views.LicenseView:
    """Return a license with its computers, those that hold a seat first and the newest first."""
    latest = sorted(license.activations, key=lambda one: (one.ended_at is None, one.id), reverse=True)
    now = parts().clock()
    facts = license_facts(license, license.product, now, customer=license.customer, computers=latest)
    return views.LicenseView(facts, outgoing(session).is_offered)


def sign_in(name: str, password: str, environment: Mapping[str, str], code: str | None = None) -> Access:
    """Open a session, and return its access.

    Raises what `signing_in.sign_in` raises, and ConfigError where the database is in trouble.
    """
    by = By(Channel.CONSOLE, address=address_of(environment))
    device = environment.get("TERM_PROGRAM") or environment.get("TERM")
    with troubles_in_words():
        entered = signing_in.sign_in(name, password, by=by, device=device, now=parts().clock(), code=code)
    operator = entered.session.operator
    role = Role(operator.role)
    return Access(operator.name, role, entered.token, By(Channel.CONSOLE, operator.name, by.address, role))


def sign_out(access: Access) -> None:
    """End the session; nothing happens where it has ended already."""
    now = parts().clock()
    # Signed out is what was wanted.
    with suppress(NotAllowed), transaction() as session:
        end(session, find(session, access._token, now=now), by=access.by, now=now)


def is_offered(access: Access, operation: Callable[..., object]) -> bool:
    """Return whether the role of who signed in permits an operation: what is not permitted is not offered."""
    return permission_of(operation) in PERMISSIONS[access.role]


def address_of(environment: Mapping[str, str]) -> str | None:
    """Return the person's address as the SSH server names it, None at a terminal of this machine."""
    first = (environment.get("SSH_CONNECTION") or environment.get("SSH_CLIENT") or "").split(" ")[0]
    known = peers.normal(first)
    return None if known == peers.UNKNOWN else known
