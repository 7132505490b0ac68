"""A vendor's database after some months: a thousand licenses, long names, many scripts, all channels.

Everything goes through the core with its own `now`, so nothing in it could not have happened.
"""

from __future__ import annotations

import heapq
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import COMMITMENT_BITS, ComputerId
from keyferry.protocol.keys import machine_fingerprint
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activation, deactivation, licenses, products
from keyferry.server.core.licensing.deactivation import Claimed, Forced
from keyferry.server.core.licensing.requests import TypedRequest
from keyferry.server.core.models import License, Product
from keyferry.server.core.secrets import Keyring

MONTHS = timedelta(days=120)

CUSTOMERS = {
    "licenses@whitepeak.example": "Whitepeak Instruments",
    "metrology@navy.example": "Navy Metrology Lab",
    "tools@helix.example": "Helix Prototyping",
    "einkauf@präzisionswerkzeugbau-müller-und-söhne.example": "",
    "engineering@orbital.example": "Orbital Dynamics",
    "olga@лаборатория.example": "",
    "σοφία@εργαστήριο.example": "",
    "optics@kestrel.example": "Kestrel Optics",
    "تصميم@مختبر.example": "",
    "office@karst.example": "Karst Mining Co.",
    "dental@lakeside.example": "Lakeside Dental Labs",
    "licenses@university.example": "Sunrise University",
}
"""By address; not every customer has a name."""
DESK, MANAGER = "License desk", "Sales desk"
"""Who of the staff does what: roles, and no people."""
_COMPUTERS = (
    "LAB-PC-{n:02}",
    "Prüfstand {n} – Halle Nord",
    "Измеритель {n}",
    "Υπολογιστής {n}",
    "حاسوب {n}",
    "CNC {n} (third floor, beside the window)",
    "WS{n:04}",
)
_CHANNELS = ("phone",) * 9 + ("self_help",) * 4 + ("portal",) * 2 + ("console",)
_REASONS = ("the mainboard died, ticket 4711", "stolen from the site", "computer was scrapped")
# How often a computer is released without proof, and how often a customer waits for the next week.
_ENDS, _WAITS = 0.006, 0.7
_SATURDAY, _WEEK = 5, 7


Operation = Callable[[datetime], None]


@dataclass(frozen=True)
class World:
    """What is filled, and from what; `now` is the end of the story."""

    session: Session
    keyring: Keyring
    chance: random.Random
    now: datetime
    plan: list[tuple[datetime, int, Operation]] = field(default_factory=list)

    def moment(self) -> datetime:
        """Return some moment of the last months; later ones are more likely, as business grows."""
        return self.now - MONTHS * float(self.chance.random() ** 1.15)

    def plan_for(self, then: datetime, operation: Operation) -> None:
        """Plan an operation; it is done when the story has come to that moment."""
        heapq.heappush(self.plan, (then, len(self.plan) + self.chance.randrange(1 << 30), operation))


def live(world: World, count: int) -> None:
    """Sell `count` licenses, and let everything happen until the end of the story: what is planned, too."""
    sold = [_product(world, code, name, style) for code, name, style in _PRODUCTS]
    for number, then in enumerate(sorted(world.moment() for _ in range(count))):
        _catch_up(world, then)
        issued = _license(world, world.chance.choice(sold), then)
        if number % _WEEK < _SATURDAY:
            _plan_life(world, issued)
    _catch_up(world, world.now)


def _catch_up(world: World, then: datetime) -> None:
    """Do what was planned for the time until then, in its order."""
    while world.plan and world.plan[0][0] <= then:
        moment, _, operation = heapq.heappop(world.plan)
        try:
            operation(moment)
        except CoreError:
            # The last seat is taken, or the license had ended: that happens in a life, too.
            continue


_PRODUCTS = (
    ("cad-professional", "Halden CAD", "short"),
    ("benchtest", "BenchTest Analyzer", "signed"),
    ("viewer", "Halden Viewer", "short"),
)


def _product(world: World, code: str, name: str, style: str) -> Product:
    return products.add_product(
        world.session,
        code=code,
        name=name,
        key_style=style,
        features=["export", "simulation", "batch"],
        machine_source="os",
        keyring=world.keyring,
        by=By(Channel.COMMAND_LINE, "setup"),
        now=world.now - MONTHS - timedelta(days=1),
    )


def _license(world: World, product: Product, then: datetime) -> License:
    chance = world.chance
    term = chance.choice(
        (
            licenses.Terms(),
            licenses.Terms(expires=(world.now + timedelta(days=chance.randrange(2, 700))).date()),
            licenses.Terms(expires=(then + timedelta(days=chance.randrange(1, 40))).date()),
            licenses.Terms(days=365, lease_days=90),
        )
    )
    [license] = licenses.issue(
        world.session,
        product,
        seats=chance.choice((1, 1, 1, 2, 5, 10, 25)),
        terms=term,
        features=chance.sample(product.features, chance.randrange(3)),
        customer=chance.choice((*CUSTOMERS, None)),
        count=1,
        by=By(Channel.PORTAL, chance.choice((DESK, MANAGER))),
        now=then,
    )
    return license


def _plan_life(world: World, license: License) -> None:
    """Plan that some computers activate a license in the time that is left, and that some of them end."""
    key, chance = ActivationKey.from_text(license.activation_key), world.chance
    for _ in range(chance.randrange(1, 4)):
        name = chance.choice(_COMPUTERS).format(n=chance.randrange(1, 99))
        request = TypedRequest(key, computer_id(license.product, key, name, world.keyring), name)
        then = _at_work(world, license.created_at + timedelta(days=chance.expovariate(1 / 10)))
        world.plan_for(then, partial(_activate, world, request))
        if chance.random() < _ENDS:
            then += timedelta(hours=2)
            world.plan_for(then, partial(_end, world, request))


def _at_work(world: World, then: datetime) -> datetime:
    """Return a moment when people are at work: most of them are not on weekends, nor at night."""
    if then.weekday() >= _SATURDAY and world.chance.random() < _WAITS:
        then += timedelta(days=_WEEK - then.weekday() + world.chance.randrange(_SATURDAY))
    return max(then, then.replace(hour=world.chance.randrange(6, 18)))


def _activate(world: World, request: TypedRequest, now: datetime) -> None:
    channel = world.chance.choice(_CHANNELS)
    by = By(Channel.of(channel), DESK if channel in ("portal", "console") else None, "192.0.2.7")
    activation.activate(world.session, request, keyring=world.keyring, by=by, now=now)


def _end(world: World, request: TypedRequest, now: datetime) -> None:
    by_force = world.chance.random() < 0.5
    proof = Forced(world.chance.choice(_REASONS)) if by_force else Claimed()
    by = By(Channel.PORTAL, MANAGER, "192.0.2.8") if by_force else By(Channel.SELF_HELP, None, "192.0.2.7")
    done: dict[str, Any] = {"keyring": world.keyring, "by": by, "now": now}
    checked = deactivation.check(world.session, request, proof, **done)
    deactivation.deactivate(world.session, checked, **done)


def computer_id(product: Product, key: ActivationKey, name: str, keyring: Keyring) -> ComputerId:
    """Return a computer ID whose code nobody knows, which spares the time that such a code takes."""
    keys = products.epoch_keys(product, 1, keyring)
    fingerprint = machine_fingerprint(products.fingerprint_key(product, keyring), name)
    commitment = int.from_bytes(os.urandom(COMMITMENT_BITS // 8), "big")
    return ComputerId.make(keys, key, fingerprint=fingerprint, commitment=commitment)
