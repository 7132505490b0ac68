"""Activations a second on a small and on a large database, by turns: both meet the same machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import fmean, median

from flask import Flask
from sqlalchemy import func, select, update

from bench.growth.rows import PRODUCTS, real_key_every
from bench.servers.load import Answers, drive, post
from bench.servers.processes import Server, keyferry
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.request_token import ActivationRequest, sign_request
from keyferry.server.core.licensing import products
from keyferry.server.core.models import License, LicenseStatus
from keyferry.server.db import db, reading, transaction
from keyferry.server.parts import parts, utc_now

TURNS, ACTIVATIONS_EACH = 24, 400
_PUBLIC_URL = "https://keys.example.com"


class Customers:
    """New machines that scan for a free seat of any license, at a server of their own."""

    def __init__(self, app: Flask, server: Server) -> None:
        self._app, self._server = app, server
        with app.app_context():
            with reading() as session:
                last = session.scalars(select(func.max(License.id))).one()
                self._keys = {
                    number: products.wizard_profile(
                        products.find_product(session, f"product-{number}"), parts().keyring, _PUBLIC_URL
                    ).keys(2)
                    for number in range(1, PRODUCTS + 1)
                }
            every = real_key_every(last)
            candidates = list(range(every, last, every))
            Random(3).shuffle(candidates)
            if len(candidates) < (TURNS + 1) * ACTIVATIONS_EACH:
                # So few licenses would soon be full.
                with transaction() as session:
                    session.execute(update(License).values(seats=License.seats + TURNS * ACTIVATIONS_EACH))
        self._candidates = cycle(candidates)

    def activate(self) -> Turn:
        """Activate by all connections.

        RuntimeError where one is refused, as that costs less.
        """
        with self._app.app_context():
            requests = list(self._requests(ACTIVATIONS_EACH))
            db.engine.dispose()
        cpu = self._server.cpu_seconds
        answers: Answers = drive(self._server.port, requests)
        if answers.refused:
            raise RuntimeError(f"{answers.refused} of {ACTIVATIONS_EACH} activations were refused")
        used = (self._server.cpu_seconds - cpu) / ACTIVATIONS_EACH * 1000
        return Turn(answers.seconds / ACTIVATIONS_EACH * 1000, used, answers.p50, answers.p99)

    def _requests(self, count: int) -> Iterator[bytes]:
        while count:
            with reading() as session:
                license = session.get(License, next(self._candidates))
            if license is None or license.seats_used >= license.seats or _has_ended(license):
                continue
            key, keys = ActivationKey.from_text(license.activation_key), self._keys[license.product_number]
            fingerprint, committed = (int.from_bytes(os.urandom(5)) for _ in range(2))
            computer_id = ComputerId.make(keys, key, fingerprint=fingerprint, commitment=committed)
            asked = ActivationRequest(license.product_number, computer_id, key, "BENCH-PC")
            body = json.dumps({"token": sign_request(asked, keys)}).encode()
            yield post("/phone/v1/activations", body, "application/json")
            count -= 1


def _has_ended(license: License) -> bool:
    is_over = license.last_day is not None and license.last_day < utc_now().date()
    return is_over or license.status != LicenseStatus.ACTIVE


@dataclass(frozen=True)
class Turn:
    """Milliseconds: of the clock and of the server's CPU for an activation, and of the answers."""

    clock: float
    cpu: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Compared:
    """Milliseconds of both databases, and how fast an activation is on the large one by the clock and by CPU.

    Clock and CPU are means: SQLite takes its log into the database after some hundreds, and that is to
    count. PostgreSQL's own processes are not in the CPU.
    """

    small: Turn
    large: Turn
    ratio: float
    cpu_ratio: float


def compared(small: Flask, large: Flask, folder: Path) -> Compared:
    """Activate by turns at a server on a small and at one on a large database."""
    with ExitStack() as stack:
        both = [
            Customers(app, stack.enter_context(keyferry(_environment(app), folder / f"{name}.log")))
            for name, app in (("small", small), ("large", large))
        ]
        for one in both:
            one.activate()
        turns = [[one.activate() for one in both] for _ in range(TURNS)]
    of_small, of_large = (
        Turn(
            fmean(turn[place].clock for turn in turns),
            fmean(turn[place].cpu for turn in turns),
            median(turn[place].p50 for turn in turns),
            median(turn[place].p99 for turn in turns),
        )
        for place in (0, 1)
    )
    return Compared(of_small, of_large, of_small.clock / of_large.clock, of_small.cpu / of_large.cpu)


def _environment(app: Flask) -> dict[str, str]:
    with app.app_context():
        settings = parts().settings
    found = {**os.environ, "KEYFERRY_HOME": str(settings.home), "KEYFERRY_PUBLIC_URL": _PUBLIC_URL}
    if settings.database_url is not None:
        found["KEYFERRY_DATABASE_URL"] = settings.database_url.get_secret_value()
    return found
