"""What the pictures of the portal need beside a thousand licences: operators, and one of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.realistic import MONTHS, computer_id, fill
from protocol.activation_key import ActivationKey
from protocol.profile import WizardProfile
from server.core import activation, customer_records, deactivation, licenses, operators, products
from server.core.audit import By
from server.core.deactivation import Forced
from server.core.models import Activation, License, Role
from server.core.secrets import Keyring
from server.db import transaction
from server.parts import EXTENSION
from wizard_stub.control import ActivationControl

PASSWORD = "only for pictures"  # noqa: S105 - of a server that lives for some minutes
ADDRESS = "ada.lovelace@example.com"
_BUYER = "einkauf@präzisionswerkzeugbau-müller-und-söhne.example"
_NAME = "Müller & Söhne Präzisionswerkzeugbau GmbH & Co. KG, Abteilung Einkauf"
_NOTES = "Pays late.\nAsk for Ms Söderström; the licence server of 2019 is theirs, too."
_SETUP = By("command_line", "setup")
_STAFF = (
    ("ada", Role.ADMINISTRATOR),
    ("grace", Role.MANAGER),
    ("maria.von.und.zu.unterberg@support.example", Role.SUPPORT),
    ("old.hand", Role.SUPPORT),
    ("victor", Role.VIEWER),
)


@dataclass(frozen=True)
class Furnished:
    """The numbers of what has a page of its own, and what a wizard needs."""

    licences: dict[str, int]
    computers: dict[str, int]
    customer: int
    folder: Path
    profile: WizardProfile
    key: ActivationKey

    def wizard(self, name: str) -> tuple[ActivationControl, ActivationKey]:
        """Return the wizard of an offline machine, and the activation key for it."""
        return _wizard(self.profile, self.folder / name, name), self.key


def hire(now: datetime) -> None:
    """Add operators of every role; one of them has left."""
    with transaction() as session:
        for name, role in _STAFF:
            operators.add(session, name, role, PASSWORD, by=_SETUP, now=now - MONTHS)
        operators.disable(session, operators.find(session, "old.hand"), by=_SETUP, now=now)


def furnish(folder: Path, origin: str, now: datetime) -> Furnished:
    """Fill the database of the current app, and add what has a page of its own in the pictures."""
    keyring: Keyring = current_app.extensions[EXTENSION].keyring
    with transaction() as session:
        fill(session, keyring, now=now)
        scene = Scene(session, keyring, now)
        own = scene.licence("cad-professional", seats=9, customer=_BUYER, notes=_NOTES)
        computers = _computers(scene, own)
        customer = customer_records.customers(session, _BUYER).rows[0].customer
        customer_records.edit(
            session, customer, email=_BUYER, name=_NAME, notes=_NOTES, by=_SETUP, now=now - timedelta(days=9)
        )
        others = _other_licences(scene)
        measuring = products.find_product(session, "messdaten")
        products.rotate(session, measuring, retire_old=False, keyring=keyring, by=_SETUP, now=now)
        profile = products.wizard_profile(own.product, keyring, origin)
        key = ActivationKey.from_text(own.activation_key)
        return Furnished({"licence": own.id, **others}, computers, customer.id, folder, profile, key)


@dataclass(frozen=True)
class Scene:
    """Where things are added; `now` is the end of the story."""

    session: Session
    keyring: Keyring
    now: datetime

    def licence(
        self, code: str, *, seats: int, customer: str | None, notes: str | None = None, days: int = 80
    ) -> License:
        """Issue a licence some days ago; it ends in a year, or within a week where that is long past."""
        then = self.now - timedelta(days=days)
        last = (self.now + timedelta(days=400) if days <= 80 else then + timedelta(days=7)).date()
        [issued] = licenses.issue(
            self.session,
            products.find_product(self.session, code),
            seats=seats,
            terms=licenses.Terms(expires=last),
            features=("export", "batch"),
            customer=customer,
            count=1,
            by=By("portal", "grace"),
            now=then,
            notes=notes,
        )
        return issued

    def activate(self, license: License, name: str, *, days: int, way: str = "phone") -> activation.Request:
        """Activate a computer some days ago."""
        key = ActivationKey.from_text(license.activation_key)
        request = activation.Request(key, computer_id(license.product, key, name, self.keyring), name)
        by, then = By(way, "ada" if way == "portal" else None, "192.0.2.7"), self.now - timedelta(days=days)
        activation.activate(self.session, request, keyring=self.keyring, by=by, now=then)
        return request


def _computers(scene: Scene, license: License) -> dict[str, int]:
    """Give a licence computers in several scripts; one was installed again, one is dead."""
    for name in ("LAB-PC-07", "Prüfstand 3 – Halle Nord, Messplatz 1234", "測定室の計算機", "حاسوب المختبر"):
        scene.activate(license, name, days=60)
    for days in (40, 20):
        scene.activate(license, "MEASURING-ROOM", days=days, way="portal")
    dead = scene.activate(license, "CNC-2", days=30)
    by, then = By("portal", "grace", "192.0.2.8"), scene.now - timedelta(days=2)
    reason = Forced("the mainboard died, ticket 4711")
    deactivation.deactivate(scene.session, dead, reason, keyring=scene.keyring, by=by, now=then)
    scene.session.refresh(license)
    ended = {one.ended_how: one.id for one in license.activations}
    runs = next(one.id for one in license.activations if one.computer_name == "LAB-PC-07")
    wanted = select(Activation.id).join(Activation.license).join(License.product)
    signed = wanted.where(Activation.ended_at.is_(None), Activation.expires_on.is_(None))
    return {
        "runs": runs,
        "superseded": ended["superseded"],
        "released": ended["forced"],
        "signed": scene.session.scalars(signed.where(License.product.has(code="messdaten"))).first() or 0,
    }


def _other_licences(scene: Scene) -> dict[str, int]:
    """Issue a licence of each other kind that has a look of its own."""
    long = scene.licence("messdaten", seats=25, customer=_BUYER, notes="Pays late, and in three parts. " * 40)
    for number in range(14):
        scene.activate(long, f"Prüfstand {number} – Halle Nord, Messplatz 1234", days=50 - number)
    resting = scene.licence("cad-professional", seats=2, customer=ADDRESS)
    scene.activate(resting, "LAB-PC-08", days=50)
    licenses.suspend(scene.session, resting, by=By("portal", "grace"), now=scene.now)
    expired = scene.licence("viewer", seats=1, customer=ADDRESS, days=85)
    fresh = scene.licence("viewer", seats=1, customer=None, days=0)
    return {
        "licence-long": long.id,
        "licence-suspended": resting.id,
        "licence-expired": expired.id,
        "licence-new": fresh.id,
    }


def _wizard(profile: WizardProfile, folder: Path, name: str) -> ActivationControl:
    return ActivationControl(profile, folder, machine_identifier=name, anchor_folder=folder / "anchor")
