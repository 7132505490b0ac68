"""A page of another site does nothing here, even with a form cookie of its own beside somebody's sign-in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from keyferry.server import create_app
from keyferry.server.core.models import Operator
from keyferry.server.db import reading
from keyferry.server.faces.portal.staff import cookie as portal_cookie
from tests.faces.portal_visitor import PASSWORD, Visitor, staff
from tests.faces.test_self_help_activate import codes

NEW = {"name": "mallory", "new_password": PASSWORD, "role": "administrator"}


def operators() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Operator.name)))


def planted(vendor, victim: Visitor, *, signed_in: bool) -> str:
    """Put an attacker's form cookie into the victim's browser, and return the field that fits it."""
    attacker = staff(vendor, "eve") if signed_in else Visitor(vendor.app.test_client())
    attacker.get("/portal/operators" if signed_in else "/portal/sign-in")
    name = vendor.app.config["SESSION_COOKIE_NAME"]
    victim.client.set_cookie(name, attacker.client.get_cookie(name).value)
    return attacker.csrf


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_planted_form_cookie_and_its_field_add_no_administrator(vendor, signed_in):
    """This once worked: the field was bound to a cookie, and the cookie to nobody."""
    victim = staff(vendor)
    field = planted(vendor, victim, signed_in=signed_in)
    before = operators()
    answer = victim.client.post("/portal/operators", data={"csrf_token": field, **NEW})
    assert answer.status_code == 403
    assert operators() == before
    # Whoever sits there goes on from a fresh page.
    victim.get("/portal/operators")
    assert victim.post("/portal/operators", **NEW).status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_what_another_sites_page_sends_is_refused_and_not_shown_to_be_sent_again(app, vendor, headers):
    victim, customer = staff(vendor), Visitor(app.test_client())
    machine = vendor.machine(vendor.issue())
    customer.get("/self-help/activate")
    for client, path, sent in (
        (victim.client, "/portal/operators", {"csrf_token": victim.csrf, **NEW}),
        (app.test_client(), "/portal/sign-in", {"name": "ada", "password": PASSWORD}),
        (customer.client, "/self-help/activate", {"csrf_token": customer.csrf, **codes(machine)}),
    ):
        answer = client.post(path, data=sent, headers={"Accept": "text/html", **headers})
        assert answer.status_code == 403, path
        assert "mallory" not in answer.text
        assert machine.computer_id.text not in answer.text
    assert operators() == ["ada"]
    assert vendor.seats_used(machine.activation_key) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://localhost"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:8000"},
    ],
)
def test_what_our_own_pages_send_is_taken_however_browsers_say_so(vendor, headers):
    victim = staff(vendor)
    victim.get("/portal/operators")
    sent = {"csrf_token": victim.csrf, **NEW}
    assert victim.client.post("/portal/operators", data=sent, headers=headers).status_code == 302


def test_a_page_from_before_the_sign_in_is_asked_to_be_sent_again(vendor):
    victim = staff(vendor)
    old = victim.csrf
    fresh = staff(vendor, "grace")
    token = fresh.client.get_cookie(portal_cookie(), path="/portal").value
    victim.client.set_cookie(portal_cookie(), token, path="/portal")
    victim.get("/portal/operators")
    answer = victim.client.post("/portal/operators", data={"csrf_token": old, **NEW})
    assert answer.status_code == 400
    assert "Send it again" in answer.text


def test_over_https_no_other_host_can_set_our_cookies(vendor, settings):
    safe = create_app(settings.model_copy(update={"public_url": "https://keys.example.com"}))
    page = safe.test_client().get("/portal/sign-in", base_url="https://keys.example.com")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-keyferry_form_")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    with safe.app_context():
        assert portal_cookie().startswith("__Host-keyferry_portal_")
