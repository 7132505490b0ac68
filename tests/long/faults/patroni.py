"""Two PostgreSQL under Patroni, with three etcd, on loopback: from the configuration that `deploy/` holds."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

from demo.server_process import LOOPBACK, await_listening, free_port, stop
from tests.conftest import make_certificate
from tests.postgresql_server import account, program

DEPLOYED = Path(__file__).parents[3] / "deploy"
NAMES = ("db1", "db2", "db3")
LIMIT = 300
_OWN = re.compile(r"10\.0\.0\.11\b|\bdb1\b")
_ADDRESS = re.compile(r"10\.0\.0\.(\d+):(\d+)")


class Database:
    """One machine of the deployed configuration: an etcd, and on two of them PostgreSQL with Patroni."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster, self.name = cluster, name
        self._number = 11 + NAMES.index(name)
        self._folder = cluster.folder / name
        self._folder.mkdir()
        cluster.hand_over(self._folder)
        self._etcd: subprocess.Popen[bytes] | None = None
        self._patroni: subprocess.Popen[bytes] | None = None
        self.port = cluster.port(self._number, 5432)

    def start_etcd(self) -> None:
        text = self._own((DEPLOYED / "etcd" / "etcd.env").read_text(), "ETCD_INITIAL_CLUSTER=")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        environment = {"PATH": os.environ["PATH"], **dict(line.split("=", 1) for line in lines)}
        environment["ETCD_DATA_DIR"] = str(self._folder / "etcd")
        self._etcd = self._run("etcd", [program("etcd")], environment)

    def start_patroni(self) -> None:
        text = self._own((DEPLOYED / "patroni" / "config.yml").read_text(), "  hosts:")
        for deployed, here in self._places().items():
            assert deployed in text
            text = text.replace(deployed, str(here))
        configuration = self._folder / "config.yml"
        configuration.write_text(text)
        self._patroni = self._run(
            "patroni", [program("patroni"), configuration], {"PATH": os.environ["PATH"]}
        )

    def await_patroni(self) -> None:
        assert self._patroni is not None
        port = self._cluster.port(self._number, 8008)
        await_listening(self._patroni, LOOPBACK, port, self._folder / "patroni.log")

    def is_now(self, role: str) -> bool:
        """Whether Patroni says that this is `primary` or `synchronous`."""
        port = self._cluster.port(self._number, 8008)
        connection = HTTPConnection(LOOPBACK, port, timeout=5)
        try:
            connection.request("GET", f"/{role}")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def sql(self, statements: str) -> None:
        """Have the superuser say something, on the machine itself."""
        there = ["-h", self._cluster.folder, "-p", str(self.port), "-U", "postgres"]
        command = [program("psql"), "-qX", "-v", "ON_ERROR_STOP=1", *there]
        subprocess.run(command, input=statements.encode(), user=account(), cwd="/", check=True)

    def kill_postgresql(self) -> None:
        """Kill all processes of PostgreSQL, the first one first, so that none is replaced."""
        [first, *_] = (self._folder / "data" / "postmaster.pid").read_text().split()
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in (first, *children):
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def kill(self) -> None:
        """Kill all that runs here, as if the machine were gone."""
        for process in (self._patroni, self._etcd):
            if process is not None:
                process.kill()
                process.wait()
        self.kill_postgresql()

    def come_back(self) -> None:
        """Start again what has ended; the rest is up to Patroni."""
        if self._etcd is not None and self._etcd.poll() is not None:
            self.start_etcd()
        if self._patroni is not None and self._patroni.poll() is not None:
            self.start_patroni()

    def stop(self) -> None:
        if self._patroni is not None:
            stop(self._patroni)
        with suppress(OSError):
            self.kill_postgresql()

    def stop_etcd(self) -> None:
        if self._etcd is not None:
            stop(self._etcd)

    def _own(self, text: str, common: str) -> str:
        """Change what is of the first machine to what is of this one, but for the line that names all."""
        lines = [
            line if line.startswith(common) else _OWN.sub(self._of_this, line) for line in text.splitlines()
        ]
        text = _ADDRESS.sub(self._cluster.address, "\n".join(lines))
        return text.replace("10.0.0.0/24", f"{LOOPBACK}/32")

    def _of_this(self, found: re.Match[str]) -> str:
        return self.name if found[0] == "db1" else f"10.0.0.{self._number}"

    def _places(self) -> dict[str, str | Path]:
        return {
            "/var/lib/postgresql/15/keyferry\n": f"{self._folder}/data\n",
            "/var/lib/postgresql/keyferry.pgpass": self._folder / "pgpass",
            "/usr/lib/postgresql/15/bin": Path(str(program("postgres"))).resolve().parent,
            "/var/run/postgresql": self._cluster.folder,
            "/etc/ssl/certs/ssl-cert-snakeoil.pem": self._cluster.certificate,
            "/etc/ssl/private/ssl-cert-snakeoil.key": self._cluster.key,
        }

    def _run(self, name: str, command: list[object], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        assert None not in command, f"{name} is missing: demo/prepare.sh engines installs it"
        with (self._folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [str(word) for word in command],
                env=environment,
                user=account(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


class Cluster:
    """The machines, and the ports that stand for their addresses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports: dict[tuple[int, int], int] = {}
        self.hand_over(folder)
        self.certificate, self.key = make_certificate(folder)
        self.key.chmod(0o600)
        self.hand_over(self.key)
        self.etcds = [Database(self, name) for name in NAMES]
        self.databases = self.etcds[:2]

    def hand_over(self, path: Path) -> None:
        if (uid := account()) is not None:
            shutil.chown(path, uid)

    def port(self, number: int, deployed: int) -> int:
        return self._ports.setdefault((number, deployed), free_port())

    def address(self, deployed: re.Match[str]) -> str:
        return f"{LOOPBACK}:{self.port(int(deployed[1]), int(deployed[2]))}"

    def start(self) -> None:
        for machine in self.etcds:
            machine.start_etcd()
        for machine in self.databases:
            machine.start_patroni()
            machine.await_patroni()
        self.await_standby()

    def stop(self) -> None:
        for machine in self.databases:
            machine.stop()
        for machine in self.etcds:
            machine.stop_etcd()

    @property
    def primary(self) -> Database:
        [primary] = [machine for machine in self.databases if machine.is_now("primary")]
        return primary

    def await_standby(self) -> None:
        """Wait until each commit is answered only when the other machine has it, too."""
        deadline = time.monotonic() + LIMIT
        while not any(machine.is_now("synchronous") for machine in self.databases):
            if time.monotonic() > deadline:
                raise TimeoutError(self._last_words())
            time.sleep(0.1)

    def _last_words(self) -> str:
        logs = {
            log: log.read_text(errors="replace").splitlines()[-30:] for log in self.folder.glob("db*/*.log")
        }
        return "\n".join(f"{log}:\n" + "\n".join(lines) for log, lines in logs.items())


@contextmanager
def cluster() -> Iterator[Cluster]:
    # A socket's path has at most some 100 characters, fewer than a test's own folder may have.
    folder = Path(tempfile.mkdtemp(prefix="keyferry-"))
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)
