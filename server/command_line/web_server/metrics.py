"""What a server with metrics has besides its workers: a folder of counts, and a process that shows them."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from keyferry.server.config import Settings
from keyferry.server.web.watching import Watcher

logger = logging.getLogger(__name__)

# In memory, so that counting doesn't wait for a disk that is busy with activations.
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is made by mkdtemp

# Gunicorn handles these in its main process; the process that shows the metrics must not inherit that.
_SIGNALS = (
    *(signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2),
    *(signal.SIGTTIN, signal.SIGTTOU, signal.SIGWINCH),
)


class Metrics:
    """The metrics of one server, shown on a bound socket."""

    def __init__(self, listener: socket.socket, settings: Settings) -> None:
        self._listener, self._settings = listener, settings
        is_there = os.access(_MEMORY, os.W_OK | os.X_OK)
        self._folder = Path(tempfile.mkdtemp(prefix="keyferry-metrics-", dir=_MEMORY if is_there else None))
        self._exporter: int | None = None

    @property
    def hooks(self) -> dict[str, Callable[..., None]]:
        """The functions that gunicorn calls as workers come and go."""
        return {"pre_fork": self._place, "child_exit": self._bury, "on_exit": self._end}

    def keep_up(self, arbiter: Any) -> None:
        """Start the process that shows the counts if it isn't running."""
        if self._exporter is not None:
            if _runs(self._exporter):
                return
            logger.error("The process that shows metrics has ended. Another one takes its place.")
        self._exporter = os.fork()
        if self._exporter == 0:
            self._export(arbiter)

    def begin(self, worker: Any) -> Watcher:
        """Count what a worker does; return the function that counts its requests."""
        from keyferry.server.web import metrics

        self._listener.close()
        return metrics.count(worker.wsgi, self._folder, worker.place).answered

    def _export(self, arbiter: Any) -> None:
        """Show metrics until the end; never returns, since the caller is gunicorn's main loop."""
        from keyferry.server.command_line.web_server.exporter import export

        try:
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            for public in arbiter.LISTENERS:
                public.close()
            export(self._listener, self._folder, self._settings)
        except Exception:
            logger.exception("Metrics cannot be shown")
        finally:
            os._exit(1)

    def _place(self, arbiter: Any, worker: Any) -> None:
        """Give a worker a free place: it goes on counting in the files of a dead worker that had it."""
        taken = {other.place for other in arbiter.WORKERS.values()}
        worker.place = next(place for place in count() if place not in taken)

    def _bury(self, arbiter: Any, worker: Any) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.place, str(self._folder))  # type: ignore[no-untyped-call]

    def _end(self, arbiter: Any) -> None:
        if self._exporter is not None and _runs(self._exporter):
            os.kill(self._exporter, signal.SIGTERM)
            os.waitpid(self._exporter, 0)
        shutil.rmtree(self._folder, ignore_errors=True)


def _runs(process: int) -> bool:
    """Return whether a child process runs; gunicorn, which waits for all, may have waited for it already."""
    try:
        return os.waitpid(process, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False
