"""Metrics of a server whose processes are killed, and what a worker of mail logs for programs."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from keyferry.server.core.mail import outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.db import transaction
from keyferry.server.parts import parts, utc_now
from tests.conftest import STAFF
from tests.faces.scraping import Scraped, Watched, asked, counts, folder_of_counts
from tests.faces.serving import STOP_SECONDS, environment, serving
from tests.faces.test_command_line_serve import run
from tests.mail_server import mail_server

__all__ = ["environment", "run", "serving"]

ALIVE = "request_duration_seconds_count{endpoint=health.alive,status=2xx}"
KILLS = 6


@pytest.fixture
def watched(serving, vendor) -> Iterator[Watched]:
    with serving("--workers", "2", "--metrics", "127.0.0.1:0") as server:
        yield Watched(server)


def children(process: int) -> set[int]:
    return set(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


def until_refused(port: int) -> None:
    """Wait until nobody listens any more."""
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return
        assert time.monotonic() < deadline


def test_no_count_goes_back_while_workers_are_killed_under_load(watched):
    over, port = Event(), watched.server.port
    seen: list[Scraped] = []
    killed: list[int] = []

    def ask() -> tuple[int, int]:
        """Ask until it is over; returns how many requests were sent, and how many answered."""
        sent = answered = 0
        while not over.is_set():
            sent += 1
            with suppress(ConnectionError, http.client.HTTPException):
                answered += asked(port, "GET", "/healthz")[0] == 200
        return sent, answered

    def goes_on(scraped: Scraped) -> bool:
        """Keep what was scraped; true once both workers serve and have counted since."""
        seen.append(scraped)
        return scraped.get("workers") == 2 and scraped.get(ALIVE, 0) > 20 * (len(killed) + 1)

    with ThreadPoolExecutor(4) as threads:
        customers = [threads.submit(ask) for _ in range(4)]
        workers = [watched.worker(), watched.worker()]
        try:
            while len(killed) < KILLS:
                watched.scraped_once(goes_on)
                killed.append(workers.pop(0))
                os.kill(killed[-1], signal.SIGKILL)
                workers.append(watched.worker())
            watched.scraped_once(goes_on)
        finally:
            over.set()
        sent, answered = (sum(numbers) for numbers in zip(*(one.result() for one in customers), strict=True))
    # Who was cut off may have been counted or not; whoever was answered was.
    assert 20 * KILLS < answered <= watched.scraped()[ALIVE] <= sent
    for before, after in pairwise(seen):
        grown = dict(counts(after))
        assert not [name for name, value in counts(before) if grown.get(name, 0) < value]
    # However many workers there were: two places, and no more files than for two.
    assert len(list(folder_of_counts(workers[0]).glob("counter_*.db"))) == 2


def test_a_killed_exporter_is_replaced_and_knows_what_was_counted(watched):
    workers = {watched.worker(), watched.worker()}
    assert asked(watched.server.port, "GET", "/healthz")[0] == 200
    assert watched.scraped_once(lambda scraped: scraped.get("workers") == 2)[ALIVE] == 1
    [exporter] = children(watched.server.process.pid) - workers
    os.kill(exporter, signal.SIGKILL)
    watched.logged("The process that shows metrics has ended.")
    # Who comes in between waits: the server still listens.
    assert watched.scraped()[ALIVE] == 1
    [another] = children(watched.server.process.pid) - workers
    assert another != exporter


def test_nothing_is_left_of_a_server_that_is_killed(watched):
    worker, port = watched.worker(), watched.metrics_port
    assert watched.scraped_once(lambda scraped: scraped.get("workers") == 2)["database_up"] == 1
    folder = folder_of_counts(worker)
    watched.server.process.kill()
    watched.server.process.wait()
    until_refused(port)
    until_refused(watched.server.port)
    assert not folder.exists()


def test_who_breaks_off_while_asking_for_metrics_is_one_line_that_blames_nobody(watched):
    with socket.create_connection(("127.0.0.1", watched.metrics_port)) as asking:
        asking.sendall(b"GET /met")
        # Closed like this, the other side is told that the connection was reset.
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    watched.logged("A request for metrics ended early: Connection reset by peer")
    assert "database_up" in watched.scraped()
    assert "Traceback" not in watched.server.stop(signal.SIGTERM)


def test_without_metrics_there_is_neither_a_process_nor_a_file_for_them(serving, vendor):
    with serving() as server:
        assert asked(server.port, "GET", "/metrics")[0] == 404
        [worker] = children(server.process.pid)
        maps = Path(f"/proc/{worker}/maps").read_text()
        assert "counter_" not in maps
        said = server.stop(signal.SIGTERM)
    assert "metrics" not in said


def test_a_worker_of_mail_logs_for_programs_too(run, vendor):
    with mail_server() as box:
        mail = Mail("computer_key", "ada@example.com", "Your computer key", "Key: 12FX2-EQ05J-FMTPY\n")
        with transaction() as session:
            outbox.post(session, mail, keyring=parts().keyring, by=STAFF, now=utc_now())
        box.data_refusals.append("554 no 12FX2-EQ05J-FMTPY for ada@example.com")
        settings = {"KEYFERRY_SMTP_URL": box.url, "KEYFERRY_MAIL_FROM": "Example <keys@example.com>"}
        done = run("worker", "--once", KEYFERRY_LOG_FORMAT="json", **settings)
    line = json.loads(done.stderr)
    assert (line["level"], line["logger"]) == ("warning", "keyferry.worker")
    assert "The mail server in KEYFERRY_SMTP_URL refused the email (554)." in line["message"]
    assert "12FX2" not in done.stderr
    assert "ada@" not in done.stderr
