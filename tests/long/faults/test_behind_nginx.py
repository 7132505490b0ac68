"""Two servers on one PostgreSQL behind nginx, with the configuration that `deploy/` holds."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from getpass import getuser
from http.client import HTTPSConnection
from pathlib import Path

from bench.servers.instance import Instance
from bench.servers.processes import Server, keyferry
from demo.server_process import LOOPBACK, await_listening, free_port, stop
from tests.conftest import make_certificate
from tests.long.faults.customers import Customers, activated
from tests.long.faults.test_killed import MACHINES, bodies_of, kill_all

DEPLOYED = Path(__file__).parents[3] / "deploy" / "nginx" / "keyferry.conf"
AROUND = """
user {user}; daemon off; master_process on; worker_processes 1;
pid {folder}/nginx.pid; error_log {folder}/nginx.log;
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
    around.write_text(AROUND.format(folder=folder, user=getuser()))
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


def test_a_file_that_is_too_large_is_refused_in_our_own_words(on_postgresql: Instance, tmp_path: Path):
    port, ports = free_port(), [free_port(), free_port()]
    on_postgresql.environment["KEYFERRY_TRUSTED_PROXIES"] = "1"
    with (
        keyferry(on_postgresql.environment, tmp_path / "log", ports[0]),
        keyferry(on_postgresql.environment, tmp_path / "log1", ports[1]),
        nginx(tmp_path, port, ports) as trusted,
    ):
        staff = on_postgresql.signed_in()
        for path, size, sentence in (
            # Too large for a logo and for a file, and for nginx.
            ("branding", 3_000_000, "This image is larger than 500 kB."),
            ("import", 12_000_000, "This file is larger than 10 MB."),
            ("import", 20_000_000, "This file is too large to be uploaded."),
            ("branding", 20_000_000, "This file is too large to be uploaded."),
        ):
            status, page = uploaded(port, trusted, f"/portal/{path}", size, staff)
            assert (status, sentence in page, "nginx" in page) == (413, True, False)


def uploaded(port: int, trusted: ssl.SSLContext, path: str, size: int, cookies: str) -> tuple[int, str]:
    """Send a form with a file of so many bytes; return the status and the page."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": cookies, "Accept": "text/html"}
    connection = HTTPSConnection("localhost", port, context=trusted, timeout=60)
    try:
        connection.request("POST", path, head + b"x" * size + b"\r\n--x--\r\n", headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def upgrade(server: Server) -> None:
    """End a server in good order, as an upgrade does."""
    os.kill(server.pid, signal.SIGTERM)
    server.await_end()
