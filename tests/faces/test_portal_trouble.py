"""What staff see when something goes wrong: the way on stays beside it where it is known who asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from keyferry.server.core.models import Role
from tests.faces.portal_visitor import Visitor, staff

SIDE = '<nav class="side"'
FAILING = "/portal/failing"


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """An application that gets one more address here."""
    return own_app


@pytest.fixture
def failing(vendor) -> Callable[[Exception], None]:
    """Have an address of the portal fail as a test wants; it is there before anybody asks for any."""
    wanted: list[Exception] = []

    def fail() -> str:
        raise wanted[-1]

    vendor.app.add_url_rule(FAILING, view_func=fail, methods=["GET", "POST"])
    return wanted.append


def away() -> OperationalError:
    return OperationalError("SELECT", {}, sqlite3.OperationalError("database is locked"))


def test_who_is_signed_in_keeps_the_way_on_beside_an_address_without_a_page(vendor, desk):
    answer = desk.get("/portal/nothing/there")
    assert answer.status_code == 404
    assert "There’s nothing at this address" in answer.text
    assert SIDE in answer.text
    # What stands at the side works from there.
    assert desk.post("/portal/sign-out").location == "/portal/sign-in"
    for visitor in (desk, Visitor(vendor.app.test_client())):
        answer = visitor.get("/portal/nothing/there")
        assert (answer.status_code, SIDE in answer.text) == (404, False)
        assert "Runs on Keyferry" in answer.text


def test_what_a_role_may_not_see_says_so_beside_what_it_may(vendor):
    answer = staff(vendor, role=Role.VIEWER).get("/portal/audit")
    assert answer.status_code == 403
    assert "You don’t have access" in answer.text
    assert "Your role, viewer, doesn’t let you" in answer.text
    assert SIDE in answer.text


def test_a_failure_has_a_number_to_report_and_of_what_was_sent_says_to_look_first(failing, desk):
    failing(RuntimeError("no word of this"))
    shown = desk.get(FAILING)
    assert shown.status_code == 500
    assert SIDE in shown.text
    assert f'data-copy="{shown.headers["X-Request-ID"]}"' in shown.text
    assert "check whether the change was saved" not in shown.text
    sent = desk.post(FAILING)
    assert "Before you try again, check whether the change was saved." in sent.text
    assert "See how it is now" in sent.text
    assert "no word of this" not in shown.text + sent.text


def test_while_the_database_is_away_the_page_stands_alone_and_tries_again(failing, desk):
    failing(away())
    shown = desk.get(FAILING)
    assert (shown.status_code, shown.headers["Retry-After"]) == (503, "5")
    assert SIDE not in shown.text
    assert "trying.js" in shown.text
    sent = desk.post(FAILING)
    assert "What you sent may not have been saved" in sent.text
    assert "trying.js" not in sent.text


def test_a_frame_that_fails_itself_is_told_of_on_a_page_alone(failing, desk, monkeypatch):
    failing(RuntimeError("first"))

    def broken(*_: object) -> None:
        raise RuntimeError("second")

    monkeypatch.setattr("keyferry.server.faces.portal.staff.may", broken)
    answer = desk.get(FAILING)
    assert answer.status_code == 500
    assert "That didn’t work" in answer.text
    assert SIDE not in answer.text


def test_the_sign_in_opens_under_the_vendors_name_while_the_database_is_away(vendor, desk, monkeypatch):
    desk.post("/portal/branding", name="Acme")
    visitor = Visitor(vendor.app.test_client())
    assert "Acme" in visitor.get("/portal/sign-in").text

    def no_database() -> None:
        raise away()

    monkeypatch.setattr("keyferry.server.web.brand.reading", no_database)
    answer = visitor.get("/portal/sign-in")
    assert answer.status_code == 200
    assert "Acme" in answer.text
    assert 'name="password"' in answer.text
