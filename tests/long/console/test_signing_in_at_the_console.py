"""Signing in at the console: what opens it, what closes it, and what is kept meanwhile."""

from datetime import timedelta

import pytest

from keyferry.server.core import properties
from keyferry.server.core.models import OperatorSession
from keyferry.server.core.staff import operators, passwords, sessions
from keyferry.server.core.turns import Turns
from keyferry.server.db import reading, transaction
from tests.authenticator import code_of, set_up
from tests.conftest import STAFF
from tests.console.person import at_the_console, events
from tests.server.in_trouble import with_pragma


def sign_out_everywhere(name: str, now) -> None:
    with transaction() as session:
        sessions.end_all(session, operators.find(session, name), now=now)


def session_rows() -> list[OperatorSession]:
    with reading() as session:
        return list(session.query(OperatorSession).order_by(OperatorSession.id))


async def test_name_and_password_open_the_console_from_the_address_that_ssh_names(vendor, manager):
    environment = {"TERM": "xterm", "SSH_CONNECTION": "192.0.2.7 50000 198.51.100.1 22"}
    async with at_the_console(environment=environment) as person:
        await person.sign_in(manager)
        assert "grace · manager" in person.sees
        [row] = session_rows()
        assert (row.channel, row.address, row.device) == ("console", "192.0.2.7", "xterm")
        await person.press("f10")
    assert [event.event for event in events()][-2:] == ["signed_in", "signed_out"]
    assert session_rows()[0].ended_at is not None


@pytest.mark.parametrize("environment", [None, {"SSH_CLIENT": "not an address"}])
async def test_without_ssh_there_is_no_address_and_rubbish_is_none(vendor, manager, environment):
    async with at_the_console(manager, environment=environment):
        assert session_rows()[-1].address is None


async def test_a_wrong_password_is_refused_and_does_not_stay_on_the_screen(vendor, manager):
    async with at_the_console() as person:
        await person.sign_in(manager, "wrong horse battery")
        assert person.step == "SignIn"
        assert "This name and password don’t match." in person.sees
        assert person.value("name") == manager
        assert person.value("password") == ""
        await person.sign_in(manager)
        assert person.step == "Main"


async def test_who_guesses_on_reads_how_long_to_wait_and_gets_in_afterwards(vendor, manager, clock):
    async with at_the_console() as person:
        for _ in range(5):
            await person.sign_in(manager, "wrong horse battery")
        await person.sign_in(manager)
        assert "Too many attempts. Wait 15 min, then try again." in person.sees
        clock.now += timedelta(minutes=15)
        await person.sign_in(manager)
        assert person.step == "Main"


async def test_enter_goes_from_the_name_to_the_password_and_escape_quits(vendor, manager):
    async with at_the_console() as person:
        await person.type("grace", "enter")
        assert person.app.focused.id == "password"
        await person.press("escape")
        assert not person.app.is_running


async def test_a_session_that_was_ended_asks_for_the_password_and_keeps_what_was_typed(
    vendor, manager, clock
):
    key = vendor.issue(seats=2)
    machine = vendor.machine(key)
    async with at_the_console(manager) as person:
        await person.press("f3")
        await person.paste(machine.computer_id.text)
        await person.fill("computer-name", "LAB-PC-07")
        sign_out_everywhere(manager, clock.now)
        await person.press("enter")
        assert person.step == "SignIn"
        assert "You’re no longer signed in." in person.sees
        assert "grace" in person.sees
        await person.fill("password", "wrong horse battery", "enter")
        assert person.step == "SignIn"
        await person.fill("password", "correct horse battery", "enter")
        # The operation went on where it had stopped.
        assert person.step == "ComputerKey"
        assert person.app.screen.key.activation.computer_name == "LAB-PC-07"
    assert vendor.seats_used(key) == 1


async def test_who_was_idle_for_too_long_signs_in_again(vendor, manager, clock):
    async with at_the_console(manager) as person:
        clock.now += timedelta(minutes=31)
        await person.search("x")
        assert person.step == "SignIn"
        await person.fill("password", "correct horse battery", "enter")
        assert person.step == "Main"
        assert "No license was found" in person.sees


async def test_work_keeps_a_session_alive(vendor, manager, clock):
    async with at_the_console(manager) as person:
        for text in ("a", "b", "c"):
            clock.now += timedelta(minutes=20)
            await person.search(text)
            assert person.step == "Main"


async def test_somebody_else_drops_what_was_left_open(vendor, manager, administrator, clock):
    vendor.issue()
    async with at_the_console(manager) as person:
        await person.press("f3")
        sign_out_everywhere(manager, clock.now)
        await person.paste(vendor.machine(vendor.issue()).computer_id.text, "enter")
        assert person.step == "SignIn"
        await person.press("escape")
        assert person.step == "SignIn"
        await person.sign_in(administrator)
        assert person.step == "Main"
        assert "ada · administrator" in person.sees


async def test_a_disabled_operator_does_nothing_more(vendor, manager, administrator, clock):
    async with at_the_console(manager) as person:
        with transaction() as session:
            operators.disable(session, operators.find(session, manager), by=STAFF, now=clock.now)
        await person.search("x")
        assert person.step == "SignIn"
        await person.fill("password", "correct horse battery", "enter")
        assert "This name and password don’t match." in person.sees


async def test_a_second_factor_is_asked_for_after_the_password(vendor, manager, clock):
    secret, _ = set_up(manager)
    async with at_the_console() as person:
        assert not person.app.screen.query_one("#field-code").display
        await person.sign_in(manager)
        assert person.step == "SignIn"
        assert "Enter the code from your authenticator app" in person.sees
        await person.type("000000", "enter")
        assert "This code isn’t right." in person.sees
        assert person.app.focused.value == ""
        await person.type(code_of(secret, clock.now), "enter")
        assert person.step == "Main"


async def test_a_recovery_code_opens_the_console_once(vendor, manager):
    _, recovery = set_up(manager)
    async with at_the_console() as person:
        await person.sign_in(manager)
        await person.type(recovery[0].lower(), "enter")
        assert person.step == "Main"
    async with at_the_console() as person:
        await person.sign_in(manager)
        await person.type(recovery[0], "enter")
        assert "This code isn’t right." in person.sees


async def test_a_password_that_was_reset_during_the_code_begins_anew(vendor, manager, clock):
    secret, _ = set_up(manager)
    async with at_the_console() as person:
        await person.sign_in(manager)
        with transaction() as session:
            operators.disable(session, operators.find(session, manager), by=STAFF, now=clock.now)
        await person.type(code_of(secret, clock.now), "enter")
        assert "This name and password don’t match." in person.sees
        assert not person.app.screen.query_one("#field-code").display
        assert person.app.focused.id == "password"


async def test_who_must_have_a_second_factor_and_has_none_is_sent_to_the_portal(vendor, manager, clock):
    with transaction() as session:
        name = properties.second_factor_required("manager")
        properties.put(session, name, "true", by=STAFF, now=clock.now)
    async with at_the_console() as person:
        await person.sign_in(manager)
        assert person.step == "SignIn"
        assert "Sign in to the portal once" in person.sees


async def test_a_busy_machine_is_reported_in_a_sentence_and_the_next_try_opens(vendor, manager, monkeypatch):
    async with at_the_console() as person:
        with monkeypatch.context() as patch:
            patch.setattr(passwords, "TURNS", Turns(1, wait_seconds=0))
            with passwords.TURNS.turn():
                await person.sign_in(manager)
        assert person.step == "SignIn"
        assert "! The server is busy. Nothing was done. Try again in a few seconds." in person.sees
        await person.sign_in(manager)
        assert person.step == "Main"


async def test_a_database_in_trouble_is_reported_in_a_sentence_and_the_next_try_opens(vendor, manager):
    async with at_the_console() as person:
        with with_pragma("query_only = 1"):
            await person.sign_in(manager)
        assert person.step == "SignIn"
        assert "! The database can be read, but not written to." in person.sees
        await person.sign_in(manager)
        assert person.step == "Main"
