"""What is worth a look: how often in a period, how often before, and what was the latest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing.attention import SEVERAL, Kind, noticed
from keyferry.server.core.licensing.deactivation import Claimed, Forced
from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.models import OutboxMail
from keyferry.server.db import reading, transaction
from tests.conftest import STAFF

pytestmark = pytest.mark.engines("sqlite", "postgresql")
MONTH = timedelta(days=30)


def found(vendor):
    """What was noticed, by kind."""
    since = vendor.clock.now - MONTH
    with reading() as session:
        return {one.kind: one for one in noticed(session, since=since, before=since - MONTH)}


def counts(vendor, kind: Kind) -> tuple[int, int]:
    one = found(vendor)[kind]
    return one.count, one.before


def guess(vendor, event: Event, address: str, times: int) -> None:
    """As a stranger does who tries often: the first time and all others stand in two events."""
    by = By(Channel.SELF_HELP, address=address)
    for _ in range(times):
        with transaction() as session:
            audit.record_once(session, event=event, by=by, now=vendor.clock.now, code="unknown_key")
    vendor.clock.now += audit.WINDOW
    with transaction() as session:
        audit.close_windows(session, vendor.clock.now)


def test_nothing_is_noticed_where_nothing_happened(vendor):
    assert {(one.count, one.before, one.at) for one in found(vendor).values()} == {(0, 0, None)}
    assert set(found(vendor)) == set(Kind)


def test_seats_that_changed_hands_without_proof_are_noticed(vendor):
    key = vendor.issue(seats=9)
    machines = [vendor.machine(key, name) for name in "ABCD"]
    for machine in machines:
        vendor.activate(machine)
    vendor.activate(vendor.machine(key, "A"))
    vendor.release(machines[1], Forced("died"))
    vendor.release(machines[2], Claimed())
    for kind in (Kind.UNPROVEN, Kind.FORCED, Kind.CLAIMED):
        assert counts(vendor, kind) == (1, 0)
    forced = found(vendor)[Kind.FORCED]
    assert (forced.at, forced.number) == (vendor.clock.now, 2)
    vendor.clock.pass_days(20)
    vendor.release(machines[3], Forced("died"))
    assert counts(vendor, Kind.FORCED) == (2, 0)
    assert found(vendor)[Kind.FORCED].number == 4
    vendor.clock.pass_days(20)
    assert (counts(vendor, Kind.FORCED), counts(vendor, Kind.CLAIMED)) == ((1, 1), (0, 1))


def test_an_address_that_guesses_is_noticed_with_how_often_it_did(vendor):
    guess(vendor, Event.LOOK_UP_REFUSED, "192.0.2.1", SEVERAL + 5)
    guess(vendor, Event.LOOK_UP_REFUSED, "192.0.2.2", SEVERAL - 1)
    guess(vendor, Event.SIGN_IN_REFUSED, "192.0.2.3", SEVERAL)
    assert counts(vendor, Kind.LOOK_UPS) == (1, 0)
    assert found(vendor)[Kind.LOOK_UPS].attempts == SEVERAL + 5
    assert counts(vendor, Kind.SIGN_INS) == (1, 0)
    vendor.clock.pass_days(31)
    assert (counts(vendor, Kind.LOOK_UPS), counts(vendor, Kind.SIGN_INS)) == ((0, 1), (0, 1))


def test_mail_is_noticed_that_failed_and_can_be_sent_again(vendor):
    with transaction() as session:
        mail = mails.license_keys("ada@example.com", held=[])
        outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=vendor.clock.now)
    assert counts(vendor, Kind.MAIL) == (0, 0)
    with transaction() as session:
        row = session.get(OutboxMail, 1)
        row.next_try_at, row.kept_until = None, vendor.clock.now + outbox.KEPT
    assert counts(vendor, Kind.MAIL) == (1, 0)
    assert found(vendor)[Kind.MAIL].number == 1
    with transaction() as session:
        session.get(OutboxMail, 1).kept_until = None
    assert counts(vendor, Kind.MAIL) == (0, 0)
    vendor.clock.pass_days(31)
    assert counts(vendor, Kind.MAIL) == (0, 1)
