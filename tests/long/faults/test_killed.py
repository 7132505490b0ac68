"""Whatever is killed under load: who was answered has the seat, and asks again for the same key."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path

from bench.servers.instance import Instance
from bench.servers.processes import Server, keyferry
from tests.long.faults.customers import Customers, activated

MACHINES, KILLS = 500, 5


def bodies_of(instance: Instance) -> list[bytes]:
    return [one.partition(b"\r\n\r\n")[2] for one in instance.activations(instance.issue(MACHINES))]


def assert_nothing_is_lost(instance: Instance, server: Server, customers: Customers) -> None:
    assert len(customers.keys) + len(customers.unanswered) == MACHINES
    assert [activated(server.port, body) for body in customers.keys] == [*customers.keys.values()]
    assert None not in [activated(server.port, body) for body in customers.unanswered]
    assert instance.seats() == (MACHINES, MACHINES)


def test_workers(on_sqlite: Instance, tmp_path: Path):
    with keyferry(on_sqlite.environment, tmp_path / "log") as server:
        customers = Customers(server.port, bodies_of(on_sqlite))
        with customers.at_work():
            for kill in range(1, KILLS + 1):
                customers.await_keys(kill * MACHINES // (2 * KILLS))
                worker = max(server.processes)
                assert worker != server.pid
                os.kill(worker, signal.SIGKILL)
        assert_nothing_is_lost(on_sqlite, server, customers)


def test_the_whole_server(on_sqlite: Instance, tmp_path: Path):
    with ExitStack() as running:
        server = running.enter_context(keyferry(on_sqlite.environment, tmp_path / "log"))
        customers = Customers(server.port, bodies_of(on_sqlite))
        with customers.at_work():
            for kill in range(1, KILLS + 1):
                customers.await_keys(kill * MACHINES // (4 * KILLS))
                with customers.sent_away():
                    kill_all(server)
                    again = keyferry(on_sqlite.environment, tmp_path / "log", server.port)
                    server = running.enter_context(again)
        assert_nothing_is_lost(on_sqlite, server, customers)


def kill_all(server: Server) -> None:
    """Kill the first process, and wait until those that it leaves behind have ended."""
    os.kill(server.pid, signal.SIGKILL)
    server.await_end()


def test_postgresql(on_postgresql: Instance, postgresql_server, tmp_path: Path):
    with keyferry(on_postgresql.environment, tmp_path / "log") as server:
        customers = Customers(server.port, bodies_of(on_postgresql))
        with customers.at_work():
            for kill in range(1, KILLS + 1):
                customers.await_keys(kill * MACHINES // (4 * KILLS))
                with customers.sent_away():
                    postgresql_server.process.kill()
                    postgresql_server.start_after_a_crash()
        assert_nothing_is_lost(on_postgresql, server, customers)
