"""The process that shows Prometheus what the workers count, and what the database says of seats and mail.

It is a process of its own, so it answers while every worker is busy, and outlives any of them.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from flask import Flask, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from keyferry.server.config import ConfigError, Settings
from keyferry.server.core.licensing.figures import Sold, sold
from keyferry.server.core.mail import delivery
from keyferry.server.db import db, init_database, reading, require_migrated

logger = logging.getLogger(__name__)

# All licenses are counted for the seats: with a million of them, that takes a while.
_REST = 50


class Stock(Collector):
    """What the database says now: licenses, seats, and mail that waits.

    Counting the licenses takes at most a fiftieth of the time; until then, what was counted before is shown.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sold: Sold | None = None
        self._next_count = 0.0

    def collect(self) -> Iterable[Metric]:
        """Return the figures, or only that the database can't be used."""
        try:
            require_migrated(self._settings)
            with reading() as session:
                waits, all_of_them = delivery.queue(session), self._counted(session)
        except (ConfigError, SQLAlchemyError):
            yield _gauge("database_up", "Whether the database can be used.", 0)
            return
        finally:
            # Opened anew each time, as a worker that begins would have to.
            db.engine.dispose()
        yield _gauge("database_up", "Whether the database can be used.", 1)
        yield _gauge("licenses", "Licenses.", all_of_them.licenses)
        yield _gauge("seats", "Seats of all licenses.", all_of_them.seats)
        yield _gauge("seats_used", "Seats that are taken.", all_of_them.seats_used)
        age = (datetime.now(UTC) - waits.since).total_seconds() if waits.since else 0.0
        yield _gauge("mail_waiting", "Email in the outbox that is still to be sent.", waits.count)
        yield _gauge("mail_oldest_age_seconds", "How long the oldest of it has waited.", max(age, 0.0))
        if waits.looked_at is not None:
            looked_at = waits.looked_at.timestamp()
            yield _gauge("mail_worker_last_seen_timestamp_seconds", "When a worker ran last.", looked_at)

    def _counted(self, session: Session) -> Sold:
        begun = time.monotonic()
        if self._sold is None or begun >= self._next_count:
            self._sold = sold(session)
            ended = time.monotonic()
            self._next_count = ended + _REST * (ended - begun)
        return self._sold


class Counts(MultiProcessCollector):
    """What the workers count, without files that a worker has only just created: they are still empty."""

    def __init__(self, registry: CollectorRegistry, folder: Path) -> None:
        self._folder = folder
        super().__init__(registry, str(folder))  # type: ignore[no-untyped-call]

    def collect(self) -> Iterable[Metric]:
        """Return the sums."""
        files = [str(file) for file in self._folder.glob("*.db") if _holds_something(file)]
        metrics: Iterable[Metric] = self.merge(files, accumulate=True)  # type: ignore[no-untyped-call]
        return metrics


def _holds_something(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False


def _gauge(name: str, help: str, value: float) -> Metric:
    return GaugeMetricFamily(f"keyferry_{name}", help, value=value)


class _Silent(WSGIRequestHandler):
    # Requests are answered one after the other: a client that says nothing holds up Prometheus for so long.
    timeout = 5

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log nothing: Prometheus asks every few seconds."""


class _Exporter(WSGIServer):
    """Serves on a bound socket for as long as its parent process lives."""

    def __init__(self, listener: socket.socket, folder: Path) -> None:
        super().__init__(listener.getsockname()[:2], _Silent, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = listener.getsockname()[:2]
        self.setup_environ()
        self._parent, self._folder = os.getppid(), folder

    def handle_error(self, asked: Any, client: Any) -> None:
        """Log what kept a request from its answer: in one line where the connection ended."""
        error = sys.exception()
        if isinstance(error, OSError):
            logger.warning("A request for metrics ended early: %s", error.strerror or type(error).__name__)
        else:
            logger.error("A request for metrics failed", exc_info=error)

    def service_actions(self) -> None:
        """End with the server, even if it was killed and couldn't clean up."""
        if os.getppid() != self._parent:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise SystemExit(0)


def export(listener: socket.socket, folder: Path, settings: Settings) -> None:
    """Serve the counts in a folder until SIGTERM, or until the parent process is gone."""
    # A terminal sends Ctrl-C to every process; this one ends when the server has.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with _Exporter(listener, folder) as server:
        server.set_app(application(folder, settings))
        server.serve_forever()


def application(folder: Path, settings: Settings) -> Flask:
    """Return an application that answers only at `/metrics`."""
    registry = CollectorRegistry()
    Counts(registry, folder)
    registry.register(Stock(settings))
    app = Flask("keyferry.metrics", static_folder=None)
    init_database(app, settings)

    @app.get("/metrics")
    def metrics() -> Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), content_type=content_type)

    return app
