"""The second factor: RFC 6238's own vectors, each code once, and what ends with what."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import select

from keyferry.server.core import properties
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Operator, RecoveryCode, Role
from keyferry.server.core.staff import operators, second_factor, sessions
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts
from tests.audit_log import events
from tests.authenticator import code_of
from tests.conftest import NOON, STAFF
from tests.refusals import refusal_of

PASSWORD = "correct horse battery"
# RFC 6238, appendix B, SHA-1: the last six of its eight digits.
RFC_SECRET = b"12345678901234567890"
RFC_VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.fixture(autouse=True)
def ada(app) -> None:
    with transaction() as session:
        operators.add(session, "Ada", Role.ADMINISTRATOR, PASSWORD, by=STAFF, now=NOON)


def run(operation, *arguments, **more):
    with transaction() as session:
        return operation(session, operators.find(session, "ada"), *arguments, **more)


def begin() -> str:
    run(second_factor.begin, keyring=parts().keyring)
    with reading() as session:
        found = operators.find(session, "ada")
        return second_factor.pending(found, keyring=parts().keyring, vendor="Example: Tools").secret


def confirm(secret: str, now=NOON, here=None) -> tuple[str, ...]:
    more = {"here": here, "keyring": parts().keyring, "by": STAFF, "now": now}
    return run(second_factor.confirm, code_of(secret, now), **more)


def check(code: str, now=NOON) -> None:
    run(second_factor.check, code, keyring=parts().keyring, by=STAFF, now=now)


@pytest.mark.parametrize("moment", RFC_VECTORS)
def test_codes_are_those_of_the_standard(moment):
    now = datetime.fromtimestamp(moment, UTC)
    with transaction() as session:
        ada = operators.find(session, "ada")
        ada.totp_secret = parts().keyring.seal(RFC_SECRET, f"operator {ada.id} totp")
        ada.totp_since = NOON
    check(RFC_VECTORS[moment], now)


def test_a_device_gets_the_secret_with_the_names_of_vendor_and_operator():
    secret = begin()
    with reading() as session:
        ada = operators.find(session, "ada")
        uri = second_factor.pending(ada, keyring=parts().keyring, vendor="Example: Tools").uri
        assert secret not in (ada.totp_secret or "")
    shown = urlsplit(uri)
    assert (shown.scheme, shown.netloc, unquote(shown.path)) == ("otpauth", "totp", "/Example  Tools:Ada")
    assert parse_qs(shown.query) == {
        "secret": [secret],
        "issuer": ["Example  Tools"],
        "digits": ["6"],
        "algorithm": ["SHA1"],
        "period": ["30"],
    }


def test_it_counts_only_once_a_code_has_shown_that_the_device_has_it():
    secret = begin()
    with reading() as session:
        assert not second_factor.is_on(operators.find(session, "ada"))
    assert refusal_of(check, code_of(secret, NOON)) == "wrong_second_factor"
    wrong = f"{(int(code_of(secret, NOON)) + 1) % 1_000_000:06}"
    more = {"here": None, "keyring": parts().keyring, "by": STAFF, "now": NOON}
    assert refusal_of(run, second_factor.confirm, wrong, **more) == "wrong_first_code"
    assert len(set(confirm(secret))) == 10
    with reading() as session:
        ada = operators.find(session, "ada")
        assert second_factor.is_on(ada)
        assert second_factor.pending(ada, keyring=parts().keyring) is None
    assert refusal_of(begin) == "second_factor_on"
    assert refusal_of(confirm, secret) == "second_factor_not_begun"
    assert events("second_factor_set_up")


def test_to_begin_again_makes_another_secret():
    first = begin()
    assert first != begin()
    assert refusal_of(confirm, first) == "wrong_first_code"


def test_a_code_counts_half_a_minute_early_and_late_and_no_longer():
    secret = begin()
    confirm(secret, NOON - timedelta(hours=1))
    for seconds in (-60, 60):
        assert refusal_of(check, code_of(secret, NOON + timedelta(seconds=seconds))) == "wrong_second_factor"
    for seconds in (-30, 0, 30):
        check(code_of(secret, NOON + timedelta(seconds=seconds)))


def test_no_code_is_taken_twice_nor_one_before_it():
    secret = begin()
    confirm(secret)
    assert refusal_of(check, code_of(secret, NOON)) == "wrong_second_factor"
    later = NOON + timedelta(minutes=5)
    spaced = " ".join(code_of(secret, later))
    check(spaced, later)
    for moment in (later, later - timedelta(seconds=30)):
        assert refusal_of(check, code_of(secret, moment), later) == "wrong_second_factor"


def test_of_many_who_send_the_same_code_at_once_one_gets_in(app):
    secret = begin()
    confirm(secret, NOON - timedelta(hours=1))
    together, code = threading.Barrier(4), code_of(secret, NOON)

    def attempt(_: int) -> bool:
        with app.app_context():
            with reading() as session:
                ada = operators.find(session, "ada")
            together.wait()
            try:
                with transaction() as session:
                    second_factor.check(session, ada, code, keyring=parts().keyring, by=STAFF, now=NOON)
            except CoreError:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "٣٣٣٣٣٣", "é" * 6, "x" * 500, "\0" * 6])
def test_what_is_no_code_does_not_fit(code):
    confirm(begin())
    assert refusal_of(check, code) == "wrong_second_factor"


def test_each_recovery_code_lets_in_once_however_it_is_typed():
    first, second, *_ = confirm(begin())
    check(first.lower().replace("-", " "))
    assert refusal_of(check, first) == "wrong_second_factor"
    check(second.replace("1", "l").replace("0", "o"))
    with reading() as session:
        ada = operators.find(session, "ada")
        assert second_factor.recovery_codes_left(session, ada) == 8
        kept = str([vars(row) for row in session.scalars(select(RecoveryCode))])
    assert first not in kept
    used = [event.detail for event in events("recovery_code_used")]
    assert used == [{"operator": "Ada", "left": 9}, {"operator": "Ada", "left": 8}]


def test_a_recovery_code_is_of_one_operator_only():
    codes = confirm(begin())
    with transaction() as session:
        grace = operators.add(session, "grace", Role.VIEWER, PASSWORD, by=STAFF, now=NOON)
    with pytest.raises(CoreError), transaction() as session:
        second_factor.check(session, grace, codes[0], keyring=parts().keyring, by=STAFF, now=NOON)


def test_new_recovery_codes_replace_the_earlier_ones():
    earlier = confirm(begin())
    fresh = run(second_factor.renew_recovery_codes, by=STAFF, now=NOON)
    assert refusal_of(check, earlier[0]) == "wrong_second_factor"
    check(fresh[0])
    assert events("recovery_codes_made")


def test_to_end_it_leaves_nothing_behind():
    codes = confirm(begin())
    run(second_factor.end, by=STAFF, now=NOON)
    with reading() as session:
        ada = operators.find(session, "ada")
        assert (ada.totp_secret, ada.totp_since, ada.totp_last_step) == (None, None, None)
        assert session.scalars(select(RecoveryCode)).all() == []
    assert refusal_of(check, codes[0]) == "wrong_second_factor"
    assert refusal_of(run, second_factor.renew_recovery_codes, by=STAFF, now=NOON) == "second_factor_off"
    run(second_factor.end, by=STAFF, now=NOON)
    assert len(events("second_factor_ended")) == 1


def test_sessions_that_were_opened_without_it_end_but_the_one_that_sets_it_up():
    by = By(Channel.PORTAL, "Ada")
    tokens = [run(sessions.begin, by=by, device=None, now=NOON).token for _ in range(2)]
    with reading() as session:
        here = sessions.find(session, tokens[0], now=NOON)
    confirm(begin(), here=here)
    with reading() as session:
        assert sessions.find(session, tokens[0], now=NOON)
        assert refusal_of(sessions.find, session, tokens[1], now=NOON) == "signed_out"


@pytest.mark.parametrize("role", Role)
def test_each_role_can_be_made_to_have_one(role):
    name = properties.second_factor_required(role)
    with transaction() as session:
        who = Operator(role=role.value)
        assert not second_factor.is_missing(session, who)
        properties.put(session, name, "yes", by=STAFF, now=NOON)
        assert second_factor.is_missing(session, who)
        who.totp_since = NOON
        assert not second_factor.is_missing(session, who)
        others = [Operator(role=other.value) for other in Role if other is not role]
        assert not any(second_factor.is_missing(session, other) for other in others)
