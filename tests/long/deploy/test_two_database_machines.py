"""The commands of `deploy/README.md` for two database machines, in four fresh Debians."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.long.deploy.debian import commands
from tests.long.deploy.network import Network, private_network
from tests.long.deploy.test_commands_to_copy import (
    activated,
    answered_at_last,
    body_of_a_new_machine,
    set_up,
    yours_are,
)

DATABASES, THIRD, WEB = (11, 12), 13, 21
SOURCE = "file:///srv/keyferry.git"
PATRONICTL = "patronictl -c /etc/patroni/config.yml"
LIST = f"{PATRONICTL} list"
LONGEST_SECONDS = 60


@pytest.fixture
def network(fresh: Path, tmp_path: Path) -> Iterator[Network]:
    with private_network(fresh, tmp_path, (*DATABASES, THIRD, WEB)) as network:
        yield network


def leader_with_a_standby(network: Network, asked: int) -> int:
    """Wait until a machine lists both, as a person would who looks again; returns which one leads."""
    listed = network[asked].run(f"until {LIST} | grep 'Sync Standby'; do sleep 1; done; {LIST}")
    [leader] = [number for number in DATABASES if f"10.0.0.{number} " in leading(listed)]
    return leader


def leading(listed: str) -> str:
    [line] = [line for line in listed.splitlines() if "| Leader " in line]
    return line


def set_up_the_databases(network: Network) -> None:
    yours, etcd, patroni, account, *_ = commands("Two database machines")
    mine = {number: yours_are(yours, number=number - 10, source=SOURCE) for number in (*DATABASES, THIRD)}
    for number, values in mine.items():
        network[number].run("\n".join([values, etcd]))
    for number in DATABASES:
        network[number].run("\n".join([mine[number], patroni]))
    leader = leader_with_a_standby(network, DATABASES[0])
    network[leader].run("\n".join([mine[leader], account]))


def set_up_the_web_machine(network: Network) -> None:
    *_, yours, settings, backup = commands("Two database machines")
    _, _, _, certificate, *_ = commands("One machine")
    _, nginx, _ = commands("Two servers")
    set_up(network[WEB], yours, settings, certificate, nginx)
    network[WEB].run(backup)


def test_any_machine_may_be_lost_and_nothing_that_was_answered_is(network: Network, report):
    set_up_the_databases(network)
    set_up_the_web_machine(network)
    customer = network[WEB]
    bodies = [body_of_a_new_machine(customer, is_another=place > 0) for place in range(4)]
    keys = [activated(customer, bodies[0])]

    def lose(number: int, what: str) -> None:
        network.lose(number)
        key, seconds = answered_at_last(customer, bodies[len(keys)])
        report(f"{what} gone: {seconds:.1f} s without an answer")
        assert seconds < LONGEST_SECONDS
        keys.append(key)

    first = leader_with_a_standby(network, DATABASES[0])
    [second] = set(DATABASES) - {first}
    lose(first, "the primary's machine")
    assert f"10.0.0.{second} " in leading(network[second].run(LIST))
    assert f"db{second - 10} " in network[second].run(f"{PATRONICTL} history")
    with network.running(first):
        assert leader_with_a_standby(network, second) == second
        lose(first, "the standby's machine")
    with network.running(first):
        assert leader_with_a_standby(network, second) == second
        lose(THIRD, "the third machine")
        assert [activated(customer, body) for body in bodies] == keys
