"""The PostgreSQL that is written to dies under load: its standby takes over, as `deploy/` configures it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.servers.instance import SEATS, Instance
from bench.servers.processes import keyferry
from demo.server_process import SCRIPTS
from keyferry.protocol.activation_key import ActivationKey
from tests.long.faults.customers import AT_ONCE, activated
from tests.long.faults.patient import PatientCustomers
from tests.long.faults.patroni import Cluster, Database, cluster

MACHINES, RIVALS = 1000, 64
LONGEST_SECONDS = 60


@pytest.fixture
def machines() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture
def instance(machines: Cluster, tmp_path: Path) -> Instance:
    machines.primary.sql(
        "CREATE ROLE keyferry LOGIN PASSWORD 'quiet'; CREATE DATABASE keyferry OWNER keyferry"
    )
    hosts = ",".join(f"127.0.0.1:{machine.port}" for machine in machines.databases)
    options = "target_session_attrs=read-write&connect_timeout=2"
    return Instance(tmp_path / "home", f"postgresql://keyferry:quiet@{hosts}/keyferry?{options}")


def bodies(instance: Instance, keys: Sequence[ActivationKey]) -> list[bytes]:
    return [one.partition(b"\r\n\r\n")[2] for one in instance.activations(list(keys))]


@pytest.mark.parametrize("kill", [Database.kill, Database.kill_postgresql])
def test_the_standby_takes_over_and_nothing_is_lost(
    machines: Cluster, instance: Instance, tmp_path: Path, kill: Callable[[Database], None], report
):
    one_each, [last_seats] = bodies(instance, instance.issue(MACHINES)), instance.issue(1)
    rivals = bodies(instance, [last_seats] * RIVALS)
    with ExitStack() as running:
        servers = [
            running.enter_context(keyferry(instance.environment, tmp_path / f"log{place}"))
            for place in range(2)
        ]
        ports = [server.port for server in servers]
        customers = PatientCustomers(ports, one_each, AT_ONCE)
        at_one_license = PatientCustomers(ports, rivals, RIVALS)
        with customers.at_work():
            customers.await_keys(MACHINES // 4)
            dead = machines.primary
            kill(dead)
            with at_one_license.at_work():
                customers.await_keys(MACHINES // 2)
        # Nobody has asked again since: what was answered and then lost would be missing here.
        assert instance.seats() == (MACHINES + SEATS, MACHINES + SEATS)
        assert len(customers.keys) == MACHINES
        assert (len(at_one_license.keys), len(at_one_license.refused)) == (SEATS, RIVALS - SEATS)
        again = [activated(ports[0], body) for body in customers.keys]
    assert again == [*customers.keys.values()]
    assert machines.primary is not dead
    backup = [str(SCRIPTS / "keyferry"), "backup", str(tmp_path / "backup")]
    subprocess.run(backup, env=instance.environment, check=True, stdout=subprocess.DEVNULL)
    ended, back = customers.without_service
    report(f"{kill.__name__}: {back - ended:.1f} s without service")
    assert back - ended < LONGEST_SECONDS
    assert customers.failures_since(back) <= 1
    dead.come_back()
    machines.await_standby()
