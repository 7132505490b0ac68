"""`keyferry keys reseal`, killed in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from keyferry.server.core.models import OutboxMail
from keyferry.server.db import reading
from tests.faces.backups import use
from tests.faces.test_command_line_keys import OF_A_PRODUCT, post, sealed

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def test_resealing_that_is_killed_in_the_middle_goes_on(vendor, done, settings, monkeypatch):
    many = 2000
    post(vendor, many)
    use(monkeypatch, settings)
    key = done("keys", "add")["master_key"]
    command = [sys.executable, "-m", "keyferry.server.command_line", "keys", "reseal"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as resealing:
        newer = func.substr(OutboxMail.sealed_text, 1, len(key) + 2) == f"1:{key}"
        while not number_of(newer):
            assert resealing.poll() is None
        resealing.send_signal(signal.SIGKILL)
        resealing.wait()
    before = number_of(newer)
    assert 0 < before < many
    assert done("keys", "reseal")["resealed"] == many - before
    assert sealed(settings.database) == {key: many + OF_A_PRODUCT}


def number_of(condition) -> int:
    with reading() as session:
        return session.scalars(select(func.count()).select_from(OutboxMail).where(condition)).one()
