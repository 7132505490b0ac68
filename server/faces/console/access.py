"""One operator's access to the server: the only door of the screens; each operation names its permission."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.exc import SQLAlchemyError

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_name import clean_computer_name
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.server import vendor
from keyferry.server.core import peers
from keyferry.server.core.audit import By
from keyferry.server.core.brand import branding
from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.licensing.facts import release_facts
from keyferry.server.core.licensing.license_changes import Content
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import Role
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.core.staff.roles import PERMISSIONS
from keyferry.server.core.staff.sessions import end, find
from keyferry.server.db import explained, reading, transaction, troubles_in_words
from keyferry.server.faces.console import views
from keyferry.server.faces.console.door import runs
from keyferry.server.faces.console.exports import Exports
from keyferry.server.faces.console.harmless import visible_all
from keyferry.server.faces.console.lists import viewed
from keyferry.server.faces.console.many_at_once import Many
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import (
    changes,
    customers,
    first_day,
    operations,
    products,
    settings,
    signing_in,
)
from keyferry.server.services.permission import permission_of
from keyferry.server.services.requests import Typed, opened


@dataclass(frozen=True)
class Access(Exports, Many):
    """One operator at work, from signing in to signing out."""

    @runs(operations.activate)
    def activate(
        self, typed: Typed, *, email: str, mails_key: bool, notes: str, reason: str, link: str = ""
    ) -> views.KeyGiven:
        """Give a computer key; raises what `operations.activate` raises.

        What a pasted link proves counts as long as the rest is what it says.
        """
        given = operations.activate(
            _asked(typed, link), by=self.by, email=email, mails_key=mails_key, notes=notes, reason=reason
        )
        with reading() as session:
            return views.key_given(given, parts().clock(), can_mail=outgoing(session).is_offered)

    @runs(operations.activate)
    def mail_key(self, typed: Typed, email: str) -> views.KeyGiven:
        """Send the computer key that was given to an address; raises what `operations.activate` raises."""
        given = operations.activate(typed, by=self.by, email=email, mails_key=True)
        return views.key_given(given, parts().clock(), can_mail=True)

    @runs(operations.release)
    def release(self, typed: Typed, code: str, link: str = "") -> views.ReleaseFacts:
        """Release a seat with a code, and with all codes of a pasted link that has this one.

        Raises what `operations.release` raises.
        """
        asked = _asked_to_release(typed, code, link)
        proof = asked.code if isinstance(asked, DeactivationRequest) else read_deactivation_code(code)
        return release_facts(operations.release(asked, Code(proof), by=self.by), parts().clock())

    @runs(operations.force_release)
    def force_release(self, typed: Typed, reason: str) -> views.ReleaseFacts:
        """Release a seat for a reason; raises what `operations.force_release` raises."""
        return release_facts(operations.force_release(typed, reason, by=self.by), parts().clock())

    @runs(changes.edit)
    def edit(self, activation_key: str, content: Content, version: str) -> views.LicenseView:
        """Change what a license grants; raises what `changes.edit` raises."""
        key = ActivationKey.from_text(activation_key)
        return changes.edit(key, content, by=self.by, show=viewed, version=version).shown

    @runs(changes.replace_key)
    def replace_key(self, activation_key: str) -> views.LicenseView:
        """Give a license another activation key; the present one activates nothing any more."""
        return changes.replace_key(ActivationKey.from_text(activation_key), by=self.by, show=viewed).shown

    @runs(changes.renew)
    def renew(self, activation_key: str, terms: Terms) -> views.LicenseView:
        """Move the expiry of a license; raises what `changes.renew` raises."""
        return changes.renew(ActivationKey.from_text(activation_key), terms, by=self.by, show=viewed).shown

    @runs(changes.suspend)
    def suspend(self, activation_key: str) -> views.LicenseView:
        """Refuse every activation of a license until it is resumed."""
        return changes.suspend(ActivationKey.from_text(activation_key), by=self.by, show=viewed).shown

    @runs(changes.resume)
    def resume(self, activation_key: str) -> views.LicenseView:
        """End the suspension of a license."""
        return changes.resume(ActivationKey.from_text(activation_key), by=self.by, show=viewed).shown

    @runs(customers.edit)
    def edit_customer(self, number: int, *, email: str, name: str, notes: str, version: str) -> bool:
        """Change address, name and notes; raises what `customers.edit` raises."""
        return customers.edit(number, email=email, name=name, notes=notes, version=version, by=self.by)

    @runs(customers.merge)
    def merge_customer(self, number: int, into: str) -> int:
        """Give all of a customer to that of another address; returns how many licenses moved."""
        return customers.merge(number, into, by=self.by)[1]

    @runs(customers.delete)
    def delete_customer(self, number: int) -> bool:
        """Delete a customer; the licenses stay."""
        customers.delete(number, by=self.by)
        return True

    @runs(products.add)
    def add_product(self, new: views.NewProduct) -> str:
        """Add a product, and return its code; raises what `products.add` raises."""
        return products.add(**vars(new), by=self.by, show=lambda added: added.code)

    @runs(products.add_features)
    def add_features(self, code: str, names: Sequence[str]) -> bool:
        """Add features at the end of a product's list; raises what `products.add_features` raises."""
        products.add_features(code, names, by=self.by)
        return True

    @runs(products.rotate)
    def rotate(self, code: str, *, retire_old: bool, version: str, typed: str) -> bool:
        """Start the next epoch of a product; raises what `products.rotate` raises."""
        return products.rotate(
            code, retire_old=retire_old, version=version, typed=typed, by=self.by, show=lambda _: True
        )

    @runs(products.retire)
    def retire(self, code: str, number: int, typed: str) -> bool:
        """Retire an earlier epoch of a product; raises what `products.retire` raises."""
        products.retire(code, number, typed=typed, by=self.by)
        return True

    @runs(first_day.issue_test_license)
    def issue_test_license(self) -> bool:
        """Create a license to try things with; raises what `first_day.issue_test_license` raises."""
        first_day.issue_test_license(by=self.by)
        return True

    @runs(settings.set_property)
    def set_property(self, name: str, value: str) -> views.PropertyView:
        """Set a server property; raises what `settings.set_property` raises."""
        return settings.set_property(
            name,
            value,
            by=self.by,
            show=lambda row: views.property_view(PROPERTIES[row.name], row.value, row),
        )

    @runs(settings.reset_property)
    def reset_property(self, name: str) -> bool:
        """Have the default of a property count again."""
        settings.reset_property(name, by=self.by)
        return True


def house() -> views.House:
    """Return whose server this is, and where, as far as the database says it at the moment."""
    settings = parts().settings
    host = (settings.public_url or "").partition("://")[2].strip("/")
    try:
        with reading() as session:
            name = branding.current(session, vendor.from_settings()).name
    except SQLAlchemyError as error:
        if explained(error) is None:
            raise
        name = vendor.from_settings().name
    return visible_all(views.House(name, host))


def today() -> date:
    """Return the day that it is at the server, in UTC."""
    return parts().clock().date()


def _asked(typed: Typed, link: str) -> ActivationRequest | Typed:
    """Return what is asked for: the wizard's own request where its link was pasted and proves something."""
    asked = opened(link) if link else None
    if isinstance(asked, ActivationRequest) and asked.openings and _is_meant(asked, typed):
        name = clean_computer_name(typed.computer_name)
        return replace(asked, computer_name=name or asked.computer_name)
    return typed


def _asked_to_release(typed: Typed, code: str, link: str) -> DeactivationRequest | Typed:
    """Return the wizard's own request where its link was pasted, and the rest is still what it says."""
    asked = opened(link) if link else None
    if not isinstance(asked, DeactivationRequest) or asked.code.text != code.strip():
        return typed
    return asked if asked.computer_id.text == typed.computer_id.strip() else typed


def _is_meant(asked: ActivationRequest, typed: Typed) -> bool:
    same_key = asked.activation_key.text == typed.activation_key
    return same_key and asked.computer_id.text == typed.computer_id.strip()


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
