"""`keyferry worker`, in the test's own process and as a real one."""

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

from keyferry.server.core.mail import outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.db import transaction
from keyferry.server.parts import parts, utc_now
from tests.conftest import STAFF
from tests.mail_server import Box, mail_server

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 30
KEY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"


@pytest.fixture
def box(app, monkeypatch) -> Iterator[Box]:
    """A mail server that the environment names."""
    with mail_server() as box:
        monkeypatch.setenv("KEYFERRY_SMTP_URL", box.url)
        monkeypatch.setenv("KEYFERRY_MAIL_FROM", "Example <keys@example.com>")
        yield box


def post(recipient: str = "ada@example.com") -> None:
    mail = Mail("computer_key", recipient, "Your computer key", f"Key: {KEY}\n")
    with transaction() as session:
        outbox.post(session, mail, keyring=parts().keyring, by=STAFF, now=utc_now())


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


def test_without_a_mail_server_one_line_says_so(instance):
    said = instance("worker", "--once")
    assert (said.exit_code, said.stdout, len(said.stderr.splitlines())) == (1, "", 1)
    assert "set KEYFERRY_SMTP_URL" in said.stderr
    assert instance("worker", "--once", "--json").refusal == "mail_not_configured"


def test_once_sends_what_is_due_and_ends(box, instance):
    post()
    said = instance("worker", "--once", "--json")
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.json == {"sent": 1, "put_off": 0, "given_up": 0}
    assert instance("worker", "--once").stdout == "Sent 0, postponed 0, failed 0.\n"
    assert len(box.mails) == 1


def test_a_trouble_is_one_line_without_key_and_recipient(box, instance):
    post()
    box.data_refusals.append(f"554 no {KEY} for ada@example.com")
    said = instance("worker", "--once")
    assert (said.exit_code, len(said.stderr.splitlines())) == (0, 1)
    assert "The mail server in KEYFERRY_SMTP_URL refused the email (554). Next try at " in said.stderr
    assert "12FX2" not in said.stderr
    assert "ada" not in said.stderr


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
