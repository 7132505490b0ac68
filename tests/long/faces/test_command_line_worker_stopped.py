"""A signal ends the worker, while it waits and in the middle of a mail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faces.test_command_line_worker import box, post
from tests.mail_server import Box

__all__ = ["box"]
ROOT = Path(__file__).parents[3]
STOP_SECONDS = 30


@contextmanager
def working(settings, tmp_path: Path, box: Box) -> Iterator[subprocess.Popen[str]]:
    """A worker that hands over its first mail; in the end it must have ended by itself, and in order."""
    process = subprocess.Popen(
        [sys.executable, "-m", "keyferry.server.command_line", "worker"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "KEYFERRY_HOME": str(settings.home)},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert box.arrived.wait(STOP_SECONDS)
        yield process
        said = process.communicate(timeout=STOP_SECONDS)
    finally:
        process.kill()
    assert (process.returncode, *said) == (0, "Sent 1, postponed 0, failed 0.\n", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_worker_after_the_mail_under_way(box, settings, tmp_path, number):
    post()
    post("grace@example.com")
    box.hold = threading.Event()
    with working(settings, tmp_path, box) as process:
        process.send_signal(number)
        box.hold.set()
    assert [mail["To"] for mail in box.mails] == ["ada@example.com"]


def test_a_signal_ends_a_worker_that_waits_at_once(box, settings, tmp_path):
    post()
    with working(settings, tmp_path, box) as process:
        process.send_signal(signal.SIGTERM)
