"""The first-day list: which steps are done, a test license by one press, and the demo machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from keyferry.protocol.computer_key import ComputerKey
from keyferry.server import vendor
from keyferry.server.core import first_day, properties
from keyferry.server.core.audit import By
from keyferry.server.core.brand import branding, contact
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.brand.contact import Contact
from keyferry.server.core.errors import NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.first_day import Facts, Step
from keyferry.server.core.licensing import demo_machine
from keyferry.server.core.models import Operator, Product
from keyferry.server.core.staff import roles, second_factor
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import one_at_a_time, reading, transaction
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services.guard import guarded
from keyferry.server.services.permission import permitted
from keyferry.server.services.reach import Reach, reach_of
from keyferry.server.services.settings import set_property

_DEMO = "demo machine"


@dataclass(frozen=True)
class FirstDay:
    """How far a vendor is, for one of the staff."""

    done: frozenset[Step]
    facts: Facts
    reach: Reach
    brand: Brand
    contact: Contact
    mails: bool
    """Whether email can be sent, as far as settings and worker say."""
    demo_has_key: bool
    """Whether a phone got the key of the demo machine."""

    @property
    def is_done(self) -> bool:
        """Whether no step is left."""
        return len(self.done) == len(Step)

    @property
    def state(self) -> str:
        """What is different once something has happened that the page shows."""
        return f"{len(self.done)}{'k' if self.demo_has_key else ''}"


def of(operator: Operator) -> FirstDay | None:
    """Return how far the vendor is, None where the list is not for this operator, or hidden.

    Administrators have it until it is done or hidden, and who may issue licenses until the first activation.
    """
    with reading() as session:
        return within(session, operator, properties.read(session))


def within(session: Session, operator: Operator, values: Mapping[str, Any]) -> FirstDay | None:
    """Return what `of` returns, by the values of the properties."""
    if not roles.may(operator, Permission.CHANGE_LICENSES) or not values[properties.FIRST_DAY]:
        return None
    found = _of(session, operator, contact.among(values))
    if found.facts.activation is not None and not roles.may(operator, Permission.SET_PROPERTIES):
        return None
    return found


def _of(session: Session, operator: Operator, asked: Contact) -> FirstDay:
    found, settings = first_day.facts(session), parts().settings
    brand, mails = branding.current(session, vendor.from_settings()), outgoing(session).is_offered
    reach, demo = reach_of(settings), found.demo
    is_done = {
        Step.ADDRESS: reach.is_enough,
        Step.PRODUCT: found.product is not None,
        Step.LICENSE: found.license is not None,
        Step.ACTIVATION: found.is_activated,
        Step.SECOND_FACTOR: second_factor.is_on(operator),
        Step.BRANDING: bool(brand.logo and brand.color and asked.texts),
        Step.EMAIL: mails and found.mailed,
    }
    return FirstDay(
        done=frozenset(step for step in Step if is_done[step]),
        facts=found,
        reach=reach,
        brand=brand,
        contact=asked,
        mails=mails,
        demo_has_key=demo is not None and demo_machine.has_key(session, demo),
    )


def demo_address() -> str | None:
    """Return what the demo code says, None where there is no demo machine that still takes a key."""
    with reading() as session:
        machine = demo_machine.present(session)
        if machine is None or machine.activated_at or demo_machine.is_over(machine, parts().clock()):
            return None
        return demo_machine.scan_address(machine, parts().keyring, parts().settings.public_url)


@permitted(Permission.CHANGE_LICENSES)
def issue_test_license(*, by: By) -> None:
    """Issue a test license of the first product, and begin its demo machine; not where a license is there.

    Raises NotFound (unknown_product).
    """
    now, keyring = parts().clock(), parts().keyring
    with guarded(event=Event.ISSUE_REFUSED, by=by, now=now) as session:
        one_at_a_time(session, _DEMO)
        found = first_day.facts(session)
        product = _product(found)
        if found.license is None:
            first_day.issue_test_license(session, product, by=by, now=now)
        if found.demo is None and not found.is_activated:
            demo_machine.begin(session, product, keyring=keyring, by=by, now=now)


@permitted(Permission.CHANGE_LICENSES)
def begin_demo(*, by: By) -> None:
    """Begin a demo machine of the first product, unless one is there that still takes a key.

    Raises NotFound (unknown_product).
    """
    now, keyring = parts().clock(), parts().keyring
    with guarded(event=Event.ISSUE_REFUSED, by=by, now=now) as session:
        one_at_a_time(session, _DEMO)
        found = first_day.facts(session)
        if found.demo is None or demo_machine.is_over(found.demo, now):
            demo_machine.begin(session, _product(found), keyring=keyring, by=by, now=now)


@permitted(Permission.CHANGE_LICENSES)
def type_key(text: str, *, by: By) -> ComputerKey:
    """Type a computer key on the demo machine; raises what `core.licensing.demo_machine.take_key` raises."""
    now = parts().clock()
    # What is mistyped on a computer is in no audit either.
    with transaction() as session:
        one_at_a_time(session, _DEMO)
        machine = demo_machine.present(session)
        if machine is None:
            raise demo_machine.over()
        return demo_machine.take_key(session, machine, text, keyring=parts().keyring, by=by, now=now)


@permitted(Permission.SET_PROPERTIES)
def hide(*, by: By) -> None:
    """Show the list no more, and end the demo machine with it."""
    set_property(properties.FIRST_DAY, "false", by=by, show=lambda row: None)


def _product(found: Facts) -> Product:
    if found.product is None:
        raise NotFound("Add a product first.", code="unknown_product")
    return found.product
