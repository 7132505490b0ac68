"""What tests read of a server's metrics and of its log in JSON, as Prometheus and a log collector do."""

from __future__ import annotations

import http.client
import json
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.faces.serving import ROOT, STOP_SECONDS, Server

METRICS = re.compile(r"Metrics are at http://127\.0\.0\.1:(\d+)/metrics\.")

Scraped = dict[str, float]


@dataclass
class Watched:
    """A server with metrics that logs as JSON; what it has logged is read as it comes."""

    server: Server
    log: list[dict[str, Any]] = field(default_factory=list)

    @property
    def metrics_port(self) -> int:
        found = METRICS.search(self.server.first_line)
        assert found
        return int(found[1])

    def stop(self, number: signal.Signals) -> None:
        """End it, and read the rest of what it logs."""
        self.server.process.send_signal(number)
        assert self.server.process.stderr is not None
        self.log += map(json.loads, self.server.process.stderr)
        self.server.process.wait(STOP_SECONDS)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What it has logged of requests."""
        return [line for line in self.log if line["logger"] == "keyferry.requests"]

    def logged(self, wanted: str) -> dict[str, Any]:
        """Wait for the next line with this in its message."""
        assert self.server.process.stderr is not None
        for text in self.server.process.stderr:
            self.log.append(json.loads(text) if text.startswith("{") else {"message": text.rstrip()})
            if wanted in self.log[-1]["message"]:
                return self.log[-1]
        raise AssertionError(f"the server has ended without saying: {wanted}")

    def worker(self) -> int:
        """Wait until a worker begins, and return its process ID."""
        return int(self.logged("Booting worker with pid: ")["message"].rpartition(" ")[2])

    def phone(self, operation: str, **body: str) -> Any:
        _, text = asked(self.server.port, "POST", f"/phone/v1/{operation}", json.dumps(body))
        return json.loads(text)

    def text(self) -> str:
        status, text = asked(self.metrics_port, "GET", "/metrics")
        assert status == 200
        return text

    def scraped(self) -> Scraped:
        """Every value by its name and labels."""
        families = text_string_to_metric_families(self.text())
        samples = (sample for family in families for sample in family.samples)
        return {name_of(sample.name, sample.labels): sample.value for sample in samples}

    def scraped_once(self, holds: Callable[[Scraped], bool]) -> Scraped:
        """Scrape until something holds."""
        deadline = time.monotonic() + STOP_SECONDS
        while not holds(scraped := self.scraped()):
            assert time.monotonic() < deadline, scraped
        return scraped


def folder_of_counts(worker: int) -> Path:
    """Return where a worker has its counts."""
    found = re.search(r"(/\S+)/counter_\d+\.db$", Path(f"/proc/{worker}/maps").read_text(), re.MULTILINE)
    assert found
    return Path(found[1])


def asked(port: int, method: str, address: str, body: str | None = None) -> tuple[int, str]:
    """Ask over a connection of its own: workers take turns."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request(method, address, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def name_of(name: str, labels: dict[str, str]) -> str:
    within = ",".join(f"{label}={value}" for label, value in sorted(labels.items()))
    return f"{name.removeprefix('keyferry_')}{{{within}}}" if within else name.removeprefix("keyferry_")


def counts(scraped: Scraped) -> set[tuple[str, float]]:
    """All that may only grow."""
    gauges = ("workers", "database", "licenses", "seats", "mail")
    return {(name, value) for name, value in scraped.items() if not name.startswith(gauges)}


def names(metrics: str) -> set[str]:
    """Return the names of all that is shown."""
    return set(re.findall(r"^# TYPE (\w+) ", metrics, re.MULTILINE))


def documented() -> set[str]:
    """Return the names that the table of metrics explains."""
    rows = re.findall(r"^\| (`keyferry_[^|]+) \|", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def alerted() -> set[str]:
    """Return the names of what alerts ask for."""
    rules = (ROOT / "deploy/prometheus/keyferry.rules.yml").read_text()
    return {re.sub(r"_(?:bucket|count)$", "", name) for name in re.findall(r"\bkeyferry_\w+", rules)}
