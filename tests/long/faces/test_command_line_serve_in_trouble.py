"""Real commands whose answer nobody reads, a server that is stopped or loses its database."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
from contextlib import closing
from pathlib import Path

import pytest

from tests.faces.serving import STOP_SECONDS, environment, serving
from tests.faces.test_command_line_serve import run

__all__ = ["environment", "run", "serving"]


def test_an_answer_that_cannot_be_written_is_one_line(run):
    for arguments in (["init"], ["init", "--json"], ["--help"], ["license", "show", "KEY", "--json"]):
        with open("/dev/full", "w") as full:
            done = run(*arguments, stdout=full)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert done.stderr.startswith("keyferry: ")


def test_a_reader_who_has_enough_ends_an_answer_quietly(run):
    for arguments in (["init"], ["init", "--json"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, "w") as broken:
            done = run(*arguments, stdout=broken)
        assert done.stderr == ""


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


def test_nothing_that_an_address_carries_is_said_even_where_the_request_cannot_be_read(serving):
    carried = "A04K7" * 16
    addresses = ["/A%23{}", "/A/%2523{}", "//A#{}", "/self-help/activate?is_avkey={}", "/A/{}", "/{}"]
    with serving() as server:
        for address in (written.format(carried) for written in addresses):
            for line in (f"GET {address} HTTP/1.1", f"GET {address} and HTTP/1.1", f"{address} HTTP/1.1"):
                with socket.create_connection(("127.0.0.1", server.port)) as connection:
                    connection.sendall(f"{line}\r\nHost: localhost\r\n\r\n".encode())
                    assert connection.recv(100).startswith(b"HTTP/1.1 ")
        said = server.stop(signal.SIGTERM)
    # The lines are there, so that a fault can be found.
    assert said.count("A request can't be read: ") == 2 * len(addresses)
    assert carried[:10] not in said


def test_a_worker_that_begins_anew_while_the_database_is_away_serves_once_it_is_back(
    run, environment, serving, tmp_path
):
    there, away = tmp_path / "data", tmp_path / "away"
    there.mkdir()
    environment["KEYFERRY_DATABASE_URL"] = f"sqlite:///{there / 'keyferry.db'}"
    assert run("init").returncode == 0
    with serving() as server:

        def status_of(path: str) -> int:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=STOP_SECONDS)
            with closing(connection):
                connection.request("GET", path)
                return connection.getresponse().status

        assert status_of("/sw.js") == 200
        there.rename(away)
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
        for worker in map(int, children.split()):
            os.kill(worker, signal.SIGKILL)
        assert (status_of("/a"), status_of("/sw.js")) == (200, 503)
        away.rename(there)
        assert status_of("/sw.js") == 200
