"""`keyferry` as a real process, and above all the server that it runs."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "server.faces.command_line"]
STOP_SECONDS = 30


@pytest.fixture
def environment(settings, tmp_path) -> dict[str, str]:
    """The environment of an initialised instance, with folders of its own for whatever a server may leave."""
    for folder in ("user", "run"):
        (tmp_path / folder).mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEYFERRY_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "KEYFERRY_HOME": str(settings.home),
        "HOME": str(tmp_path / "user"),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
    }


@pytest.fixture
def run(environment, tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            env={**environment, **more},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@dataclass(frozen=True)
class Server:
    """A server that runs, and what it has said."""

    process: subprocess.Popen[str]
    port: int

    def stop(self, number: signal.Signals) -> str:
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=STOP_SECONDS)
        return said


@pytest.fixture
def serving(environment, tmp_path):
    @contextmanager
    def serving(*options: str) -> Iterator[Server]:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--bind", "127.0.0.1:0", "--workers", "1", *options],
            env=environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            found = re.search(r"Serving on https?://127\.0\.0\.1:(\d+)\.", process.stderr.readline())
            assert found
            yield Server(process, int(found[1]))
        finally:
            process.terminate()
            process.communicate(timeout=STOP_SECONDS)

    return serving


def test_a_licence_is_issued_by_real_commands(run):
    made = run("product", "add", "TOOL", "--name", "Tool", "--key-style", "short", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    issued = run("license", "issue", "tool", "--seats", "3", "--json")
    [license] = json.loads(issued.stdout)["licenses"]
    shown = run("license", "show", license["activation_key"])
    assert "0 of 3 in use" in shown.stdout


def test_an_answer_that_cannot_be_written_is_one_line(environment, tmp_path):
    for arguments in (["init"], ["init", "--json"], ["--help"], ["license", "show", "KEY", "--json"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [*COMMAND, *arguments],
                env=environment,
                cwd=tmp_path,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert done.stderr.startswith("keyferry: ")


def test_a_reader_who_has_enough_ends_an_answer_quietly(environment, tmp_path):
    for arguments in (["init"], ["init", "--json"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, "w") as broken:
            done = subprocess.run(
                [*COMMAND, *arguments],
                env=environment,
                cwd=tmp_path,
                stdout=broken,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.stderr == ""


def test_a_fresh_instance_is_made_with_every_warning_an_error(run, tmp_path):
    home = tmp_path / "fresh"
    made = run("init", KEYFERRY_HOME=str(home), PYTHONWARNINGS="error")
    assert (made.returncode, made.stderr) == (0, "")
    assert sorted(path.name for path in home.iterdir()) == ["keyferry.db", "master.key"]


def test_the_server_answers_and_leaves_nothing_behind(serving, tmp_path):
    with serving() as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("POST", "/phone/v1/requests", "{}", {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert (answer.status, json.load(answer)["code"]) == (400, "malformed_request")
        connection.close()
        said = server.stop(signal.SIGTERM)
    assert server.process.returncode == 0
    assert "/phone/v1" not in said
    assert [*(tmp_path / "user").iterdir(), *(tmp_path / "run").iterdir()] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_answered_before_the_server_ends(serving, number):
    with serving() as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        head = (
            "POST /phone/v1/requests HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        server.process.send_signal(number)
        connection.sendall(b"{}")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 BAD REQUEST")
        server.process.communicate(timeout=STOP_SECONDS)
    assert server.process.returncode == 0


def test_the_server_speaks_https_with_a_certificate(serving, certificate):
    certfile, keyfile = certificate
    context = ssl.create_default_context(cafile=certfile)
    with serving("--certfile", str(certfile), "--keyfile", str(keyfile)) as server:
        connection = http.client.HTTPSConnection("localhost", server.port, context=context)
        connection.request("GET", "/a")
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.headers["Strict-Transport-Security"]
        answer.read()
        connection.close()


def test_the_wsgi_application_is_what_the_environment_says(environment, tmp_path):
    script = "import wsgi; print(wsgi.app.test_client().get('/nowhere').status_code)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "404\n"


def test_nothing_that_an_address_carries_is_said_even_where_the_request_cannot_be_read(serving):
    carried = "A04K7" * 16
    addresses = ["/A%23{}", "/A/%2523{}", "//A#{}", "/self-help/activate?is_avkey={}"]
    with serving() as server:
        for address in (written.format(carried) for written in addresses):
            for line in (f"GET {address} HTTP/1.1", f"GET {address} and HTTP/1.1", f"{address} HTTP/1.1"):
                with socket.create_connection(("127.0.0.1", server.port)) as connection:
                    connection.sendall(f"{line}\r\nHost: localhost\r\n\r\n".encode())
                    assert connection.recv(100).startswith(b"HTTP/1.1 ")
        said = server.stop(signal.SIGTERM)
    # The lines are there, so that a fault can be found.
    assert said.count("Invalid request from") == 2 * len(addresses)
    assert carried[:10] not in said
