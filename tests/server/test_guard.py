from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import WrongDeactivationCode
from keyferry.server.core.attempts import bucket
from keyferry.server.core.audit import By
from keyferry.server.core.errors import LicenseRefused, LimitReached
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import AuditEvent, AuditRepeat, Customer
from keyferry.server.core.turns import busy
from keyferry.server.db import reading, transaction
from keyferry.server.services.guard import Limit, guarded

pytestmark = pytest.mark.engines("sqlite", "postgresql")

BY = By(Channel.PHONE, address="192.0.2.7")
HOUR = timedelta(hours=1)
LIMITS = (Limit(bucket("address", "192.0.2.7"), 3, HOUR), Limit(bucket("license", "x"), 2, HOUR))


@pytest.fixture
def key(vendor) -> ActivationKey:
    return vendor.issue()


def run(clock, key=None, *, limits=(), failure: Exception | None = None) -> None:
    with guarded(
        event="operation_refused", by=BY, now=clock.now, limits=limits, activation_key=key
    ) as session:
        session.add(Customer(email="ada@example.com", created_at=clock.now))
        session.flush()
        if failure:
            raise failure


def refused_events() -> list[AuditEvent]:
    with reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.code.is_not(None))))


def customers() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Customer.email)))


def refuse() -> Exception:
    return LicenseRefused("This license is on hold.", code="license_suspended")


def guess() -> Exception:
    return WrongDeactivationCode("Type it again.")


def test_an_operation_that_succeeds_stays_and_nothing_is_refused(vendor, clock):
    run(clock)
    assert customers() == ["ada@example.com"]
    assert refused_events() == []


def test_a_refused_operation_leaves_nothing_but_the_record(vendor, clock, key):
    with pytest.raises(LicenseRefused):
        run(clock, key, failure=refuse())
    assert customers() == []
    with reading() as session:
        license = licenses.find(session, key)
        [event] = session.scalars(select(AuditEvent).where(AuditEvent.code.is_not(None)))
        assert (event.event, event.code, event.address) == (
            "operation_refused",
            "license_suspended",
            "192.0.2.7",
        )
        assert (event.license_id, event.activation_key_ending) == (license.id, key.last_group)


def test_a_refusal_by_the_protocol_is_recorded_too(vendor, clock, key):
    with pytest.raises(WrongDeactivationCode):
        run(clock, key, failure=WrongDeactivationCode("Type it again."))
    assert [event.code for event in refused_events()] == ["wrong_deactivation_code"]


def test_an_unknown_key_is_recorded_by_its_last_group_only(vendor, clock):
    unknown = ActivationKey.generate(bytes(12))
    with pytest.raises(LicenseRefused):
        run(clock, unknown, failure=refuse())
    [event] = refused_events()
    assert (event.license_id, event.activation_key_ending) == (None, unknown.last_group)


def test_an_unexpected_failure_is_no_refusal(vendor, clock):
    with pytest.raises(ZeroDivisionError):
        run(clock, failure=ZeroDivisionError())
    assert (customers(), refused_events()) == ([], [])


def test_guesses_use_up_the_limits_and_then_the_operation_is_not_run(vendor, clock):
    for _ in range(2):
        with pytest.raises(WrongDeactivationCode):
            run(clock, limits=LIMITS, failure=guess())
    with pytest.raises(LimitReached) as refused:
        run(clock, limits=LIMITS)
    assert refused.value.code == "too_many_attempts"
    assert customers() == []
    with reading() as session:
        assert session.scalars(select(AuditRepeat.count)).one() == 2


def test_a_refusal_that_is_no_guess_uses_up_no_limit(vendor, clock):
    for _ in range(10):
        with pytest.raises(LicenseRefused):
            run(clock, limits=LIMITS, failure=refuse())
    run(clock, limits=LIMITS)


def test_who_is_over_one_limit_uses_up_no_other(vendor, clock):
    for _ in range(10):
        with pytest.raises((WrongDeactivationCode, LimitReached)):
            run(clock, limits=LIMITS, failure=guess())
    run(clock, limits=LIMITS[:1])


def test_successes_use_up_no_limit(vendor, clock):
    for _ in range(10):
        with guarded(event="operation_refused", by=BY, now=clock.now, limits=LIMITS):
            pass


def test_the_limits_end_with_their_period(vendor, clock):
    for _ in range(2):
        with pytest.raises(WrongDeactivationCode):
            run(clock, limits=LIMITS, failure=guess())
    clock.now += HOUR
    run(clock, limits=LIMITS)
    assert customers() == ["ada@example.com"]


def test_a_guarded_operation_can_be_followed_by_another_transaction(vendor, clock):
    run(clock)
    with transaction() as session:
        assert session.scalar(select(Customer.email)) == "ada@example.com"


@pytest.mark.parametrize("failure", [busy(), OperationalError("UPDATE", {}, Exception("busy"))])
def test_what_was_too_busy_to_be_judged_is_no_guess_and_no_refusal(vendor, clock, failure):
    for _ in range(5):
        with pytest.raises(type(failure)):
            run(clock, limits=LIMITS, failure=failure)
    assert (customers(), refused_events()) == ([], [])
    run(clock, limits=LIMITS)
