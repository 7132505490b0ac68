"""A real PostgreSQL server for each worker: a plugin of `tests/conftest.py`."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.memory import in_memory

DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PROGRAMS = os.pathsep.join([os.environ.get("PATH", ""), *map(str, reversed(DEBIAN))])
START_SECONDS = 120


def program(name: str) -> str | None:
    return shutil.which(name, path=PROGRAMS)


def is_installed() -> bool:
    return bool(program("initdb") and program("postgres"))


def account() -> int | None:
    """PostgreSQL refuses to run as root: then it runs as its own account."""
    return pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None


@dataclass
class PostgresqlServer:
    """A real PostgreSQL server, on a Unix socket only, which a test may stop and start again."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"postgresql://keyferry@/postgres?host={self.folder}"

    def start(self) -> None:
        serve = [program("postgres"), "-D", self.folder / "data", "-k", self.folder]
        with (self.folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [*serve, "-c", "listen_addresses=", "-F"],
                user=account(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        _await_ready(self.process, self.folder)

    def start_after_a_crash(self) -> None:
        """Start it again once what is left of it, without its first process, has ended."""
        if self.process is not None:
            self.process.wait()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.start()
                return
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A server in a folder that goes with it."""
    # A socket's path has at most some 100 characters, fewer than a test's own folder may have.
    folder = Path(tempfile.mkdtemp(prefix="keyferry-", dir=in_memory()))
    uid = account()
    if uid is not None:
        os.chown(folder, uid, -1)
    make = [
        program("initdb"),
        "-D",
        folder / "data",
        "-U",
        "keyferry",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(make, user=uid, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    server = PostgresqlServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def postgresql(postgresql_server: PostgresqlServer) -> str:
    """The address of a real PostgreSQL server."""
    return postgresql_server.address


def _await_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "ready to accept connections" not in (folder / "log").read_text():
        try:
            # Waiting for its end is the pause between two glances: a server that died is noticed at once.
            server.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                continue
        raise RuntimeError((folder / "log").read_text())
