"""Strangers who guess at an operator's password get nowhere, and shut nobody out of their own browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from flask import Flask

from keyferry.server import create_app
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Role
from keyferry.server.core.staff import devices, operators, passwords
from keyferry.server.db import transaction
from keyferry.server.faces.console import access
from keyferry.server.parts import parts
from keyferry.server.services import signing_in
from tests.conftest import NOON, STAFF
from tests.faces.portal_visitor import CSRF_VALUE, PASSWORD, Visitor, add_operator
from tests.refusals import refusal_of

WRONG, FRESH = "wrong horse battery", "a new pass phrase"
OFFICE = "192.0.2.7"


@pytest.fixture(autouse=True)
def ada(app) -> None:
    with transaction() as session:
        add_operator(session, "ada", Role.ADMINISTRATOR, NOON)


def browser(app: Flask, address: str = OFFICE) -> Visitor:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return Visitor(client)


def guess(app: Flask, *, times: int, addresses: int = 1) -> None:
    """Guess at ada's password until no guess is looked at any more, from the office or from elsewhere."""
    now = parts().clock()
    for number in range(times):
        by = By(Channel.PORTAL, address=f"203.0.113.{number % addresses}" if addresses > 1 else OFFICE)
        assert refusal_of(signing_in.show_password, "ada", WRONG, by=by, now=now) == "wrong_sign_in"
    assert browser(app).sign_in().status_code == 429


@pytest.fixture
def own(app) -> Visitor:
    """A browser in which ada signed in once."""
    own = browser(app)
    assert own.sign_in().status_code == 302
    own.post("/portal/sign-out")
    return own


@pytest.mark.thorough
def test_strangers_do_not_shut_an_operator_out_of_their_own_browser_nor_of_the_console(app, own):
    """A hundred guesses from twenty addresses once did, where the operator had not signed in from before."""
    guess(app, times=100, addresses=20)
    own.client.environ_base["REMOTE_ADDR"] = "198.51.100.77"
    assert own.sign_in().status_code == 302
    assert access.sign_in("ada", PASSWORD, {"SSH_CONNECTION": "203.0.113.1 50000 198.51.100.1 22"})


def test_nor_do_those_who_share_the_operators_address(app, own):
    guess(app, times=5)
    assert own.sign_in().status_code == 302


def test_a_known_browser_guesses_on_a_count_of_its_own(app, own, clock):
    for _ in range(5):
        assert own.sign_in(password=WRONG).status_code == 403
    assert own.sign_in().status_code == 429
    assert browser(app).sign_in().status_code == 302
    clock.now += timedelta(minutes=15)
    assert own.sign_in().status_code == 302


def test_two_operators_who_share_a_browser_are_both_known_there(app, own):
    with transaction() as session:
        add_operator(session, "grace", Role.VIEWER, NOON)
    own.sign_in("grace")
    own.post("/portal/sign-out")
    guess(app, times=5)
    assert own.sign_in().status_code == 302


def test_who_signs_in_under_one_name_is_not_known_by_another(app):
    with transaction() as session:
        add_operator(session, "mallory", Role.VIEWER, NOON)
    thief = browser(app)
    assert thief.sign_in("mallory").status_code == 302
    guess(app, times=5)
    assert thief.sign_in().status_code == 429


@pytest.mark.parametrize(
    "change",
    [
        lambda session, one: operators.reset(session, one, PASSWORD, by=STAFF, now=NOON),
        lambda session, one: operators.sign_out(session, one, by=STAFF, now=NOON),
        lambda session, one: operators.change_password(session, one, PASSWORD, here=None, by=STAFF, now=NOON),
        lambda session, one: (
            add_operator(session, "grace", Role.ADMINISTRATOR, NOON),
            operators.disable(session, one, by=STAFF, now=NOON),
            operators.enable(session, one, by=STAFF, now=NOON),
        ),
    ],
    ids=["reset", "signed out everywhere", "new password", "disabled"],
)
def test_what_signs_an_operator_out_everywhere_forgets_their_browsers(app, own, change):
    with transaction() as session:
        change(session, operators.find(session, "ada"))
    guess(app, times=5)
    assert own.sign_in().status_code == 429


def test_the_browser_in_which_the_password_was_changed_stays_known(app, own):
    own.sign_in()
    own.get("/portal/account")
    own.post("/portal/account/password", password=PASSWORD, new_password=FRESH)
    own.post("/portal/sign-out")
    guess(app, times=5)
    assert own.sign_in(password=FRESH).status_code == 302


def test_a_browser_is_known_for_half_a_year(app, clock, own):
    clock.now += devices.LIFETIME
    guess(app, times=5)
    assert own.sign_in().status_code == 429


def test_over_https_no_other_host_sets_the_cookie_and_no_script_reads_it(settings):
    address = "https://keys.example.com"
    app = create_app(settings.model_copy(update={"public_url": address}))
    client = app.test_client()
    page = client.get("/portal/sign-in", base_url=address).text
    [csrf] = CSRF_VALUE.findall(page)
    typed = {"name": "ada", "password": PASSWORD, "csrf_token": csrf}
    answer = client.post("/portal/sign-in", data=typed, base_url=address)
    [cookie] = [one for one in answer.headers.getlist("Set-Cookie") if "keyferry_device_" in one]
    assert cookie.startswith("__Host-")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.fixture
def nobody_may_hash() -> Iterator[None]:
    """Hold every turn to check a password: who wants one is told that the server is busy."""
    with ExitStack() as held:
        for _ in range(5):
            held.enter_context(signing_in.PLACES.turn())
        held.enter_context(passwords.TURNS.turn())
        yield


@pytest.mark.parametrize("is_known", [True, False])
def test_an_attempt_that_is_refused_costs_no_hash_of_a_password(app, own, is_known, request):
    """It would take 64 MiB and a fifth of a second of each attempt, however many were refused before."""
    visitor = own if is_known else browser(app)
    for _ in range(5):
        assert visitor.sign_in(password=WRONG).status_code == 403
    request.getfixturevalue("nobody_may_hash")
    assert visitor.sign_in().status_code == 429
    assert browser(app, "198.51.100.1").sign_in().status_code == 503
