"""Two servers on one PostgreSQL behind nginx, with the configuration that `deploy/` holds."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.servers.instance import Instance
from bench.servers.processes import Server, keyferry
from demo.server_process import LOOPBACK, await_listening, free_port, stop
from tests.conftest import make_certificate
from tests.long.faults.customers import Customers, activated
from tests.long.faults.test_killed import MACHINES, bodies_of, kill_all

DEPLOYED = Path(__file__).parents[3] / "deploy" / "nginx" / "keyferry.conf"
AROUND = """
daemon off; master_process on; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/keyferry.conf;
}}
"""


def configuration(folder: Path, port: int, servers: list[int]) -> Path:
    """Write the deployed configuration for ports and a certificate of this test, and what goes around it."""
    certificate, key = make_certificate(folder)
    text = DEPLOYED.read_text().replace("listen 443", f"listen {LOOPBACK}:{port}")
    for standing, server in zip((8001, 8002), servers, strict=True):
        text = text.replace(f"{LOOPBACK}:{standing}", f"{LOOPBACK}:{server}")
    names = {"fullchain.pem": certificate, "privkey.pem": key}
    for name, path in names.items():
        text = text.replace(f"/etc/letsencrypt/live/keys.example.com/{name}", str(path))
    (folder / "keyferry.conf").write_text(text)
    around = folder / "nginx.conf"
    around.write_text(AROUND.format(folder=folder))
    return around


@contextmanager
def nginx(folder: Path, port: int, servers: list[int]) -> Iterator[ssl.SSLContext]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None
    command = [program, "-p", str(folder), "-c", str(configuration(folder, port, servers))]
    with (folder / "nginx.out").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        await_listening(process, LOOPBACK, port, folder / "nginx.out")
        yield ssl.create_default_context(cafile=str(folder / "cert.pem"))
    finally:
        stop(process)


def test_one_is_killed_one_is_upgraded_and_no_customer_notices(on_postgresql: Instance, tmp_path: Path):
    port, ports = free_port(), [free_port(), free_port()]
    on_postgresql.environment["KEYFERRY_TRUSTED_PROXIES"] = "1"
    with ExitStack() as running:

        def start(place: int) -> Server:
            server = keyferry(on_postgresql.environment, tmp_path / f"log{place}", ports[place])
            return running.enter_context(server)

        first, second = start(0), start(1)
        trusted = running.enter_context(nginx(tmp_path, port, ports))
        customers = Customers(port, bodies_of(on_postgresql), trusted)
        with customers.at_work():
            customers.await_keys(MACHINES // 5)
            kill_all(first)
            customers.await_keys(2 * MACHINES // 5)
            first = start(0)
            customers.await_keys(3 * MACHINES // 5)
            upgrade(second)
            start(1)
            customers.await_keys(4 * MACHINES // 5)
        assert customers.unanswered == []
        again = [activated(port, body, trusted) for body in customers.keys]
    assert again == [*customers.keys.values()]
    assert on_postgresql.seats() == (MACHINES, MACHINES)


def upgrade(server: Server) -> None:
    """End a server in good order, as an upgrade does."""
    os.kill(server.pid, signal.SIGTERM)
    server.await_end()
