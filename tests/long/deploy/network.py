"""Fresh Debians in a private network, 10.0.0.0/24, of which each may be lost and come back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.long.deploy.debian import Debian, copied, running


class Switch:
    """What containers are plugged into and torn out of."""

    def __init__(self, switch: subprocess.Popen[bytes]) -> None:
        self._switch = switch

    def plug(self, number: int, container: int) -> None:
        """Give the network of a process the interface eth1, which has an address of the private network."""
        there = ["nsenter", "-t", str(container), "-n", "ip"]
        pair = ["name", f"to{number}", "type", "veth", "peer", "name", "eth1", "netns", str(container)]
        self._ip("link", "add", *pair)
        self._ip("link", "set", f"to{number}", "master", "switch", "up")
        subprocess.run([*there, "address", "add", f"10.0.0.{number}/24", "dev", "eth1"], check=True)
        subprocess.run([*there, "link", "set", "eth1", "up"], check=True)

    def tear_out(self, number: int) -> None:
        """Take the interface away, as if the machine were gone."""
        self._ip("link", "delete", f"to{number}")

    def _ip(self, *words: str) -> None:
        subprocess.run(["nsenter", "-t", str(self._switch.pid), "-n", "ip", *words], check=True)


@contextmanager
def _switched_on() -> Iterator[Switch]:
    made = "ip link add name switch type bridge && ip link set switch up && echo made && exec sleep infinity"
    with subprocess.Popen(["unshare", "--net", "sh", "-c", made], stdout=subprocess.PIPE) as switch:
        try:
            assert switch.stdout is not None
            assert switch.stdout.readline() == b"made\n"
            yield Switch(switch)
        finally:
            switch.kill()


class Network:
    """Running machines, each called by the last number of its address."""

    def __init__(self, switch: Switch, folder: Path, roots: dict[int, Path]) -> None:
        self._switch, self._folder, self._roots = switch, folder, roots
        self._machines: dict[int, Debian] = {}

    def __getitem__(self, number: int) -> Debian:
        return self._machines[number]

    @contextmanager
    def running(self, number: int) -> Iterator[Debian]:
        """Start a machine, for the first time or after it was lost."""
        plug = partial(self._switch.plug, number)
        with running(self._roots[number], self._folder / f"log{number}", plug) as debian:
            self._machines[number] = debian
            yield debian

    def lose(self, number: int) -> None:
        """Kill a machine; who talks to it hears nothing more."""
        self._switch.tear_out(number)
        self._machines[number].kill()


@contextmanager
def private_network(fresh: Path, folder: Path, numbers: Sequence[int]) -> Iterator[Network]:
    """Run fresh machines that reach each other."""
    with _switched_on() as switch, ExitStack() as stack:
        roots = {
            number: stack.enter_context(copied(fresh, folder / f"machine{number}")) for number in numbers
        }
        network = Network(switch, folder, roots)
        for number in numbers:
            stack.enter_context(network.running(number))
        yield network
