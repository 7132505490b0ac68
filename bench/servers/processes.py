"""The servers under load, each a process of its own on loopback, and the CPU that it has used."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from select import select

from demo import server_process
from demo.server_process import LOOPBACK, SCRIPTS, free_port, stop

WORKERS = 2
# gunicorn gives its workers half a minute, which a busy machine takes.
END_SECONDS = 60
DATABASES = ("floor", "keyferry")
_TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A running server: its first process, its port, and the CPU seconds of its session."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.pid, self.port = process.pid, port

    @property
    def processes(self) -> list[int]:
        """All processes of the server, the first one included."""
        return [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if self._owns(stat)]

    def await_end(self) -> None:
        """Wait until all processes of the server have ended."""
        for pid in self.processes:
            with suppress(ProcessLookupError):
                handle = os.pidfd_open(pid)
                try:
                    if not select([handle], [], [], END_SECONDS)[0]:
                        raise TimeoutError(f"process {pid} goes on")
                finally:
                    os.close(handle)

    @property
    def cpu_seconds(self) -> float:
        """The CPU that the server has used so far, with all processes of its session."""
        return sum(_ticks(stat) for stat in Path("/proc").glob("[0-9]*/stat") if self._owns(stat)) / _TICKS

    def _owns(self, stat: Path) -> bool:
        fields = _fields(stat)
        return bool(fields) and int(fields[3]) == self.pid


def _fields(stat: Path) -> list[str]:
    with suppress(OSError):
        return stat.read_text().rpartition(")")[2].split()
    return []


def _ticks(stat: Path) -> int:
    fields = _fields(stat)
    return int(fields[11]) + int(fields[12]) if fields else 0


@contextmanager
def running(command: list[str], port: int, log: Path, environment: Mapping[str, str]) -> Iterator[Server]:
    """Run a server while the block runs."""
    with server_process.running(command, environment, host=LOOPBACK, port=port, log=log) as process:
        yield Server(process, port)


@contextmanager
def floor(database: str, log: Path) -> Iterator[Server]:
    """Run the floor with as many processes and threads as Keyferry."""
    port, environment = free_port(), {**os.environ, "FLOOR_DATABASE": database}
    made = [sys.executable, "-c", "import bench.servers.floor"]
    subprocess.run(made, env=environment, check=True)
    threads = ("-k", "gthread", "-w", str(WORKERS), "--threads", "4")
    command = [str(SCRIPTS / "gunicorn"), "-b", f"{LOOPBACK}:{port}", *threads, "bench.servers.floor:app"]
    with running(command, port, log, environment) as server:
        yield server


@contextmanager
def keyferry(environment: Mapping[str, str], log: Path, port: int | None = None) -> Iterator[Server]:
    """Run `keyferry serve` on an instance that the environment names."""
    port = port or free_port()
    command = [str(SCRIPTS / "keyferry"), "serve", "--bind", f"{LOOPBACK}:{port}", "--workers", str(WORKERS)]
    with running(command, port, log, environment) as server:
        yield server


@contextmanager
def postgresql(folder: Path, databases: Sequence[str] = DATABASES) -> Iterator[str]:
    """Run a PostgreSQL as initdb leaves it, durable, and return the beginning of its databases' addresses."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        raise FileNotFoundError("PostgreSQL is not installed: make test installs it")
    data, port = folder / "postgresql", free_port()
    data.mkdir(mode=0o700)
    # PostgreSQL refuses to run as root.
    who = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None
    if who is not None:
        shutil.chown(data, who)
        folder.chmod(0o755)
    made = [str(binaries[-1] / "initdb"), "-D", str(data), "-A", "trust", "-U", "bench", "--no-sync"]
    subprocess.run(made, user=who, cwd=data, check=True, stdout=subprocess.DEVNULL)
    settings = ("-c", "unix_socket_directories=", "-c", f"listen_addresses={LOOPBACK}")
    with (folder / "postgresql.log").open("ab") as output:
        command = [str(binaries[-1] / "postgres"), "-D", str(data), "-p", str(port), *settings]
        process = subprocess.Popen(
            command, user=who, cwd=data, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        where = ("-h", LOOPBACK, "-p", str(port), "-U", "bench")
        while subprocess.run([str(binaries[-1] / "pg_isready"), "-q", *where], check=False).returncode:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
                raise ChildProcessError((folder / "postgresql.log").read_text())
        for name in databases:
            subprocess.run([str(binaries[-1] / "createdb"), *where, name], check=True)
        yield f"postgresql+psycopg://bench@{LOOPBACK}:{port}"
    finally:
        stop(process)
