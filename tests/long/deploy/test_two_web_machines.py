"""The commands of `deploy/README.md` for two web machines and a database, in three fresh Debians."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.long.deploy.authority import authority, trust
from tests.long.deploy.debian import Debian, Switch, commands, copied, running, switched_on
from tests.long.deploy.test_commands_to_copy import NAME, activated, body_of_a_new_machine, program, yours_are

SHARED = "10.0.0.20"
KEY = Path("var/lib/keyferry/master.key")
LONGEST_SECONDS = 60


@dataclass
class Machines:
    """The database, which is also the authority and where customers ask, and the two web machines."""

    switch: Switch
    roots: list[Path]
    database: Debian
    webs: list[Debian]

    def set_up_the_database(self) -> None:
        yours, database = commands("Two web machines")[:2]
        self.database.run("\n".join([yours, database]))

    def set_up_a_web_machine(self, number: int) -> None:
        _, _, yours, settings, key, server, certificate = commands("Two web machines")
        web = self.webs[number - 1]
        web.run(f"echo {SHARED} {NAME} >> /etc/hosts")
        trust(web, self.database, "10.0.0.11")
        mine, [of_all, installing] = yours_are(yours, number=number), program()
        web.run("\n".join([of_all, installing, mine, settings]))
        if number == 2:
            shutil.copy(self.roots[1] / KEY, self.roots[2] / "etc/keyferry/master.key")
            web.run(key)
        web.run("\n".join([of_all, mine, server, certificate]))

    def await_answer(self, body: str) -> tuple[str, float]:
        """Ask as a phone does until there is an answer; returns the key, and after how many seconds."""
        began = time.monotonic()
        patience = "--connect-timeout 2 --retry 60 --retry-delay 1 --retry-all-errors"
        key = activated(self.database, body, patience)
        return key, time.monotonic() - began


@pytest.fixture
def machines(fresh: Path, tmp_path: Path) -> Iterator[Machines]:
    with switched_on() as switch, ExitStack() as stack:
        roots = [stack.enter_context(copied(fresh, tmp_path / f"machine{number}")) for number in (11, 21, 22)]
        started = [
            stack.enter_context(running(root, tmp_path / f"log{number}", switch, number))
            for root, number in zip(roots, (11, 21, 22), strict=True)
        ]
        yield Machines(switch, roots, started[0], started[1:])


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Show what was measured, also where the test passes."""

    def show(line: str) -> None:
        with capsys.disabled():
            sys.stderr.write(f"\n{line}\n")

    return show


@contextmanager
def back(machines: Machines, number: int, log: Path) -> Iterator[Debian]:
    """Start a web machine again that was killed."""
    with running(machines.roots[number], log, machines.switch, 20 + number) as web:
        yield web


def test_the_other_web_machine_takes_over(machines: Machines, tmp_path: Path, report):
    machines.database.run(f"echo {SHARED} {NAME} >> /etc/hosts")
    authority(machines.database)
    machines.set_up_the_database()
    machines.set_up_a_web_machine(1)
    machines.set_up_a_web_machine(2)
    first, second = machines.webs
    bodies = [body_of_a_new_machine(first), body_of_a_new_machine(first, is_another=True)]
    key = activated(machines.database, bodies[0])
    assert [web.has(SHARED) for web in machines.webs] == [True, False]

    machines.switch.tear_out(21)
    first.kill()
    again, seconds = machines.await_answer(bodies[0])
    report(f"a web machine gone: {seconds:.1f} s without an answer")
    assert (again, second.has(SHARED)) == (key, True)
    assert seconds < LONGEST_SECONDS
    another = activated(machines.database, bodies[1])

    with back(machines, 1, tmp_path / "log21") as first:
        first.run("until curl -fsS http://10.0.0.21:8001/readyz; do sleep 0.2; done")
        second.run("systemctl stop nginx")
        keys = [machines.await_answer(body)[0] for body in bodies]
        assert (keys, first.has(SHARED)) == ([key, another], True)
        # Whichever has the address, each gets its certificate.
        second.run("systemctl start nginx")
        for web in (first, second):
            web.run("certbot renew --force-renewal --no-random-sleep-on-renew")
