"""The last seats of a license, wanted by many machines at once: exactly as many are sold as there are."""

from __future__ import annotations

from pathlib import Path

from bench.servers.instance import SEATS, Instance
from bench.servers.load import drive
from bench.servers.processes import keyferry

ROUNDS, MACHINES = 100, 64


def test_exactly_as_many_as_there_are(instance: Instance, tmp_path: Path):
    with keyferry(instance.environment, tmp_path / "log") as server:
        for key in instance.issue(ROUNDS):
            answers = drive(server.port, instance.activations([key] * MACHINES), connections=MACHINES)
            assert sorted(answers.statuses) == [200] * SEATS + [403] * (MACHINES - SEATS)
    assert instance.seats() == (ROUNDS * SEATS, ROUNDS * SEATS)
