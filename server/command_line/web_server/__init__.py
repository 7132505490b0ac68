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
from keyferry.server.command_line.web_server.limits import Limits
from keyferry.server.command_line.web_server.worker import WholeRequestWorker
from keyferry.server.web.addresses import without_secrets

_THREADS = 8
# What the system keeps of an answer until it is read, for each connection. Left alone, it keeps 3 MB, which
# nobody counts. The phone page fits in whole.
_SEND_BUFFER_BYTES = 128 * 1024
_LOG_FORMAT = "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s"


def run(
    listener: socket.socket,
    *,
    workers: int,
    certfile: Path | None = None,
    keyfile: Path | None = None,
    limits: Limits,
) -> None:
    """Serve on a bound socket until SIGTERM or SIGINT; ends the process."""
    # Every connection inherits it.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
    _Server(
        limits,
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
            "logger_class": _Discreet,
            "proc_name": "keyferry",
            "post_worker_init": _end_gracefully_on_interrupt,
        },
    ).run()


class _WithoutSecrets(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class _Discreet(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Names no address whole: a request that cannot be read, or a fault, is logged with its first line."""

    def setup(self, cfg: Any) -> None:
        """Write errors in gunicorn's format, but for what addresses carry."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(_WithoutSecrets(self.error_fmt, self.datefmt))


class _GracefulArbiter(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Ends like SIGTERM on SIGINT, too: a person's Ctrl-C must not cut an activation short."""

    def handle_int(self) -> None:
        """Leave the main loop, which stops the workers gracefully."""
        raise StopIteration


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, limits: Limits, settings: Mapping[str, Any]) -> None:
        # For the worker, which gunicorn makes from its class alone.
        self.limits = limits
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        logging.basicConfig(format=_LOG_FORMAT, level=logging.WARNING)
        # Checked before gunicorn began. A worker that begins anew while the database is away serves all the
        # same; had it to check, gunicorn would end the whole server.
        return create_app(checks=False)

    def run(self) -> None:
        _GracefulArbiter(self).run()


def _end_gracefully_on_interrupt(worker: Any) -> None:
    # A terminal sends Ctrl-C to the workers, too; they end when the arbiter says so.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
