"""Two servers on one PostgreSQL: what one or a command changes, the other knows with its next answer."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bench.servers.instance import Instance
from bench.servers.processes import keyferry
from demo.server_process import SCRIPTS
from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.server.services.guard import PER_ADDRESS

PHONE = "+1 555 0100"


class Servers:
    """Two servers, whose every process is asked."""

    def __init__(self, instance: Instance, *ports: int) -> None:
        self.instance, self.ports = instance, ports

    def command(self, *words: str, typed: bytes = b"") -> None:
        """Run `keyferry` in a process of its own."""
        command, environment = [str(SCRIPTS / "keyferry"), *words], self.instance.environment
        subprocess.run(command, env=environment, check=True, input=typed, stdout=subprocess.DEVNULL)

    def everywhere(self, method: str, path: str, body: bytes | None = None, **headers: str) -> set[int]:
        """Return the statuses with which both servers answer, asked often enough to meet each process."""
        return {self.ask(port, method, path, body, **headers)[0] for port in self.ports for _ in range(6)}

    @staticmethod
    def ask(
        port: int, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture
def servers(on_postgresql: Instance, tmp_path: Path) -> Iterator[Servers]:
    with (
        keyferry(on_postgresql.environment, tmp_path / "log1") as first,
        keyferry(on_postgresql.environment, tmp_path / "log2") as second,
    ):
        yield Servers(on_postgresql, first.port, second.port)


def test_who_is_signed_out_is_so_everywhere_at_once(servers: Servers):
    [request] = servers.instance.searches(servers.instance.issue(1))
    [cookie] = [line[8:] for line in request.decode().split("\r\n") if line.startswith("Cookie: ")]
    assert servers.everywhere("GET", "/portal/licenses", Cookie=cookie) == {200}
    another = ("operator", "add", "ada", "--role", "administrator", "--password-stdin")
    servers.command(*another, typed=b"correct horse battery\n")
    servers.command("operator", "disable", "bench")
    assert servers.everywhere("GET", "/portal/licenses", Cookie=cookie) == {302}


def test_guesses_at_one_count_at_the_other(servers: Servers):
    [request] = servers.instance.typed(servers.instance.issue(1), "", "")
    typed = dict(pair.split("=") for pair in request.decode().rpartition("\r\n\r\n")[2].split("&"))
    unknown = ActivationKey.generate(bytes(ENTROPY_BYTES)).text
    body = json.dumps({"activation_key": unknown, "computer_id": typed["computer_id"]}).encode()
    answers = [
        servers.ask(servers.ports[number % 2], "POST", "/phone/v1/requests", body)
        for number in range(PER_ADDRESS + 10)
    ]
    assert Counter(status for status, _ in answers)[429] == 10, Counter(answers)


def test_keys_that_are_replaced_are_refused_everywhere_at_once(servers: Servers):
    requests = servers.instance.activations(servers.instance.issue(2), "requests")
    body, other = (one.partition(b"\r\n\r\n")[2] for one in requests)
    assert servers.everywhere("POST", "/phone/v1/requests", body) == {200}
    servers.command("product", "rotate", "bench", "--retire-old")
    assert servers.everywhere("POST", "/phone/v1/requests", body) == {403}
    assert servers.everywhere("POST", "/phone/v1/requests", other) == {403}


def test_what_customers_are_shown_is_the_same_everywhere_at_once(servers: Servers):
    def shown() -> set[bool]:
        pages = (servers.ask(port, "GET", "/a")[1] for port in servers.ports for _ in range(6))
        return {PHONE.encode() in page for page in pages}

    assert shown() == {False}
    servers.command("property", "set", "branding/supportPhone", PHONE)
    assert shown() == {True}
    servers.command("property", "set", "branding/supportPhone", "")
    assert shown() == {False}
