"""Real processes on one database: what a vendor's two gunicorn workers do at the same moment."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor

import pytest

from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activation
from keyferry.server.core.licensing.requests import TypedRequest
from keyferry.server.db import transaction
from keyferry.server.parts import parts

PROCESSES = 4


def ask(settings: Settings, requests: list[TypedRequest]) -> list[str]:
    """Activate each machine; runs in a process of its own."""
    app, outcomes = create_app(settings), []
    with app.app_context():
        for request in requests:
            try:
                with transaction() as session:
                    done = activation.activate(
                        session,
                        request,
                        keyring=parts().keyring,
                        by=By(Channel.PHONE),
                        now=parts().clock(),
                    )
                    outcomes.append(done.outcome.value)
            except CoreError as refused:
                outcomes.append(refused.code)
    return outcomes


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def ask_at_once(processes: Executor, settings: Settings, shares: list[list[TypedRequest]]) -> Counter[str]:
    answers = processes.map(ask, [settings] * len(shares), shares)
    return Counter(outcome for answer in answers for outcome in answer)


def test_the_last_seats_are_not_sold_twice(vendor, settings, processes):
    key = vendor.issue(seats=3)
    machines = [vendor.machine(key, f"PC-{number}").request for number in range(5 * PROCESSES)]
    answers = ask_at_once(processes, settings, [machines[start::PROCESSES] for start in range(PROCESSES)])
    assert answers == {"new_seat": 3, "no_seat_left": 5 * PROCESSES - 3}
    assert vendor.seats_used(key) == 3


def test_one_machine_that_asks_everywhere_takes_one_seat(vendor, settings, processes):
    key = vendor.issue(seats=10)
    machine = vendor.machine(key).request
    answers = ask_at_once(processes, settings, [[machine] * 5] * PROCESSES)
    assert answers == {"new_seat": 1, "same_seat": 5 * PROCESSES - 1}
    assert vendor.seats_used(key) == 1
