"""What the pictures of the portal need beside a thousand licenses: operators, and one of each kind."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.halden import NAME, logo
from demo.realistic import CUSTOMERS, DESK, MANAGER, MONTHS, Operation, World, computer_id, live
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.profile import WizardProfile
from keyferry.server.core import audit, properties
from keyferry.server.core.audit import By
from keyferry.server.core.brand import branding
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.customers import records
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import activation, deactivation, licenses, products
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.licensing.requests import TypedRequest
from keyferry.server.core.mail import delivery, mails, outbox
from keyferry.server.core.models import Activation, Customer, License, Role
from keyferry.server.core.secrets import Keyring
from keyferry.server.core.staff import operators
from keyferry.server.db import transaction
from keyferry.server.parts import EXTENSION
from keyferry.wizard.control import ActivationControl

PASSWORD = "only for pictures"  # noqa: S105 - of a server that lives for some minutes
SUPPORT, FORMER, VIEWER = "Support first shift", "Former colleague", "Auditor"
ADDRESS = "orders@example.com"
_FAILS = "olga@лаборатория.example"
_BUYER = "einkauf@präzisionswerkzeugbau-müller-und-söhne.example"
_NAME = "Müller & Söhne Präzisionswerkzeugbau GmbH & Co. KG, Abteilung Einkauf"
_NOTES = "Pays late.\nAsk for the purchasing desk; the license server of 2019 is theirs, too."
_LONG = "Pays late, and in three parts. " * 40
_SETUP, _MANAGER = By(Channel.COMMAND_LINE, "setup"), By(Channel.PORTAL, MANAGER, "192.0.2.8")
_STAFF = (
    (DESK, Role.ADMINISTRATOR),
    (MANAGER, Role.MANAGER),
    (SUPPORT, Role.SUPPORT),
    (FORMER, Role.SUPPORT),
    (VIEWER, Role.VIEWER),
)
_GUESSES = 41


@dataclass(frozen=True)
class Furnished:
    """The numbers of what has a page of its own, and what a wizard needs."""

    licenses: dict[str, int]
    computers: dict[str, int]
    customer: int
    folder: Path
    profile: WizardProfile
    key: ActivationKey

    def wizard(self, name: str) -> tuple[ActivationControl, ActivationKey]:
        """Return the wizard of an offline machine, and the activation key for it."""
        folder = self.folder / name
        anchor = folder / "anchor"
        control = ActivationControl(self.profile, folder, machine_identifier=name, anchor_folder=anchor)
        return control, self.key


def hire(now: datetime) -> None:
    """Add operators of every role, one of them has left, and what the vendor looks like."""
    with transaction() as session:
        for name, role in _STAFF:
            operators.add(session, name, role, PASSWORD, by=_SETUP, now=now - MONTHS)
        operators.disable(session, operators.find(session, FORMER), by=_SETUP, now=now)
        branding.put_all(session, {"name": NAME}, Brand(), by=_SETUP, now=now - MONTHS)
        branding.put_logo(session, logo(), by=_SETUP, now=now - MONTHS)


def furnish(folder: Path, origin: str, now: datetime) -> Furnished:
    """Fill the database of the current app; among the many are those that have a page in the pictures."""
    keyring: Keyring = current_app.extensions[EXTENSION].keyring
    with transaction() as session:
        world = World(session, keyring, random.Random(7), now)
        scene = Scene(world)
        delivery.looked(session, now)
        # The first day is over.
        properties.put(session, properties.FIRST_DAY, "false", by=_SETUP, now=now - MONTHS)
        _plan_computers(scene)
        _plan_others(scene)
        _plan_trouble(scene)
        live(world, 1000)
        own = scene.issued["license"]
        return Furnished(
            {name: license.id for name, license in scene.issued.items()},
            _computers(session, own),
            own.customer_id or 0,
            folder,
            products.wizard_profile(own.product, keyring, origin),
            ActivationKey.from_text(own.activation_key),
        )


@dataclass(frozen=True)
class Scene:
    """Plans what happens to licenses that are known by name, among all others and at its time."""

    world: World
    issued: dict[str, License] = field(default_factory=dict)

    def plan(self, days: float, operation: Operation) -> None:
        """Plan an operation for so many days before the end of the story."""
        self.world.plan_for(self.world.now - timedelta(days=days), operation)

    def license(
        self,
        name: str,
        code: str,
        *,
        seats: int,
        customer: str | None,
        notes: str | None = None,
        since: int = 80,
        runs: int = 480,
    ) -> None:
        """Plan that a license is issued `since` days ago, for so many days."""

        def issue(then: datetime) -> None:
            [self.issued[name]] = licenses.issue(
                self.world.session,
                products.find_product(self.world.session, code),
                seats=seats,
                terms=licenses.Terms(expires=(then + timedelta(days=runs)).date()),
                features=("export", "batch"),
                customer=customer,
                count=1,
                by=_MANAGER,
                now=then,
                notes=notes,
            )

        self.plan(since, issue)

    def computer(
        self, name: str, computer_name: str, *, since: int, channel: str = "phone", dead: int = 0
    ) -> None:
        """Plan that a computer activates a license, and that it is dead so many days ago."""

        def activate(then: datetime) -> None:
            license, keyring = self.issued[name], self.world.keyring
            key = ActivationKey.from_text(license.activation_key)
            own_id = computer_id(license.product, key, computer_name, keyring)
            request = TypedRequest(key, own_id, computer_name)
            by = By(Channel.of(channel), DESK if channel == "portal" else None, "192.0.2.7")
            # What was typed replaces an earlier computer ID only for a reason.
            why = "the computer was set up anew" if by.who else None
            activation.activate(self.world.session, request, keyring=keyring, by=by, now=then, reason=why)
            if dead:
                self.plan(dead, lambda end: self._release(request, end))

        self.plan(since, activate)

    def _release(self, request: TypedRequest, now: datetime) -> None:
        session, why = self.world.session, Forced("the mainboard died, ticket 4711")
        done: dict[str, Any] = {"keyring": self.world.keyring, "by": _MANAGER, "now": now}
        deactivation.deactivate(session, deactivation.check(session, request, why, **done), **done)


def _plan_computers(scene: Scene) -> None:
    """Plan a license with computers in several scripts; one is installed again, one dies."""
    session = scene.world.session
    scene.license("license", "cad-professional", seats=9, customer=_BUYER, notes=_NOTES)
    names = ("LAB-PC-07", "Prüfstand 3 – Halle Nord, Messplatz 1234", "Измеритель 4", "حاسوب المختبر")
    for place, name in enumerate(names):
        scene.computer("license", name, since=70 - 9 * place)
    for since in (40, 20):
        scene.computer("license", "MEASURING-ROOM", since=since, channel="portal")
    scene.computer("license", "CNC-2", since=30, dead=2)

    def name_the_customer(then: datetime) -> None:
        customer = session.scalars(select(Customer).where(Customer.email == _BUYER)).one()
        records.edit(session, customer, email=_BUYER, name=_NAME, notes=_NOTES, by=_MANAGER, now=then)

    scene.plan(9, name_the_customer)


def _plan_others(scene: Scene) -> None:
    """Plan a license of each other kind that has a look of its own, and a next epoch."""
    session, keyring = scene.world.session, scene.world.keyring
    scene.license("license-long", "benchtest", seats=25, customer=_BUYER, notes=_LONG)
    for number in range(14):
        scene.computer("license-long", f"Prüfstand {number} – Halle Nord, Messplatz 1234", since=50 - number)
    scene.license("license-suspended", "cad-professional", seats=2, customer=ADDRESS)
    scene.computer("license-suspended", "LAB-PC-08", since=50)
    scene.license("license-expired", "viewer", seats=1, customer=ADDRESS, runs=7)
    scene.license("license-new", "viewer", seats=1, customer=None, since=0)

    def suspend(then: datetime) -> None:
        licenses.suspend(session, scene.issued["license-suspended"], by=_MANAGER, now=then)

    def rotate(then: datetime) -> None:
        product = products.find_product(session, "benchtest")
        products.rotate(session, product, retire_old=False, keyring=keyring, by=_SETUP, now=then)

    scene.plan(3, suspend)
    scene.plan(0, rotate)


def _plan_trouble(scene: Scene) -> None:
    """Plan what needs somebody: mail that fails, a stranger who guesses; and let customers be named."""
    session, keyring = scene.world.session, scene.world.keyring

    def fail(then: datetime) -> None:
        outbox.post(session, mails.license_keys(_FAILS, held=[]), keyring=keyring, by=_SETUP, now=then)
        if taken := outbox.take(session, then):
            trouble = "The mail server of the recipient knows no such address."
            outbox.failed(session, taken, trouble, then, for_good=True)

    def guess(then: datetime) -> None:
        stranger = By(Channel.SELF_HELP, None, "203.0.113.77")
        for _ in range(_GUESSES):
            about: dict[str, Any] = {"by": stranger, "now": then, "code": "unknown_key"}
            audit.record_once(session, event=Event.LOOK_UP_REFUSED, **about)
        audit.close_windows(session, then + audit.WINDOW)

    def name_customers(then: datetime) -> None:
        for customer in session.scalars(select(Customer).where(Customer.email.in_(CUSTOMERS))).all():
            email = customer.email
            if name := CUSTOMERS[email]:
                records.edit(session, customer, email=email, name=name, notes="", by=_MANAGER, now=then)

    scene.plan(75, name_customers)
    scene.plan(3, fail)
    scene.plan(3 / 24, guess)


def _computers(session: Session, license: License) -> dict[str, int]:
    """Return the computers that have a page in the pictures."""
    # Activations are written past the ORM: what the session holds of them is old.
    session.expire_all()
    ended = {one.ended_how: one.id for one in license.activations}
    runs = next(one.id for one in license.activations if one.computer_name == "LAB-PC-07")
    living = select(Activation.id).join(Activation.license).where(Activation.ended_at.is_(None))
    signed = living.where(Activation.expires_on.is_(None), License.product.has(code="benchtest"))
    return {
        "runs": runs,
        "superseded": ended["superseded"],
        "released": ended["forced"],
        "signed": session.scalars(signed).first() or 0,
    }
