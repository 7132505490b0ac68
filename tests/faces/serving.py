"""What has tests run `keyferry serve` as a real process: import the fixtures from here."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["environment", "serving"]

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "keyferry.server.command_line"]
# The same server with limits of its own: nobody has to wait as long as strangers are waited for.
WITHIN_LIMITS = """
import json, socket, sys
from keyferry.server.command_line.web_server import run
from keyferry.server.command_line.web_server.limits import Limits
listener = socket.create_server(("127.0.0.1", 0))
print(f"Serving on http://127.0.0.1:{listener.getsockname()[1]}.", file=sys.stderr, flush=True)
run(listener, workers=1, limits=Limits(**json.loads(sys.argv[1])))
"""
STOP_SECONDS = 30


@pytest.fixture
def environment(settings, tmp_path) -> dict[str, str]:
    """The environment of an initialized instance, with folders of its own for whatever a server may leave."""
    for folder in ("user", "run"):
        (tmp_path / folder).mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEYFERRY_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "KEYFERRY_HOME": str(settings.home),
        # Nothing is like not set at all.
        "KEYFERRY_DATABASE_URL": settings.database if settings.database_url else "",
        "HOME": str(tmp_path / "user"),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
    }


@dataclass(frozen=True)
class Server:
    """A server that runs, and what it has said."""

    process: subprocess.Popen[str]
    port: int
    first_line: str

    def stop(self, number: signal.Signals) -> str:
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=STOP_SECONDS)
        return said


@contextmanager
def running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[Server]:
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"Serving on https?://127\.0\.0\.1:(\d+)\.", line)
        assert found
        yield Server(process, int(found[1]), line)
    finally:
        process.terminate()
        process.communicate(timeout=STOP_SECONDS)


@pytest.fixture
def serving(environment, tmp_path):
    def serving(*options: str) -> AbstractContextManager[Server]:
        command = [*COMMAND, "serve", "--bind", "127.0.0.1:0", "--workers", "1", *options]
        return running(command, environment, tmp_path)

    return serving


def serving_within(limits: dict[str, float], home: Path) -> AbstractContextManager[Server]:
    """Serve an initialized instance with limits other than the usual ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEYFERRY_")}
    environment = {**kept, "PYTHONPATH": str(ROOT), "KEYFERRY_HOME": str(home)}
    return running([sys.executable, "-c", WITHIN_LIMITS, json.dumps(limits)], environment, home)
