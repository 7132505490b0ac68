"""Counted attempts, also by real processes at the same moment."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from keyferry.server.core import attempts
from keyferry.server.core.errors import LimitReached
from keyferry.server.core.models import Attempt
from keyferry.server.db import reading, transaction

pytestmark = pytest.mark.engines("sqlite", "postgresql")

HOUR = timedelta(hours=1)


def admit(bucket: str, now: datetime, *, limit: int = 3) -> bool:
    try:
        with transaction() as session:
            attempts.admit(session, bucket, limit, HOUR, now)
    except LimitReached:
        return False
    return True


def test_attempts_are_admitted_up_to_the_limit(app, clock):
    assert [admit("a", clock.now) for _ in range(5)] == [True, True, True, False, False]


def test_buckets_do_not_mix(app, clock):
    assert [admit("a", clock.now, limit=1), admit("b", clock.now, limit=1)] == [True, True]


def test_a_refusal_says_how_long_to_wait(app, clock):
    admit("a", clock.now, limit=1)
    clock.now += timedelta(minutes=20)
    with pytest.raises(LimitReached, match="Wait 40 min") as refused, transaction() as session:
        attempts.admit(session, "a", 1, HOUR, clock.now)
    assert refused.value.code == "too_many_attempts"
    assert refused.value.retry_after == timedelta(minutes=40)


def test_a_new_window_begins_when_the_old_one_is_over(app, clock):
    assert [admit("a", clock.now, limit=2) for _ in range(3)] == [True, True, False]
    clock.now += HOUR
    assert [admit("a", clock.now, limit=2) for _ in range(3)] == [True, True, False]


def test_a_forgiven_attempt_does_not_count(app, clock):
    for _ in range(10):
        assert admit("a", clock.now, limit=1)
        with transaction() as session:
            attempts.forgive(session, "a", clock.now)


def test_forgiving_never_gives_more_than_was_taken(app, clock):
    admit("a", clock.now, limit=1)
    with transaction() as session:
        for _ in range(5):
            attempts.forgive(session, "a", clock.now)
            attempts.forgive(session, "never tried", clock.now)
    assert [admit("a", clock.now, limit=1) for _ in range(2)] == [True, False]


def test_windows_that_are_over_are_swept_away(app, clock):
    for number in range(20):
        admit(f"old {number}", clock.now)
    clock.now += 2 * HOUR
    admit("new", clock.now)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_a_bucket_holds_a_digest_of_its_purpose_and_value():
    name = attempts.bucket("license", "1ABCD-EFGHJ")
    assert len(name) == 64
    assert "ABCD" not in name
    assert name != attempts.bucket("address", "1ABCD-EFGHJ")
