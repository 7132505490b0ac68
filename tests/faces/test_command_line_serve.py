"""`keyferry` as a real process, and above all the server that it runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import IO

import pytest

from keyferry.server.core.mail import delivery
from keyferry.server.db import transaction
from keyferry.server.parts import utc_now
from tests.faces.scraping import Watched, alerted, asked, counts, documented, folder_of_counts, names
from tests.faces.serving import COMMAND, environment, serving
from tests.server.test_logs import traces

__all__ = ["environment", "serving"]

COUNTED = {
    ("activations_total{channel=phone,outcome=new_seat}", 1),
    ("activations_total{channel=phone,outcome=same_seat}", 1),
    ("refusals_total{code=no_seat_left}", 1),
    ("refusals_total{code=computer_id_mismatch}", 1),
    ("refusals_total{code=not_found}", 1),
    ("guesses_total", 1),
    ("request_duration_seconds_count{endpoint=phone.api.activations,status=2xx}", 2),
    ("request_duration_seconds_count{endpoint=phone.api.activations,status=4xx}", 2),
}
REQUESTS = [
    (200, None),
    (200, None),
    (403, "no_seat_left"),
    (400, "computer_id_mismatch"),
    (404, "not_found"),
    (200, None),
]


@pytest.fixture
def run(environment, tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(
        *arguments: str, stdout: int | IO[str] = subprocess.PIPE, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            env={**environment, **more},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    return run


def test_a_server_counts_over_workers_that_die_and_leaves_nothing_behind(serving, vendor, tmp_path):
    key, others_key = vendor.issue(seats=1), vendor.issue()
    machine, late, other = vendor.machine(key), vendor.machine(key, "late"), vendor.machine(others_key)
    mixed_up = {"activation_key": key.text, "computer_id": other.computer_id.text}
    with serving("--workers", "2", "--metrics", "127.0.0.1:0", "--log-format", "json") as server:
        watched = Watched(server)
        workers = {watched.worker(), watched.worker()}
        computer_key = watched.phone("activations", token=machine.activation_token)["computer_key"]
        assert watched.phone("activations", token=machine.activation_token)["state"] == "active"
        assert watched.phone("activations", token=late.activation_token)["code"] == "no_seat_left"
        assert watched.phone("activations", **mixed_up)["code"] == "computer_id_mismatch"
        public, private = (server.port, "/metrics"), (watched.metrics_port, "/healthz")
        assert [asked(port, "GET", address)[0] for port, address in (public, private)] == [404, 404]
        before = watched.scraped_once(lambda scraped: scraped.get("workers") == 2)
        folder = folder_of_counts(workers.copy().pop())
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        assert not {watched.worker(), watched.worker()} & workers
        after = watched.scraped_once(lambda scraped: scraped.get("workers") == 2)
        assert counts(after) == counts(before) >= COUNTED
        assert watched.phone("deactivations", token=machine.deactivation_token)["release"] == "proven"
        with transaction() as session:
            delivery.looked(session, utc_now())
        released, metrics = watched.scraped_once(lambda scraped: not scraped["seats_used"]), watched.text()
        watched.stop(signal.SIGTERM)
    assert released["releases_total{channel=phone,outcome=proven}"] == 1
    assert names(metrics) == documented()
    assert alerted() <= names(metrics)
    assert (before["seats"], before["seats_used"], released["seats_used"]) == (2, 1, 0)
    assert server.process.returncode == 0
    assert [*(tmp_path / "user").iterdir(), *(tmp_path / "run").iterdir()] == []
    assert not folder.exists()
    assert [(line["status"], line.get("code")) for line in watched.requests] == REQUESTS
    secrets = (key.text, computer_key, machine.code.text, machine.activation_token, other.computer_id.text)
    shown = (metrics + json.dumps(watched.log)).replace("-", "").upper()
    assert not [trace for secret in secrets for trace in traces(secret) if trace in shown]
    assert "127.0.0.1" not in metrics + json.dumps(watched.requests)


@pytest.mark.thorough
def test_the_wsgi_application_is_what_the_environment_says_and_has_no_metrics(environment, tmp_path):
    script = (
        "import sys, wsgi, keyferry.server.command_line.serve\n"
        "print(wsgi.app.test_client().get('/metrics').status_code, 'prometheus_client' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "404 False\n"
