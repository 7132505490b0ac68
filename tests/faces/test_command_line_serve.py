"""`keyferry` as a real process, and above all the server that it runs."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import IO

import pytest

from tests.faces.serving import COMMAND, environment, serving

__all__ = ["environment", "serving"]


@pytest.fixture
def run(environment, tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(
        *arguments: str, stdout: int | IO[str] = subprocess.PIPE, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            env={**environment, **more},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    return run


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
