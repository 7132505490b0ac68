"""Several workers send no mail twice."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

import pytest

from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.db import db
from keyferry.server.mail import worker
from keyferry.server.parts import parts
from tests.server.test_mailer import box, post, with_mail

__all__ = ["box"]

# Workers of several machines share a PostgreSQL.
pytestmark = pytest.mark.engines("sqlite", "postgresql")


def work_in_a_process(settings: Settings, now: datetime, process: int) -> int:
    app = create_app(settings, clock=lambda: now)
    with app.app_context():
        done = worker.work(parts(), once=True, say=lambda line: None)
        db.engine.dispose()
    return done.sent


def test_several_workers_send_no_mail_twice(box, settings, clock):
    numbers = [post(clock, f"customer{number}@example.com") for number in range(12)]
    given = with_mail(settings, box.url)
    fork_server = multiprocessing.get_context("forkserver")
    fork_server.set_forkserver_preload(["keyferry.server"])
    with ProcessPoolExecutor(3, mp_context=fork_server) as pool:
        sent = list(pool.map(work_in_a_process, [given] * 3, [clock.now] * 3, range(3)))
    assert sum(sent) == len(numbers)
    assert len({mail["Message-ID"] for mail in box.mails}) == len(box.mails) == len(numbers)
