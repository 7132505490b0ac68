"""What an activation takes on a small and on a large database, by turns: both meet the same machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random
from statistics import fmean

from flask import Flask
from sqlalchemy import func, select, update

from bench.growth.rows import real_key_every
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.request_token import ActivationRequest
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activation, products
from keyferry.server.core.models import License, LicenseStatus
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts, utc_now

TURNS, ACTIVATIONS_EACH = 60, 40
_BY = By(Channel.PHONE, address="203.0.113.9")


class Customers:
    """Machines that ask for a free seat of any license, each of a license that was not asked for before."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context(), reading() as session:
            numbers = select(func.max(License.id))
            last = session.scalars(numbers).one()
            self._keys = {
                number: products.wizard_profile(
                    products.find_product(session, f"product-{number}"),
                    parts().keyring,
                    "https://keys.example.com",
                ).keys(2)
                for number in range(1, 8)
            }
        every = real_key_every(last)
        candidates = list(range(every, last, every))
        Random(3).shuffle(candidates)
        if len(candidates) < (TURNS + 1) * ACTIVATIONS_EACH:
            # So few licenses would soon be full.
            with app.app_context(), transaction() as session:
                session.execute(update(License).values(seats=License.seats + TURNS * ACTIVATIONS_EACH))
        self._candidates = cycle(candidates)

    def activate(self, count: int) -> tuple[float, float]:
        """Activate so many, and return the seconds of one with its commit, and those of our CPU."""
        with self._app.app_context():
            requests = list(self._requests(count))
            before, cpu_before = time.perf_counter(), time.process_time()
            for request in requests:
                with transaction() as session:
                    activation.activate(session, request, keyring=parts().keyring, by=_BY, now=utc_now())
            taken = time.perf_counter() - before, time.process_time() - cpu_before
            return taken[0] / count, taken[1] / count

    def _requests(self, count: int) -> Iterator[ActivationRequest]:
        while count:
            with reading() as session:
                license = session.get(License, next(self._candidates))
            if license is None or license.seats_used >= license.seats or _has_ended(license):
                continue
            key, keys = ActivationKey.from_text(license.activation_key), self._keys[license.product_number]
            fingerprint, committed = (int.from_bytes(os.urandom(5)) for _ in range(2))
            computer_id = ComputerId.make(keys, key, fingerprint=fingerprint, commitment=committed)
            yield ActivationRequest(license.product_number, computer_id, key, "BENCH-PC")
            count -= 1


def _has_ended(license: License) -> bool:
    is_over = license.last_day is not None and license.last_day < utc_now().date()
    return is_over or license.status != LicenseStatus.ACTIVE


@dataclass(frozen=True)
class Compared:
    """The milliseconds of an activation on both databases, and how fast it is on the large one.

    They are of all activations: SQLite takes its log into the database after some hundreds, and those are
    to count. On SQLite the CPU of this process is all that there is.
    """

    small: float
    large: float
    ratio: float
    cpu_small: float
    cpu_large: float
    cpu_ratio: float


def compared(small: Flask, large: Flask) -> Compared:
    """Activate by turns on a small and a large database."""
    ours = [Customers(small), Customers(large)]
    for one in ours:
        one.activate(ACTIVATIONS_EACH)
    turns = [[one.activate(ACTIVATIONS_EACH) for one in ours] for _ in range(TURNS)]
    found = []
    for clock in (0, 1):
        on_small, on_large = (fmean(turn[place][clock] for turn in turns) * 1000 for place in (0, 1))
        found += [on_small, on_large, on_small / on_large]
    return Compared(*found)
