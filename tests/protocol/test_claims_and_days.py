"""What a key grants, in 40 bits, and when: every edge of the day rule, always in UTC."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import PROPERTY

from keyferry.protocol.claims import EPOCH_DAY, LAST_DAY, MAX_FEATURES, Claims, Validity, has_ended

ISSUED = date(2026, 3, 1)
EXPIRES = date(2026, 3, 31)
CLAIMS = Claims(ISSUED, EXPIRES)
SECOND = timedelta(seconds=1)

days = st.dates(EPOCH_DAY, LAST_DAY)
expiry_days = st.none() | st.dates(EPOCH_DAY + timedelta(days=1), LAST_DAY)


def at(day, hour=0, zone=UTC):
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone)


@PROPERTY
@given(days, expiry_days, st.integers(0, 2**MAX_FEATURES - 1))
def test_claims_survive_being_written(issued, expires, features):
    claims = Claims(issued, expires, features)
    assert len(claims.symbols) == 8
    assert Claims.from_symbols(claims.symbols) == claims


@PROPERTY
@given(st.lists(st.integers(0, 31), min_size=8, max_size=8))
def test_each_of_the_values_of_40_bits_means_something(symbols):
    assert Claims.from_symbols(tuple(symbols)).symbols == tuple(symbols)


@pytest.mark.parametrize(
    ("issued", "expires", "features"),
    [
        (EPOCH_DAY - timedelta(days=1), None, 0),
        (LAST_DAY + timedelta(days=1), None, 0),
        (ISSUED, EPOCH_DAY, 0),
        (ISSUED, EPOCH_DAY - timedelta(days=1), 0),
        (ISSUED, LAST_DAY + timedelta(days=1), 0),
        (ISSUED, None, 1024),
        (ISSUED, None, -1),
    ],
)
def test_what_does_not_fit_is_never_cut(issued, expires, features):
    with pytest.raises(ValueError, match=r"day lies|features"):
        Claims(issued, expires, features)


@pytest.mark.parametrize(
    ("moment", "validity"),
    [
        (at(ISSUED) - timedelta(days=1) - SECOND, Validity.NOT_YET_VALID),
        (at(ISSUED) - timedelta(days=1), Validity.VALID),
        (at(ISSUED), Validity.VALID),
        (at(EXPIRES, 23), Validity.VALID),
        (at(EXPIRES + timedelta(days=1), 12) - SECOND, Validity.VALID),
        (at(EXPIRES + timedelta(days=1), 12), Validity.EXPIRED),
        (at(EXPIRES + timedelta(days=400)), Validity.EXPIRED),
        (datetime.min.replace(tzinfo=UTC), Validity.NOT_YET_VALID),
        (datetime.max.replace(tzinfo=UTC), Validity.EXPIRED),
    ],
)
def test_the_day_rule_holds_at_its_edges(moment, validity):
    assert CLAIMS.state_at(moment) is validity


@pytest.mark.parametrize("hours", [-12, -11, 0, 5.5, 12, 14])
def test_the_last_day_has_ended_in_no_time_zone_too_early(hours):
    zone = timezone(timedelta(hours=hours))
    last_second = datetime(2026, 3, 31, 23, 59, 59, tzinfo=zone)
    assert CLAIMS.state_at(last_second) is Validity.VALID


def test_midday_of_the_next_day_is_the_end_of_the_day_in_the_last_time_zone():
    assert datetime(2026, 4, 1, 0, tzinfo=timezone(timedelta(hours=-12))) == at(date(2026, 4, 1), 12)
    assert has_ended(EXPIRES, at(date(2026, 4, 1), 12))
    assert not has_ended(EXPIRES, at(date(2026, 4, 1), 12) - SECOND)


def test_what_never_expires_is_valid_to_the_end_of_time_but_not_before_its_issue():
    forever = Claims(ISSUED, None)
    assert forever.state_at(datetime.max.replace(tzinfo=UTC)) is Validity.VALID
    assert forever.state_at(at(date(2020, 1, 1))) is Validity.NOT_YET_VALID


def test_the_last_day_that_can_be_written_works():
    claims = Claims(EPOCH_DAY, LAST_DAY)
    assert claims.state_at(at(EPOCH_DAY) - timedelta(days=1)) is Validity.VALID
    assert claims.state_at(at(LAST_DAY + timedelta(days=1), 12)) is Validity.EXPIRED


def test_a_moment_without_a_time_zone_is_not_guessed_at():
    with pytest.raises(TypeError):
        CLAIMS.state_at(datetime(2026, 3, 1))  # noqa: DTZ001 - the missing zone is what is tested
