"""Two servers on one PostgreSQL behind nginx, with the configuration that `deploy/` holds."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from getpass import getuser
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from threading import Event

import pytest

from bench.servers.instance import Instance
from bench.servers.processes import Server, keyferry
from demo.server_process import LOOPBACK, await_listening, free_port, stop
from tests.conftest import make_certificate
from tests.long.faults.customers import PATIENCE, Customers, activated
from tests.long.faults.test_killed import MACHINES, bodies_of, kill_all

DEPLOYED = Path(__file__).parents[3] / "deploy" / "nginx" / "keyferry.conf"
PEOPLE = 3
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
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


class Servers:
    """Two servers behind nginx, each of which can be started again."""

    def __init__(self, instance: Instance, folder: Path, running: ExitStack) -> None:
        self.port, self._ports = free_port(), [free_port(), free_port()]
        self._instance, self._folder, self._running = instance, folder, running
        instance.environment["KEYFERRY_TRUSTED_PROXIES"] = "1"
        self._servers = [self._started(place) for place in range(2)]
        self.trusted = running.enter_context(nginx(folder, self.port, self._ports))

    def _started(self, place: int) -> Server:
        log = self._folder / f"log{place}"
        return self._running.enter_context(keyferry(self._instance.environment, log, self._ports[place]))

    def start(self, place: int) -> None:
        self._servers[place] = self._started(place)

    def kill(self, place: int) -> None:
        kill_all(self._servers[place])

    def stop(self, place: int) -> None:
        """End a server in good order, as an upgrade does."""
        os.kill(self._servers[place].pid, signal.SIGTERM)
        self._servers[place].await_end()

    def send_form(self) -> int:
        """Send a form, which nginx sends on only once; returns the status, 0 without an answer."""
        connection = HTTPSConnection("localhost", self.port, timeout=PATIENCE, context=self.trusted)
        with closing(connection):
            try:
                connection.request("POST", "/self-help/activate", b"computer_name=PC", FORM)
                return connection.getresponse().status
            except (OSError, HTTPException):
                return 0


@pytest.fixture
def servers(on_postgresql: Instance, tmp_path: Path) -> Iterator[Servers]:
    with ExitStack() as running:
        yield Servers(on_postgresql, tmp_path, running)


def test_one_is_killed_one_is_upgraded_and_no_customer_notices(servers: Servers, on_postgresql: Instance):
    customers = Customers(servers.port, bodies_of(on_postgresql), servers.trusted)
    with customers.at_work():
        customers.await_keys(MACHINES // 5)
        servers.kill(0)
        customers.await_keys(2 * MACHINES // 5)
        servers.start(0)
        customers.await_keys(3 * MACHINES // 5)
        servers.stop(1)
        servers.start(1)
        customers.await_keys(4 * MACHINES // 5)
    assert customers.unanswered == []
    again = [activated(servers.port, body, servers.trusted) for body in customers.keys]
    assert again == [*customers.keys.values()]
    assert on_postgresql.seats() == (MACHINES, MACHINES)


def test_a_file_that_is_too_large_is_refused_in_our_own_words(servers: Servers, on_postgresql: Instance):
    staff = on_postgresql.signed_in()
    for path, size, sentence in (
        # Too large for a logo and for a file, and for nginx.
        ("branding", 3_000_000, "This image is larger than 500 kB."),
        ("import", 12_000_000, "This file is larger than 10 MB."),
        ("import", 20_000_000, "This file is too large to be uploaded."),
        ("branding", 20_000_000, "This file is too large to be uploaded."),
    ):
        status, page = uploaded(servers.port, servers.trusted, f"/portal/{path}", size, staff)
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


def test_one_is_restarted_right_after_the_other_and_nobody_notices(servers: Servers, on_postgresql: Instance):
    """Nginx leaves the first one alone for seconds still when the second one goes."""
    [request] = on_postgresql.activations(on_postgresql.issue(1))
    body, is_over = request.partition(b"\r\n\r\n")[2], Event()

    def ask() -> set[tuple[str | None, int]]:
        answers = set()
        while not is_over.is_set():
            answers.add((activated(servers.port, body, servers.trusted), servers.send_form()))
        return answers

    refused = servers.send_form()
    assert 400 <= refused < 500
    key = activated(servers.port, body, servers.trusted)
    assert key is not None
    with ThreadPoolExecutor(PEOPLE) as people:
        asked = [people.submit(ask) for _ in range(PEOPLE)]
        try:
            for place in (0, 1):
                servers.stop(place)
                servers.start(place)
        finally:
            is_over.set()
        assert set().union(*(one.result() for one in asked)) == {(key, refused)}
