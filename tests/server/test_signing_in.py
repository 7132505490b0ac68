"""Signing in: what opens a session, what ends it, and what guessing meets."""

from contextlib import ExitStack
from datetime import timedelta

import pytest

from keyferry.server.core import properties
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Busy, CoreError, NotAllowed
from keyferry.server.core.events import Channel
from keyferry.server.core.models import OperatorSession, Role
from keyferry.server.core.staff import operators, passwords, sessions
from keyferry.server.db import reading, transaction
from keyferry.server.services import permission, signing_in
from keyferry.server.services.signing_in import show_own_password, sign_in
from tests.audit_log import events
from tests.authenticator import code_of, set_up
from tests.conftest import NOON, STAFF
from tests.refusals import refusal_of, refused

PASSWORD = "correct horse battery"
OFFICE, STRANGER = "192.0.2.7", "198.51.100.1"


@pytest.fixture(autouse=True)
def ada(app) -> None:
    with transaction() as session:
        operators.add(session, "Ada", Role.ADMINISTRATOR, PASSWORD, by=STAFF, now=NOON)


def enter(
    name: str = "ada", password: str = PASSWORD, address: str = OFFICE, now=NOON, code: str | None = None
) -> str:
    by = By(Channel.PORTAL, address=address)
    return sign_in(name, password, by=by, device="Firefox", now=now, code=code).token


def refusal(*arguments, **more) -> str:
    return refusal_of(enter, *arguments, **more)


def is_in(token: str, now) -> bool:
    with reading() as session:
        try:
            sessions.find(session, token, now=now)
        except NotAllowed:
            return False
    return True


def test_name_and_password_open_a_session_whose_token_is_not_kept(app):
    token = enter("ADA")
    with reading() as session:
        row = sessions.find(session, token, now=NOON)
        assert (row.operator.name, row.channel, row.address, row.device) == (
            "Ada",
            "portal",
            OFFICE,
            "Firefox",
        )
        assert token not in str(vars(session.query(OperatorSession).one()))
    assert events()[-1].event == "signed_in"
    assert not is_in(token + "x", NOON)


def test_an_unknown_name_a_wrong_password_and_a_disabled_operator_get_the_same_words(app):
    with transaction() as session:
        operators.add(session, "grace", Role.VIEWER, PASSWORD, by=STAFF, now=NOON)
        operators.disable(session, operators.find(session, "grace"), by=STAFF, now=NOON)
    said = set()
    for name, password in [("nobody", PASSWORD), ("ada", "wrong horse battery"), ("grace", PASSWORD)]:
        with pytest.raises(CoreError) as raised:
            enter(name, password)
        said.add((raised.value.code, str(raised.value)))
    assert len(said) == 1
    assert [(event.code, event.who) for event in events("sign_in_refused")] == [
        ("wrong_sign_in", None),
        ("wrong_sign_in", "Ada"),
        ("wrong_sign_in", "grace"),
    ]


def test_a_session_ends_when_idle_and_after_its_longest_time_however_busy(app):
    token, now = enter(), NOON
    assert not is_in(token, now + sessions.IDLE)
    while now - NOON < sessions.LONGEST - timedelta(minutes=20):
        now += timedelta(minutes=20)
        with transaction() as session:
            row = sessions.find(session, token, now=now)
            assert sessions.is_to_be_seen(row, now)
            sessions.see(session, row, now=now)
    assert is_in(token, NOON + sessions.LONGEST - timedelta(seconds=1))
    assert not is_in(token, NOON + sessions.LONGEST)


def test_sessions_are_listed_and_ended_one_by_one(app):
    here, there = enter(), enter(address=STRANGER)
    with transaction() as session:
        row = sessions.find(session, here, now=NOON)
        assert len(sessions.live(session, row.operator, now=NOON)) == 2
        sessions.end(session, row, by=STAFF, now=NOON)
        sessions.end(session, row, by=STAFF, now=NOON)
    assert (is_in(here, NOON), is_in(there, NOON)) == (False, True)
    assert len(events("signed_out")) == 1


def test_guesses_are_refused_even_with_the_right_password_until_the_window_is_over(app):
    for _ in range(5):
        assert refusal(password="wrong horse battery") == "wrong_sign_in"
    assert refusal() == "too_many_attempts"
    assert enter(now=NOON + timedelta(minutes=15))


def test_signing_in_rightly_uses_up_no_attempt(app):
    for _ in range(8):
        enter()


def test_a_password_that_was_reset_while_it_was_checked_no_longer_opens(app, monkeypatch):
    checked = passwords.fits

    def fits_and_is_reset(password: str, password_hash: str | None) -> bool:
        fits = checked(password, password_hash)
        with transaction() as session:
            operators.reset(session, operators.find(session, "ada"), "a new pass phrase", by=STAFF, now=NOON)
        return fits

    monkeypatch.setattr(passwords, "fits", fits_and_is_reset)
    assert refusal() == "wrong_sign_in"


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 1_000_000:06}"


def demand(role: Role = Role.ADMINISTRATOR) -> None:
    with transaction() as session:
        name = properties.second_factor_required(role)
        properties.put(session, name, "true", by=STAFF, now=NOON)


def test_with_a_second_factor_the_password_alone_opens_nothing(app):
    secret, recovery_codes = set_up()
    assert refusal() == "second_factor_needed"
    assert refusal(code="") == "wrong_second_factor"
    assert refusal(code=wrong(code_of(secret, NOON))) == "wrong_second_factor"
    assert is_in(enter(code=code_of(secret, NOON)), NOON)
    assert refusal(code=code_of(secret, NOON)) == "wrong_second_factor"
    assert is_in(enter(code=recovery_codes[0]), NOON)
    met = {(event.code, event.who, event.address) for event in events("sign_in_refused")}
    assert met == {("wrong_second_factor", "Ada", OFFICE)}


def test_without_the_password_nobody_learns_of_the_second_factor(app):
    set_up()
    assert refusal(password="wrong horse battery") == "wrong_sign_in"
    assert refusal(password="wrong horse battery", code="123456") == "wrong_sign_in"


def test_codes_are_guessed_ten_times_an_hour_from_wherever(app):
    secret, recovery_codes = set_up()
    for number in range(10):
        guess = refusal(code=wrong(code_of(secret, NOON)), address=f"198.51.100.{number}")
        assert guess == "wrong_second_factor"
    assert refusal(code=code_of(secret, NOON)) == "too_many_attempts"
    assert refusal(code=recovery_codes[0]) == "too_many_attempts"
    later = NOON + timedelta(hours=1)
    assert enter(code=code_of(secret, later), now=later)


@pytest.mark.thorough
def test_right_codes_and_codes_not_yet_typed_use_up_no_attempt(app):
    secret, _ = set_up()
    for number in range(12):
        now = NOON + timedelta(minutes=number)
        assert refusal(now=now) == "second_factor_needed"
        assert enter(code=code_of(secret, now), now=now)


def test_a_new_password_begins_a_new_count_of_codes(app):
    secret, _ = set_up()
    for _ in range(10):
        refusal(code=wrong(code_of(secret, NOON)))
    with transaction() as session:
        operators.reset(session, operators.find(session, "ada"), "a new pass phrase", by=STAFF, now=NOON)
    assert enter(password="a new pass phrase", code=code_of(secret, NOON))


def test_a_password_that_was_shown_opens_nothing_once_it_is_another_one(app):
    secret, _ = set_up()
    by = By(Channel.PORTAL, address=OFFICE)
    shown = signing_in.show_password("ada", PASSWORD, by=by, now=NOON)
    with transaction() as session:
        operators.reset(session, operators.find(session, "ada"), "a new pass phrase", by=STAFF, now=NOON)
    with refused("wrong_sign_in", NotAllowed):
        signing_in.enter(shown, code_of(secret, NOON), by=by, device=None, now=NOON)


def test_who_must_have_a_second_factor_and_has_none_is_sent_to_the_portal(app):
    demand()
    with pytest.raises(NotAllowed, match="Sign in to the portal once to set it up") as raised:
        enter()
    assert raised.value.code == "second_factor_missing"


def test_who_is_in_to_set_it_up_may_do_nothing_else(app):
    token, by = enter(), By(Channel.PORTAL, address=OFFICE)
    permission.admit(token, now=NOON)
    demand()
    with refused("second_factor_missing", NotAllowed):
        permission.admit(token, now=NOON)
    assert permission.admit(token, now=NOON, sets_up=True)
    shown = signing_in.show_password("ada", PASSWORD, by=by, now=NOON)
    assert signing_in.enter(shown, None, by=by, device=None, now=NOON, sets_up=True).token


def test_no_code_and_no_secret_gets_into_the_audit_or_the_log(app, caplog):
    caplog.set_level("DEBUG")
    secret, recovery_codes = set_up()
    typed = wrong(code_of(secret, NOON))
    refusal(code=typed)
    enter(code=code_of(secret, NOON))
    enter(code=recovery_codes[0])
    written = str([vars(event) for event in events()]) + caplog.text
    for hidden in (secret, typed, code_of(secret, NOON), recovery_codes[0]):
        assert hidden not in written


def test_a_server_too_busy_to_check_a_password_counts_no_attempt_and_shuts_nobody_out(app):
    with ExitStack() as others:
        for _ in range(5):
            others.enter_context(signing_in.PLACES.turn())
        for _ in range(8):
            with pytest.raises(Busy) as refused:
                enter()
            assert refused.value.retry_after == timedelta(seconds=5)
    assert enter()
    assert events("sign_in_refused") == []


def test_an_own_password_is_checked_only_within_its_limit(app, monkeypatch):
    with reading() as session:
        ada = operators.find(session, "ada")

    def show(password: str) -> str:
        return refusal_of(show_own_password, ada, password, event="password_refused", by=STAFF, now=NOON)

    show_own_password(ada, PASSWORD, event="password_refused", by=STAFF, now=NOON)
    assert [show("wrong horse battery") for _ in range(5)] == ["wrong_password"] * 5
    monkeypatch.setattr(passwords, "fits", lambda *_: pytest.fail("checked beyond the limit"))
    assert show(PASSWORD) == "too_many_attempts"
