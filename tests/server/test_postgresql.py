"""What only a real PostgreSQL does: NULs, long addresses, and processes at once."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core import attempts
from keyferry.server.core.audit import By
from keyferry.server.core.errors import LimitReached, NotAllowed
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import listings
from keyferry.server.core.licensing.listings import AuditWanted, Wanted
from keyferry.server.core.mail import outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.core.models import AuditEvent
from keyferry.server.db import db, reading, transaction
from keyferry.server.parts import parts
from keyferry.server.services.signing_in import show_password
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


def test_what_only_reads_cannot_write(vendor, clock):
    with pytest.raises(DatabaseError, match="read-only"), reading() as session:
        session.execute(text("UPDATE product SET name = 'x'"))


def test_a_name_that_no_operator_can_have_is_a_wrong_sign_in_and_finds_nothing(app, clock):
    """PostgreSQL takes no NUL: what a stranger sends is looked at before it is looked for."""
    with pytest.raises(NotAllowed, match="don’t match"):
        show_password("a\0b", "no password at all", by=By(Channel.PORTAL, address="192.0.2.1"), now=clock.now)
    with reading() as session:
        assert listings.licenses(session, Wanted(product="a\0b"), now=clock.now).total == 0
        assert listings.audit_events(session, AuditWanted(event="a\0b")).total == 0


@pytest.mark.parametrize("zone", ["", "%a-network-card-with-quite-a-long-name"])
def test_an_address_with_port_and_zone_fits_its_column(app, clock, zone):
    by = By(Channel.PORTAL, address=f"[2001:db8:1111:2222:3333:4444:5555:6666{zone}]:51234")
    with pytest.raises(NotAllowed, match="don’t match"):
        show_password("nobody", "no password at all", by=by, now=clock.now)
    with reading() as session:
        assert session.scalars(select(AuditEvent.address)).all() == ["2001:db8:1111:2222:3333:4444:5555:6666"]


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


def test_workers_pass_by_what_another_is_taking_and_take_no_mail_twice(app, settings, clock):
    post_mails(2, clock.now)
    with transaction() as one, transaction() as other:
        first, second = outbox.take(one, clock.now), outbox.take(other, clock.now)
        assert first is not None
        assert second is not None
        assert first.id != second.id
        assert outbox.take(other, clock.now) is None


def test_processes_together_take_every_mail_once(app, settings, clock):
    post_mails(TRIES, clock.now)
    taken = [number for mails in in_processes(take_all, settings, clock.now) for number in mails]
    assert len(taken) == len(set(taken)) == TRIES
