"""A demo machine that the server plays itself: a new vendor sees the whole loop with nothing installed.

It does what a License Wizard does: it has a secret of its own, asks with a signed token, reads what is typed
until a key verifies, and gives its license up with its own code. Its license has one seat, ends soon, and
activates no other machine, see `judging`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId, read_computer_id
from keyferry.protocol.computer_key import Binding, ComputerKey, Style
from keyferry.protocol.deactivation import SECRET_BYTES, DeactivationCode, proof
from keyferry.protocol.keys import EpochKeys, machine_fingerprint
from keyferry.protocol.openings import commitment
from keyferry.protocol.repair import read_short, read_signed
from keyferry.protocol.request_token import ActivationRequest, scan_url, sign_request
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import deactivation, licenses, products
from keyferry.server.core.licensing.deactivation import Code, Forced
from keyferry.server.core.licensing.licenses import Standing, Terms, standing
from keyferry.server.core.models import Activation, DemoMachine, License, Product, ProductEpoch
from keyferry.server.core.sealed import Place
from keyferry.server.core.secrets import Keyring

NAME = "Demo machine"
DAYS = 7
"""So long its license runs."""

_IDENTIFIER_BYTES = 16
_REASON = "The demo machine has ended."


def _context(machine: DemoMachine) -> str:
    return f"demo machine of license {machine.license_id}"


SEALED = Place(DemoMachine, "sealed_secret", _context)


@dataclass(frozen=True)
class _Wizard:
    """What its wizard knows: the license, the keys of its epoch, and which computer it is."""

    product: Product
    epoch: ProductEpoch
    keys: EpochKeys
    activation_key: ActivationKey
    computer_id: ComputerId

    @property
    def request(self) -> ActivationRequest:
        """What it asks for."""
        return ActivationRequest(self.product.number, self.computer_id, self.activation_key, NAME)


def present(session: Session) -> DemoMachine | None:
    """Return the demo machine, None where there is none, or none any more."""
    wanted = select(DemoMachine).where(DemoMachine.ended_at.is_(None)).order_by(DemoMachine.id.desc())
    of_license = joinedload(DemoMachine.license, innerjoin=True).joinedload(License.product, innerjoin=True)
    return session.scalars(wanted.options(of_license).limit(1)).first()


def is_over(machine: DemoMachine, now: datetime) -> bool:
    """Return whether its license, or what it was built with, gives no key any more."""
    license, is_retired = machine.license, _epoch(machine).retired_at is not None
    return standing(license, now) is not Standing.ACTIVE or is_retired or license.key_replaced_at is not None


def has_key(session: Session, machine: DemoMachine) -> bool:
    """Return whether a phone got its key."""
    return _activation(session, machine) is not None


def begin(session: Session, product: Product, *, keyring: Keyring, by: By, now: datetime) -> DemoMachine:
    """Begin a demo machine of a product, on a license of its own; one that was there has ended."""
    if (before := present(session)) is not None:
        end(session, before, keyring=keyring, by=by, now=now)
    expires = now.date() + timedelta(days=DAYS)
    [license] = licenses.issue(
        session,
        product,
        seats=1,
        terms=Terms(expires=expires),
        features=product.features,
        customer=None,
        notes=f"{NAME}: the server plays it for the first-day list, and ends it with that list.",
        count=1,
        by=by,
        now=now,
    )
    identifier = f"demo:{os.urandom(_IDENTIFIER_BYTES).hex()}"
    license.demo_fingerprint = machine_fingerprint(products.fingerprint_key(product, keyring), identifier)
    machine = DemoMachine(license=license, license_id=license.id, epoch=product.current_epoch.number)
    machine.begun_at = now
    _give_secret(machine, os.urandom(SECRET_BYTES), keyring)
    session.add(machine)
    audit.record(session, event=Event.DEMO_MACHINE_BEGUN, by=by, license=license, now=now)
    return machine


def scan_address(machine: DemoMachine, keyring: Keyring, server_url: str) -> str:
    """Return what its QR code says."""
    wizard = _wizard(machine, keyring)
    return scan_url(server_url, sign_request(wizard.request, wizard.keys))


def take_key(
    session: Session, machine: DemoMachine, text: str, *, keyring: Keyring, by: By, now: datetime
) -> ComputerKey:
    """Take a typed computer key as its wizard would, and be activated.

    Raises NotFound (demo_machine_over), MalformedCode, ComputerKeyRefused and NewerVersion.
    """
    if is_over(machine, now):
        raise over()
    wizard = _wizard(machine, keyring)
    binding = Binding(wizard.product.code, wizard.activation_key, wizard.computer_id)
    if wizard.product.key_style == Style.SHORT:
        key = read_short(text, binding, wizard.keys.short_computer_key)
    else:
        key = read_signed(text, binding, products.typed_key_private(wizard.epoch, keyring).public_key())
    if machine.activated_at is None:
        machine.activated_at = now
        audit.record(session, event=Event.DEMO_MACHINE_ACTIVATED, by=by, license=machine.license, now=now)
    return key


def over() -> NotFound:
    """Return the error for a demo machine that takes no key any more."""
    return NotFound(
        "This demo machine has ended. Show a new demo code on the start page.", code="demo_machine_over"
    )


def end(session: Session, machine: DemoMachine, *, keyring: Keyring, by: By, now: datetime) -> None:
    """Give its license up with its own code, and put that on hold: no list shows it any more."""
    if has_key(session, machine):
        # It knows only the key that it was begun with.
        is_known = machine.license.key_replaced_at is None
        given_up = Code(_code(machine, keyring)) if is_known else Forced(_REASON)
        request = _wizard(machine, keyring).request
        checked = deactivation.check(session, request, given_up, keyring=keyring, by=by, now=now)
        deactivation.deactivate(session, checked, keyring=keyring, by=by, now=now)
    licenses.suspend(session, machine.license, by=by, now=now)
    machine.ended_at = now
    audit.record(session, event=Event.DEMO_MACHINE_ENDED, by=by, license=machine.license, now=now)


def counts(license_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that a license is no demo machine's: figures are about the others."""
    # By another table, which has hardly a row: so what is counted by an index alone still is.
    return license_id.not_in(select(DemoMachine.license_id))


def former_licenses(session: Session) -> Sequence[int]:
    """Return the numbers of licenses whose demo machine has ended: no list shows them."""
    return session.scalars(_former()).all()


def former_computers(session: Session) -> Sequence[int]:
    """Return the numbers of activations of demo machines that have ended."""
    wanted = select(Activation.id).where(Activation.license_id.in_(_former()))
    return session.scalars(wanted).all()


def _former() -> Select[int]:
    return select(DemoMachine.license_id).where(DemoMachine.ended_at.is_not(None))


def _activation(session: Session, machine: DemoMachine) -> Activation | None:
    live = Activation.ended_at.is_(None)
    wanted = select(Activation).where(Activation.license_id == machine.license_id, live)
    return session.scalars(wanted.limit(1)).first()


def _give_secret(machine: DemoMachine, secret: bytes, keyring: Keyring) -> None:
    license, key = machine.license, ActivationKey.from_text(machine.license.activation_key)
    keys, fingerprint = _keys(machine, keyring), _fingerprint(license)
    opening = proof(keys, secret=secret, activation_key=key, fingerprint=fingerprint)
    committed = commitment(
        opening, product_code=license.product.code, activation_key=key, fingerprint=fingerprint
    )
    made = ComputerId.make(keys, key, fingerprint=fingerprint, commitment=committed)
    machine.computer_id = made.text
    machine.sealed_secret = keyring.seal(secret, _context(machine))


def _code(machine: DemoMachine, keyring: Keyring) -> DeactivationCode:
    secret = keyring.open(machine.sealed_secret, _context(machine))
    key = ActivationKey.from_text(machine.license.activation_key)
    keys, fingerprint = _keys(machine, keyring), _fingerprint(machine.license)
    return DeactivationCode.of(proof(keys, secret=secret, activation_key=key, fingerprint=fingerprint))


def _fingerprint(license: License) -> int:
    if license.demo_fingerprint is None:
        raise ValueError("this is no demo machine's license")
    return license.demo_fingerprint


def _keys(machine: DemoMachine, keyring: Keyring) -> EpochKeys:
    return products.keys_of(_epoch(machine), keyring)


def _epoch(machine: DemoMachine) -> ProductEpoch:
    return products.find_epoch(machine.license.product, machine.epoch, retired_too=True)


def _wizard(machine: DemoMachine, keyring: Keyring) -> _Wizard:
    return _Wizard(
        machine.license.product,
        _epoch(machine),
        _keys(machine, keyring),
        ActivationKey.from_text(machine.license.activation_key),
        read_computer_id(machine.computer_id),
    )
