"""Whether mail goes out: what is shown of mail that waits, and only causes that were seen."""

from datetime import timedelta

import pytest

from keyferry.server.core.mail import delivery, outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.db import reading, transaction
from tests.conftest import NOON, STAFF

pytestmark = pytest.mark.engines("sqlite", "postgresql")

MINUTE = timedelta(minutes=1)
REFUSED = "The mail server in KEYFERRY_SMTP_URL refused the sign-in (535)."
BUSY = "The mail server in KEYFERRY_SMTP_URL refused the recipient (450)."


def posted(vendor, now=NOON) -> None:
    mail = Mail("computer_key", "ada@example.com", "Your key", "text")
    with transaction() as session:
        outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=now)


def looked(now) -> None:
    with transaction() as session:
        delivery.looked(session, now)


def tried(now, trouble: str | None, *, stops_all: bool = False) -> None:
    """What a worker writes down of the mail that is due longest."""
    with transaction() as session:
        delivery.looked(session, now)
        mail = outbox.take(session, now)
        if trouble is None:
            outbox.delivered(session, mail, now)
            delivery.went_through(session)
        else:
            outbox.failed(session, mail, trouble, now)
            if stops_all:
                delivery.stopped(session, trouble)


def obstacle(now) -> str | None:
    with reading() as session:
        return delivery.obstacle(session, now)


def late(now) -> delivery.Late | None:
    with reading() as session:
        return delivery.late(session, now)


def test_without_a_worker_new_mail_waits_and_old_mail_is_late(vendor):
    assert obstacle(NOON) == "No worker has checked for email yet. Start `keyferry worker`."
    looked(NOON)
    assert obstacle(NOON + delivery.LATE) is None
    posted(vendor)
    now = NOON + delivery.LATE + MINUTE
    away = "No worker has checked for email since 2026-11-24 12:00 UTC. Start `keyferry worker`."
    assert obstacle(now) == away
    assert late(NOON + delivery.LATE - MINUTE) is None
    assert late(now) == delivery.Late(1, NOON, away)


def test_what_stops_all_mail_is_the_cause_until_one_goes_through(vendor):
    posted(vendor)
    tried(NOON, REFUSED, stops_all=True)
    # It may be over the next minute: nothing is late yet.
    assert obstacle(NOON + MINUTE) is None
    posted(vendor, NOON + MINUTE)
    now = NOON + delivery.LATE
    looked(now)
    assert obstacle(now) == REFUSED
    assert late(now) == delivery.Late(1, NOON, REFUSED)
    tried(now, None)
    assert (obstacle(now + MINUTE), late(now)) == (None, None)
    assert late(now + MINUTE).cause == "The worker hasn’t gotten to it yet."


def test_a_full_mailbox_is_no_obstacle_for_other_mail(vendor):
    posted(vendor)
    tried(NOON, BUSY)
    now = NOON + delivery.LATE
    looked(now)
    assert obstacle(now) is None
    assert late(now) == delivery.Late(1, NOON, BUSY)


def test_what_was_given_up_waits_no_longer_and_what_is_sent_again_waits_from_then_on(vendor):
    posted(vendor)
    with transaction() as session:
        outbox.failed(session, outbox.take(session, NOON), BUSY, NOON, for_good=True)
    now = NOON + timedelta(hours=1)
    assert late(now) is None
    with transaction() as session:
        outbox.send_all_again(session, by=STAFF, now=now)
    assert late(now + MINUTE) is None
    assert late(now + delivery.LATE).since == now


@pytest.mark.parametrize(("ago", "runs"), [(timedelta(hours=23), True), (timedelta(days=1), False)])
def test_a_worker_that_cron_runs_counts_for_a_day(app, ago, runs):
    with reading() as session:
        assert not delivery.worker_runs(session, NOON)
    looked(NOON - ago)
    with reading() as session:
        assert delivery.worker_runs(session, NOON) is runs
