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
def count() -> int:
    """As many as a vendor's gunicorn has workers; the long tests take more."""
    return 2


@pytest.fixture(scope="module")
def processes(count: int) -> Iterator[Executor]:
    fork_server = multiprocessing.get_context("forkserver")
    # Imported once, not in each process: that is what takes the time.
    fork_server.set_forkserver_preload(["keyferry.server"])
    with ProcessPoolExecutor(count, mp_context=fork_server) as pool:
        yield pool


def ask_at_once(processes: Executor, settings: Settings, shares: list[list[TypedRequest]]) -> Counter[str]:
    answers = processes.map(ask, [settings] * len(shares), shares)
    return Counter(outcome for answer in answers for outcome in answer)


@pytest.mark.thorough
def test_the_last_seats_are_not_sold_twice(vendor, settings, processes, count):
    key = vendor.issue(seats=3)
    machines = [vendor.machine(key, f"PC-{number}").request for number in range(5 * count)]
    answers = ask_at_once(processes, settings, [machines[start::count] for start in range(count)])
    assert answers == {"new_seat": 3, "no_seat_left": 5 * count - 3}
    assert vendor.seats_used(key) == 3


@pytest.mark.thorough
def test_one_machine_that_asks_everywhere_takes_one_seat(vendor, settings, processes, count):
    key = vendor.issue(seats=10)
    machine = vendor.machine(key).request
    answers = ask_at_once(processes, settings, [[machine] * 5] * count)
    assert answers == {"new_seat": 1, "same_seat": 5 * count - 1}
    assert vendor.seats_used(key) == 1
