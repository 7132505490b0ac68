"""What tests of continuity do: scan, type, hand codes in; and what they look at."""

from __future__ import annotations

from sqlalchemy import select

from keyferry.protocol.openings import Level
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import former_ids, licenses
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.models import Activation, FormerComputerId, Role
from keyferry.server.db import reading
from keyferry.server.services import operations, settings
from keyferry.server.services.requests import Typed
from tests.machines import Machine

PHONE = By(Channel.PHONE, address="192.0.2.7")
STAFF = By(Channel.PORTAL, who="ada", address="192.0.2.1", role=Role.ADMINISTRATOR)
LEASE = 60


def scan(machine: Machine) -> Outcome:
    return operations.activate(machine.scanned, by=PHONE).done.outcome


def hand_in(*machines: Machine, level: Level = Level.PROOF):
    first, codes = machines[0], tuple(one.opening(level) for one in machines)
    token = DeactivationRequest(
        first.profile.product_number, first.computer_id, first.activation_key, codes, first.name
    )
    return operations.release(token, Code(token.code), by=PHONE)


def recorded(*machines: Machine, level: Level = Level.PROOF) -> str:
    return str(hand_in(*machines, level=level).recorded)


def typed(machine: Machine) -> Typed:
    return Typed(machine.activation_key.text, machine.computer_id.text)


def set_property(name: str, value: str) -> None:
    settings.set_property(name, value, by=STAFF, show=str)


def activations() -> list[Activation]:
    with reading() as session:
        return list(session.scalars(select(Activation).order_by(Activation.id)))


def former() -> dict[int, str]:
    with reading() as session:
        return {one.commitment: one.how for one in session.scalars(select(FormerComputerId))}


def passes_used(vendor, machine: Machine) -> int:
    with reading() as session:
        license = licenses.find(session, machine.activation_key)
        return former_ids.counted(session, license, vendor.clock.now, 365, fingerprint=machine.fingerprint)
