"""Processes at once on one PostgreSQL: none of them gets what another one has."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta

import pytest

from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core import attempts
from keyferry.server.core.audit import By
from keyferry.server.core.errors import LimitReached
from keyferry.server.core.events import Channel
from keyferry.server.core.mail import outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.db import db, transaction
from keyferry.server.parts import parts
from tests.core.test_several_processes import ask

pytestmark = pytest.mark.engines("postgresql")


PROCESSES = 4
TRIES = 40
HOUR = timedelta(hours=1)


def in_processes(work, *arguments, shares: Iterable[object] = range(PROCESSES)) -> list:
    """Do the work in several processes at once, each with a share of its own."""
    fork_server = multiprocessing.get_context("forkserver")
    fork_server.set_forkserver_preload(["keyferry.server"])
    with ProcessPoolExecutor(PROCESSES, mp_context=fork_server) as pool:
        return list(pool.map(work, *([argument] * PROCESSES for argument in arguments), shares))


def count_attempts(settings: Settings, now: datetime, process: int) -> int:
    app, admitted = create_app(settings), 0
    with app.app_context():
        for number in range(TRIES):
            try:
                with transaction() as session:
                    # A window of its own, over at once: so the sweeping of old ones is tried, too.
                    attempts.admit(session, f"{process} {number}", 1, timedelta(0), now)
                    attempts.admit(session, "shared", PROCESSES * TRIES // 2, HOUR, now)
                    admitted += 1
            except LimitReached:
                continue
        db.engine.dispose()
    return admitted


def test_processes_together_admit_exactly_the_limit(app, settings, clock):
    assert sum(in_processes(count_attempts, settings, clock.now)) == PROCESSES * TRIES // 2


def test_the_last_seats_are_not_sold_twice(vendor, settings):
    key = vendor.issue(seats=3)
    requests = [vendor.machine(key, f"PC-{number}").request for number in range(8)]
    shares = [requests[start:] + requests[:start] for start in range(PROCESSES)]
    answers = Counter(outcome for answer in in_processes(ask, settings, shares=shares) for outcome in answer)
    assert answers["new_seat"] == 3
    assert sum(answers.values()) == 8 * PROCESSES
    assert set(answers) == {"new_seat", "same_seat", "no_seat_left"}
    assert vendor.seats_used(key) == 3


def post_mails(count: int, now: datetime) -> None:
    with transaction() as session:
        for _ in range(count):
            mail = Mail("computer_key", "ada@example.com", "subject", "text")
            outbox.post(session, mail, keyring=parts().keyring, by=By(Channel.PORTAL, "ada"), now=now)


def take_all(settings: Settings, now: datetime, process: int) -> list[int]:
    app, taken = create_app(settings), []
    with app.app_context():
        while True:
            with transaction() as session:
                mail = outbox.take(session, now)
            if mail is None:
                break
            taken.append(mail.id)
        db.engine.dispose()
    return taken


def test_processes_together_take_every_mail_once(app, settings, clock):
    post_mails(TRIES, clock.now)
    taken = [number for mails in in_processes(take_all, settings, clock.now) for number in mails]
    assert len(taken) == len(set(taken)) == TRIES
