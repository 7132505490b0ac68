"""Gunicorn, embedded: no configuration file, no control socket, no access log, no thread that waits."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from keyferry.server import create_app
from keyferry.server.command_line.web_server.lasting import spare_what_lasts
from keyferry.server.command_line.web_server.limits import Limits
from keyferry.server.command_line.web_server.metrics import Metrics
from keyferry.server.command_line.web_server.worker import WholeRequestWorker
from keyferry.server.config import Settings, load_settings
from keyferry.server.faces.phone.quick import is_quick
from keyferry.server.web.logs import JsonLines, TextLines, init_logs, log_request
from keyferry.server.web.watching import Watcher, watch

_THREADS = 8
# What the system keeps of an answer until it is read, for each connection. Left alone, it keeps 3 MB, which
# nobody counts. The phone page fits in whole.
_SEND_BUFFER_BYTES = 128 * 1024


def run(
    listener: socket.socket,
    *,
    workers: int,
    certfile: Path | None = None,
    keyfile: Path | None = None,
    limits: Limits,
    settings: Settings | None = None,
    metrics: socket.socket | None = None,
) -> None:
    """Serve on a bound socket until SIGTERM or SIGINT; ends the process.

    With `metrics`, another bound socket that is not for the public, show metrics there.
    """
    # Every connection inherits it.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
    settings = settings or load_settings()
    init_logs(settings.log_format)
    _Server(
        limits,
        settings,
        Metrics(metrics, settings) if metrics else None,
        {
            # The socket is bound before gunicorn starts, so that a busy port is reported in one line.
            "bind": f"fd://{listener.detach()}",
            "workers": workers,
            "worker_class": WholeRequestWorker,
            "threads": _THREADS,
            "certfile": str(certfile) if certfile else None,
            "keyfile": str(keyfile) if keyfile else None,
            # An answer is written into memory first, so that no thread waits for whoever reads it.
            "sendfile": False,
            "preload_app": False,
            "control_socket_disable": True,
            "accesslog": None,
            "logger_class": _DiscreetInJson if settings.log_format == "json" else _Discreet,
            "proc_name": "keyferry",
            "post_worker_init": _ready,
        },
    ).run()


class _Discreet(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Shortens addresses: gunicorn logs the first line of a request that fails, which may carry a token."""

    def setup(self, cfg: Any) -> None:
        """Set up gunicorn's log, without the secrets in addresses."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(self._lines())

    def _lines(self) -> logging.Formatter:
        return TextLines(self.error_fmt, self.datefmt)


class _DiscreetInJson(_Discreet):
    def _lines(self) -> logging.Formatter:
        return JsonLines()


class _OurArbiter(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Treats SIGINT like SIGTERM, so that Ctrl-C cuts no activation short; keeps the metrics running."""

    def handle_int(self) -> None:
        """Leave the main loop, which stops the workers gracefully."""
        raise StopIteration

    def manage_workers(self) -> None:
        """Start what should run and doesn't; gunicorn calls this about once a second."""
        super().manage_workers()
        if self.app.metrics is not None:
            self.app.metrics.keep_up(self)


# More would wait longer for the group commit that takes them all.
_MOST_ON_SQLITE = 64
# Each has a connection. Of more at a time, PostgreSQL takes longer for each, and for all of them.
_MOST_ON_POSTGRESQL = 4


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(
        self, limits: Limits, settings: Settings, metrics: Metrics | None, gunicorn: Mapping[str, Any]
    ) -> None:
        # For the worker, which gunicorn makes from its class alone.
        self.limits = limits
        self.settings = settings
        self.metrics = metrics
        # How many quick requests the main thread answers at a time.
        self.most_fibers = _MOST_ON_POSTGRESQL if settings.sqlite_file is None else _MOST_ON_SQLITE
        self._gunicorn = {**gunicorn, **(metrics.hooks if metrics else {})}
        super().__init__()

    def is_quick(self, received: bytearray) -> bool:
        """Return whether a whole request is one of those that are answered quickly."""
        return is_quick(received)

    def load_config(self) -> None:
        for name, value in self._gunicorn.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        # `keyferry serve` has checked. If a worker is replaced while the database is down, a check would
        # fail, and gunicorn would end the whole server.
        return create_app(self.settings, checks=False)

    def run(self) -> None:
        _OurArbiter(self).run()


def _ready(worker: Any) -> None:
    # A terminal sends Ctrl-C to the workers, too; they end when the arbiter says so.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server: _Server = worker.app
    watchers: list[Watcher] = [log_request] if server.settings.log_format == "json" else []
    if server.metrics is not None:
        watchers.append(server.metrics.begin(worker))
    if watchers:
        watch(worker.wsgi, *watchers)
    spare_what_lasts()
