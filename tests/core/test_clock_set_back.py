"""The server's clock is set back: nothing of later times locks anybody out, lasts longer, or counts twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from keyferry.server.core import attempts, audit, properties
from keyferry.server.core.audit import By
from keyferry.server.core.errors import LimitReached, NotAllowed, NotFound
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import licenses, release_links
from keyferry.server.core.mail import delivery, outbox
from keyferry.server.core.models import OutboxMail, Role
from keyferry.server.core.staff import devices, operators, second_factor, sessions
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.authenticator import code_of
from tests.conftest import NOON, STAFF, Vendor
from tests.core.test_outbox import posted, row, taken
from tests.refusals import refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TWO_YEARS = 730 * DAY
BACK = pytest.mark.parametrize("back", [HOUR, DAY, TWO_YEARS], ids=["an hour", "a day", "two years"])
PORTAL = By(Channel.PORTAL, address="192.0.2.7")


@pytest.fixture
def ahead(vendor, clock, back) -> Vendor:
    """A vendor whose clock is ahead by so much."""
    clock.now = NOON + back
    return vendor


def admit(now, limit: int = 2) -> None:
    with transaction() as session:
        attempts.admit(session, "somebody", limit, HOUR, now)


@BACK
def test_who_used_up_a_limit_waits_no_longer_than_two_periods(app, back):
    for _ in range(2):
        admit(NOON + back)
    if back <= HOUR:
        with pytest.raises(LimitReached) as waits:
            admit(NOON)
        assert waits.value.retry_after == 2 * HOUR
    now = NOON + 2 * HOUR if back <= HOUR else NOON
    for _ in range(2):
        admit(now)
    with pytest.raises(LimitReached):
        admit(now)


def test_what_was_repeated_is_written_down_and_not_only_in_two_years(vendor):
    for _ in range(3):
        with transaction() as session:
            audit.record_once(session, event=Event.CHANGE_REFUSED, by=PORTAL, now=NOON + TWO_YEARS)
    with transaction() as session:
        audit.close_windows(session, NOON)
    refusals = [one for one in events() if one.event == Event.CHANGE_REFUSED]
    assert [one.detail for one in refusals] == [None, {"repeated": 2}]
    assert refusals[-1].at == NOON


@pytest.fixture
def ada(app) -> None:
    with transaction() as session:
        operators.add(session, "ada", Role.ADMINISTRATOR, "correct horse battery", by=STAFF, now=NOON)


@BACK
def test_a_session_lasts_no_longer(ada, back):
    with transaction() as session:
        operator = operators.find(session, "ada")
        token = sessions.begin(session, operator, by=PORTAL, device=None, now=NOON + back).token
    with reading() as session:
        assert sessions.find(session, token, now=NOON + back - 10 * MINUTE).operator.name == "ada"
        with refused("signed_out", NotAllowed):
            sessions.find(session, token, now=NOON)
        assert sessions.live(session, operators.find(session, "ada"), now=NOON) == []


def test_a_browser_is_known_no_longer(vendor, ada):
    with reading() as session:
        operator = operators.find(session, "ada")
        seal = devices.sealed(operator, keyring=vendor.keyring, now=NOON + TWO_YEARS)
        for now, is_known in ((NOON, False), (NOON + TWO_YEARS - DAY, True)):
            assert (devices.known(operator, [seal], keyring=vendor.keyring, now=now) is not None) is is_known


@BACK
def test_codes_of_the_second_factor_are_taken_again_and_still_only_once(vendor, ada, back):
    keyring = vendor.keyring

    def check(secret: str, now) -> None:
        with transaction() as session:
            operator = operators.find(session, "ada")
            second_factor.check(session, operator, code_of(secret, now), keyring=keyring, by=PORTAL, now=now)

    with transaction() as session:
        operator = operators.find(session, "ada")
        second_factor.begin(session, operator, keyring=keyring)
        secret = second_factor.pending(operator, keyring=keyring).secret
        code = code_of(secret, NOON + back)
        done = {"here": None, "keyring": keyring, "by": PORTAL, "now": NOON + back}
        second_factor.confirm(session, operator, code, **done)
    check(secret, NOON)
    with refused("wrong_second_factor", NotAllowed):
        check(secret, NOON)
    check(secret, NOON + MINUTE)


@BACK
def test_a_link_that_was_used_frees_no_second_seat_and_no_link_lasts_longer(vendor, back):
    key = vendor.issue(customer="ada@example.com")
    with transaction() as session:
        license = licenses.find(session, key)
        used, other = (release_links.make(session, license, None, None, now=NOON + back) for _ in range(2))
        release_links.spend(session, used, now=NOON + back)
    with transaction() as session:
        with refused("release_link_expired", NotFound):
            release_links.spend(session, used, now=NOON)
        if back > HOUR:
            with refused("release_link_expired", NotFound):
                release_links.find(session, other, now=NOON)
        release_links.forget_expired(session, NOON)
        if back > HOUR:
            with refused("release_link_expired", NotFound):
                release_links.find(session, other, now=NOON + back)


@BACK
def test_a_computer_keeps_its_seat_and_gets_a_key_that_its_wizard_takes(ahead, clock, back):
    key = ahead.issue(seats=2, lease_days=30)
    machine = ahead.machine(key)
    first = ahead.activate(machine)
    clock.now = NOON
    again = ahead.activate(machine)
    assert ahead.activate(machine).computer_key == again.computer_key
    assert ahead.seats_used(key) == 1
    # No day after today's, even by one: a key of a day that hasn't come is given anew, with an earlier one.
    assert again.activation.issued_on == NOON.date()
    assert (again.computer_key == first.computer_key) is (back < DAY)
    assert again.activation.expires_on == NOON.date() + 30 * DAY
    assert ahead.release(machine).recorded == "proven"
    assert ahead.seats_used(key) == 0
    # Their order is that of their numbers, whatever the clock said.
    assert [one.event for one in events()][-1] == Event.RELEASED_PROVEN


@BACK
def test_seats_that_changed_hands_count_as_long_as_any_and_no_longer(ahead, clock, back):
    with transaction() as session:
        properties.put(session, "options/maxReleaseCount", "1", by=STAFF, now=clock.now)
    key = ahead.issue(seats=1)
    ahead.activate(machine := ahead.machine(key))
    ahead.release(machine)
    clock.now = NOON
    ahead.activate(machine := ahead.machine(key))
    if back < 30 * DAY:
        with refused("release_limit_reached", LimitReached):
            ahead.release(machine)
    else:
        ahead.release(machine)
    assert ahead.seats_used(key) == int(back < 30 * DAY)


@BACK
def test_a_computer_is_deactivated_in_self_help_after_the_usual_time(ahead, clock, back):
    with transaction() as session:
        properties.put(session, "customerSite/preventDeactivationPeriod", "60", by=STAFF, now=NOON)
    machine = ahead.machine(ahead.issue())
    ahead.activate(machine)
    clock.now = NOON + 2 * HOUR if back <= HOUR else NOON
    assert ahead.release(machine).recorded == "proven"


@BACK
def test_mail_that_waits_goes_out_now_and_once(vendor, back):
    new, under_way = posted(vendor, now=NOON + back), posted(vendor, now=NOON + back)
    with transaction() as session:
        session.get_one(OutboxMail, new).next_try_at += MINUTE
    first = taken(NOON + back)
    assert first.id == under_way
    with transaction() as session:
        outbox.bring_forward(session, NOON)
    assert taken(NOON).id == new
    # Another worker has it under way: it is left alone for a lease, and what that one reports counts.
    assert taken(NOON) is None
    with transaction() as session:
        assert outbox.delivered(session, first, NOON)
    assert taken(NOON + outbox.LEASE + MINUTE).id == new
    assert row(under_way).delivered_at == NOON


def test_what_failed_before_is_tried_again_within_hours(vendor):
    number = posted(vendor, now=NOON + TWO_YEARS)
    with transaction() as session:
        outbox.failed(session, outbox.take(session, NOON + TWO_YEARS), "refused", NOON + TWO_YEARS)
    with transaction() as session:
        outbox.bring_forward(session, NOON)
    assert taken(NOON) is None
    assert taken(NOON + outbox.LEASE).id == number


@BACK
def test_a_worker_that_was_there_later_is_not_there_now(app, back):
    with transaction() as session:
        delivery.looked(session, NOON + back)
        assert delivery.obstacle(session, NOON + back) is None
        assert "No worker has checked" in delivery.obstacle(session, NOON)
        assert delivery.worker_runs(session, NOON) is (back < DAY)


def test_it_is_told_until_a_thousand_events_came_since(vendor):
    def told():
        with reading() as session:
            return audit.from_the_future(session, NOON)

    assert told() is None
    with transaction() as session:
        audit.record(session, event=Event.MAIL_SENT, by=STAFF, now=NOON + TWO_YEARS)
    assert told() == NOON + TWO_YEARS
    with transaction() as session:
        for _ in range(999):
            audit.record(session, event=Event.MAIL_SENT, by=STAFF, now=NOON)
    assert told() == NOON + TWO_YEARS
    with transaction() as session:
        audit.record(session, event=Event.MAIL_SENT, by=STAFF, now=NOON)
    assert told() is None
