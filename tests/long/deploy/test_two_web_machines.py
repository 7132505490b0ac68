"""The commands of `deploy/README.md` for two web machines and a database, in three fresh Debians."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.long.deploy.authority import authority, trust
from tests.long.deploy.debian import commands
from tests.long.deploy.network import Network, private_network
from tests.long.deploy.test_commands_to_copy import (
    NAME,
    activated,
    answered_at_last,
    body_of_a_new_machine,
    program,
    yours_are,
)

SHARED = "10.0.0.20"
# The database is also the authority, and where customers ask.
DATABASE, FIRST, SECOND = 11, 21, 22
KEY = Path("var/lib/keyferry/master.key")
LONGEST_SECONDS = 30


@pytest.fixture
def network(fresh: Path, tmp_path: Path) -> Iterator[Network]:
    with private_network(fresh, tmp_path, (DATABASE, FIRST, SECOND)) as network:
        yield network


def set_up_the_database(network: Network) -> None:
    network[DATABASE].run(f"echo {SHARED} {NAME} >> /etc/hosts")
    authority(network[DATABASE])
    yours, database = commands("Two web machines")[:2]
    network[DATABASE].run("\n".join([yours, database]))


def set_up_a_web_machine(network: Network, number: int) -> None:
    _, _, yours, settings, key, server, certificate = commands("Two web machines")
    web = network[20 + number]
    web.run(f"echo {SHARED} {NAME} >> /etc/hosts")
    trust(web, network[DATABASE], f"10.0.0.{DATABASE}")
    mine, [of_all, installing] = yours_are(yours, number=number), program()
    web.run("\n".join([of_all, installing, mine, settings]))
    if number == 2:
        shutil.copy(network[FIRST].root / KEY, web.root / "etc/keyferry/master.key")
        web.run(key)
    web.run("\n".join([of_all, mine, server, certificate]))


def keys_while_upgrading(network: Network, body: str) -> set[str]:
    """Upgrade one machine after the other, and ask at the same time; whoever isn't answered at once fails."""
    [upgrade], keys = commands("Upgrading"), set()
    with ThreadPoolExecutor() as pool:
        for web in (FIRST, SECOND):
            upgrading = pool.submit(network[web].run, upgrade)
            while not upgrading.done():
                keys.add(activated(network[DATABASE], body))
            upgrading.result()
    return keys


def test_the_other_web_machine_takes_over(network: Network, report):
    set_up_the_database(network)
    set_up_a_web_machine(network, 1)
    set_up_a_web_machine(network, 2)
    customer = network[DATABASE]
    bodies = [body_of_a_new_machine(network[FIRST], is_another=is_another) for is_another in (False, True)]
    key = activated(customer, bodies[0])
    assert [network[web].has(SHARED) for web in (FIRST, SECOND)] == [True, False]

    network.lose(FIRST)
    again, seconds = answered_at_last(customer, bodies[0])
    report(f"a web machine gone: {seconds:.1f} s without an answer")
    assert (again, network[SECOND].has(SHARED)) == (key, True)
    assert seconds < LONGEST_SECONDS
    keys = [key, activated(customer, bodies[1])]

    with network.running(FIRST) as first:
        first.run("until curl -fsS http://10.0.0.21:8001/readyz; do sleep 0.2; done")
        network[SECOND].run("systemctl stop nginx")
        answers = [answered_at_last(customer, body) for body in bodies]
        assert ([key for key, _ in answers], first.has(SHARED)) == (keys, True)
        report(f"its nginx stopped: {answers[0][1]:.1f} s without an answer")
        network[SECOND].run("systemctl start nginx")
        assert keys_while_upgrading(network, bodies[0]) == {key}
        # Whichever has the address, each gets its certificate.
        for web in (FIRST, SECOND):
            network[web].run("certbot renew --force-renewal --no-random-sleep-on-renew")
