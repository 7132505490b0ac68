"""Attempts are counted by several processes at once."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

from keyferry.server import create_app
from keyferry.server.config import Settings
from tests.core.test_attempts import admit

PROCESSES = 4
TRIES = 50


def count_in_a_process(settings: Settings, now: datetime) -> int:
    app = create_app(settings)
    with app.app_context():
        return sum(admit("shared", now, limit=PROCESSES * TRIES // 2) for _ in range(TRIES))


def test_processes_together_admit_exactly_the_limit(app, settings, clock):
    fork_server = multiprocessing.get_context("forkserver")
    # Imported once, not in each process: that is what takes the time.
    fork_server.set_forkserver_preload(["keyferry.server"])
    with ProcessPoolExecutor(PROCESSES, mp_context=fork_server) as pool:
        admitted = list(pool.map(count_in_a_process, [settings] * PROCESSES, [clock.now] * PROCESSES))
    assert sum(admitted) == PROCESSES * TRIES // 2
