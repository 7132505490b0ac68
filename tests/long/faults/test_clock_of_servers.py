"""Real servers whose clock is set back while they run: nothing is lost or doubled."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bench.servers.instance import Instance
from bench.servers.processes import Server, running
from demo.server_process import LOOPBACK, free_port
from tests.long.faults.customers import activated

MACHINES = 10
# `keyferry` whose clock goes on from wherever a file sets it to. With libfaketime no process can sleep any
# more (clock_nanosleep).
COMMAND = """
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from keyferry.server import parts
ahead = Path(os.environ["SECONDS_AHEAD"])
parts.utc_now = lambda: datetime.now(UTC) + timedelta(seconds=float(ahead.read_text()))
from keyferry.server.command_line import main
main()
"""


@contextmanager
def serving(instance: Instance, ahead: Path, log: Path) -> Iterator[Server]:
    port, environment = free_port(), instance.environment | {"SECONDS_AHEAD": str(ahead)}
    command = [sys.executable, "-c", COMMAND, "serve", "--bind", f"{LOOPBACK}:{port}"]
    with running(command, port, log, environment) as server:
        yield server


def seconds_to_noon() -> float:
    """Return how far ahead tomorrow's noon is: an hour later is the same day, whenever this runs."""
    now = datetime.now(UTC)
    return (datetime.combine(now.date() + timedelta(days=1), time(12), UTC) - now).total_seconds()


def bodies_of(requests: list[bytes]) -> list[bytes]:
    return [one.partition(b"\r\n\r\n")[2] for one in requests]


def status_of(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("hours", [1, 24, 2 * 365 * 24], ids=["an hour", "a day", "two years"])
def test_whoever_activated_keeps_the_seat_and_others_go_on(instance: Instance, tmp_path: Path, hours: int):
    ahead, log, noon = tmp_path / "ahead", tmp_path / "log", seconds_to_noon()
    ahead.write_text(str(noon + hours * 3600))
    keys = instance.issue(MACHINES)
    known, new = (bodies_of(instance.activations(keys)) for _ in range(2))
    with serving(instance, ahead, log) as server:
        before = [activated(server.port, body) for body in known]
        ahead.write_text(str(noon))
        after = [activated(server.port, body) for body in known]
        assert None not in before + after
        # A key of a day that hasn't come is replaced: no wizard takes it.
        assert (after == before) is (hours < 12)
        assert [activated(server.port, body) for body in known] == after
        assert None not in [activated(server.port, body) for body in new]
        assert instance.seats() == (2 * MACHINES, 2 * MACHINES)
        assert [status_of(server.port, path) for path in ("/readyz", "/a", "/portal/sign-in")] == [200] * 3
    assert "clock_set_back" not in log.read_text()
    with serving(instance, ahead, log) as server:
        assert [activated(server.port, body) for body in known] == after
    assert "(clock_set_back)" in log.read_text()
