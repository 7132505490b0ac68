from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from urllib.parse import quote, quote_plus

import pytest
from markupsafe import escape
from sqlalchemy import select

from keyferry.server.core.models import OperatorSession, Role
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.core.staff.sessions import IDLE, LONGEST
from keyferry.server.db import transaction
from keyferry.server.faces.portal.staff import cookie as portal_cookie
from keyferry.server.services import signing_in
from tests.audit_log import refused_events
from tests.faces.portal_visitor import PASSWORD, Visitor, add_operator, staff


@pytest.fixture
def visitor(app) -> Visitor:
    return Visitor(app.test_client())


def portal_rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("portal.")]


def address_of(rule, number: str = "1") -> str:
    """An address that a rule stands for: of what the vendor of the tests has, where it has that."""
    return re.sub("<int:[a-z]+>", number, rule.rule).replace("<code>", "demo-cad")


IN_THE_OPEN = {f"portal.signing_in.{name}" for name in ("form", "enter", "code_form", "enter_code")}


def test_every_page_of_the_portal_names_the_permission_that_it_needs(app):
    named = {
        rule.endpoint: getattr(app.view_functions[rule.endpoint], "permission", None)
        for rule in portal_rules(app)
    }
    assert len(named) > 10
    assert {endpoint for endpoint, permission in named.items() if permission is None} == IN_THE_OPEN
    assert all(isinstance(named[endpoint], Permission) for endpoint in named.keys() - IN_THE_OPEN)


@pytest.mark.thorough
@pytest.mark.parametrize("role", Role)
def test_each_role_reaches_what_its_permissions_name_and_nothing_else(app, vendor, role):
    visitor = staff(vendor, role=role)
    vendor.issue()
    for rule in portal_rules(app):
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if permission is None or rule.endpoint == "portal.signing_in.leave":
            continue
        # Not the session that asks: it is to be there for the next page.
        path = address_of(rule, "99" if "sessions" in rule.rule else "1")
        answer = visitor.get(path) if "GET" in rule.methods else visitor.post(path)
        refused = answer.status_code == 403 and "doesn’t let you" in answer.text
        assert refused == (permission not in PERMISSIONS[role]), (path, answer.status_code)


@pytest.mark.parametrize("role", Role)
def test_each_role_is_led_to_the_pages_that_it_may_see(vendor, role):
    visitor = staff(vendor, role=role)
    page = " ".join(re.sub("<[^>]*>", " ", visitor.get("/portal/").text).split())
    for name, permission in (
        ("Audit", Permission.SEE_AUDIT),
        ("Settings", Permission.SET_PROPERTIES),
    ):
        assert (f" {name} " in page) == (permission in PERMISSIONS[role])
    leads_to_staff = 'href="/portal/operators"' in visitor.get("/portal/branding").text
    assert leads_to_staff == (Permission.MANAGE_OPERATORS in PERMISSIONS[role])


def test_without_signing_in_nothing_is_to_be_seen_or_done(app, vendor, visitor):
    vendor.issue()
    visitor.get("/portal/sign-in")
    for rule in portal_rules(app):
        if rule.endpoint in IN_THE_OPEN:
            continue
        path = address_of(rule)
        if "GET" in rule.methods:
            answer = visitor.get(path)
            assert answer.status_code == 302
            assert answer.location.startswith("/portal/sign-in?next=")
        else:
            answer = visitor.post(path)
            assert answer.status_code == 403
            assert "You’re no longer signed in" in answer.text


def test_who_signs_in_gets_where_they_wanted_to_go(vendor, visitor):
    staff(vendor)
    page = visitor.get(visitor.get("/portal/licenses?q=ada").location)
    assert 'value="/portal/licenses?q=ada"' in page.text
    answer = visitor.post("/portal/sign-in", name="ada", password=PASSWORD, next="/portal/licenses?q=ada")
    assert answer.location == "/portal/licenses?q=ada"
    assert visitor.get(answer.location).status_code == 200


@pytest.mark.parametrize("written", [quote, quote_plus, partial(quote, safe="@*'!$(),;:/?")])
def test_the_page_asked_for_comes_whatever_is_in_its_address(app, vendor, written):
    staff(vendor)
    for text in ("ada@example.com", "*lab", "O'Neill", "100 %", "a+b&c=d", "#1", "what?", "Ünal/ß"):
        visitor = Visitor(app.test_client())
        sign_in = visitor.get(f"/portal/licenses?q={written(text)}&sort=seats").location
        form = visitor.form_to("/portal/sign-in", on=sign_in)
        answer = visitor.post("/portal/sign-in", **form | {"name": "ada", "password": PASSWORD})
        assert f'value="{escape(text)}"' in visitor.get(answer.location).text
        assert "sort=seats" in answer.location


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://thief.example",
        "//thief.example",
        "/portal//thief.example@x:",
        "/portal/\\thief",
        "/portal/..//thief.example",
        "/portal/\r\nSet-Cookie: thief=1",
        "/self-help/",
        "",
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(vendor, visitor, elsewhere):
    staff(vendor)
    assert visitor.sign_in(next=elsewhere).location == "/portal/"


def test_a_wrong_sign_in_says_what_to_do_and_keeps_the_name(vendor, visitor):
    staff(vendor)
    answer = visitor.sign_in(password="wrong horse")
    assert answer.status_code == 403
    assert "This name and password don’t match." in answer.text
    assert 'value="ada"' in answer.text
    assert "wrong horse" not in answer.text
    assert visitor.get("/portal/").status_code == 302


def test_guesses_are_refused_after_some_with_how_long_to_wait(vendor, visitor):
    staff(vendor)
    answers = [visitor.sign_in(password=f"guess {number}") for number in range(7)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Wait" in answers[-1].text


def test_the_sign_in_is_shown_to_the_portal_only_and_to_no_script(vendor, app):
    with transaction() as session:
        add_operator(session, "ada", Role.VIEWER, vendor.clock.now)
    visitor = Visitor(app.test_client())
    [cookie] = [one for one in visitor.sign_in().headers.getlist("Set-Cookie") if "keyferry_portal_" in one]
    assert {"HttpOnly", "Path=/portal", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    client = app.test_client()
    page = client.get("/portal/sign-in", base_url="https://localhost")
    values = {
        "name": "ada",
        "password": PASSWORD,
        "csrf_token": page.text.split('csrf_token" value="')[1].split('"')[0],
    }
    answer = client.post("/portal/sign-in", data=values, base_url="https://localhost")
    assert answer.status_code == 302
    [cookie] = [one for one in answer.headers.getlist("Set-Cookie") if "keyferry_portal_" in one]
    assert "Secure" in cookie.split("; ")


@pytest.mark.thorough
@pytest.mark.parametrize("passed", [IDLE, LONGEST])
def test_a_session_ends_by_itself(vendor, passed):
    visitor = staff(vendor)
    start = vendor.clock.now
    while vendor.clock.now + timedelta(minutes=20) < start + passed:
        vendor.clock.now += timedelta(minutes=20)
        assert visitor.get("/portal/").status_code == 200
    vendor.clock.now = max(start + passed, vendor.clock.now + (IDLE if passed == IDLE else timedelta()))
    assert visitor.get("/portal/").status_code == 302


def test_signing_out_ends_the_session_for_good(vendor):
    visitor = staff(vendor)
    token = visitor.client.get_cookie(portal_cookie(), path="/portal").value
    assert visitor.post("/portal/sign-out").location == "/portal/sign-in"
    visitor.client.set_cookie(portal_cookie(), token, path="/portal")
    assert visitor.get("/portal/").status_code == 302


def test_another_session_is_listed_and_can_be_signed_out(vendor):
    here = staff(vendor)
    there = Visitor(vendor.app.test_client())
    there.client.environ_base["HTTP_USER_AGENT"] = "Browser of the laptop"
    there.sign_in()
    page = here.get("/portal/account")
    assert "Browser of the laptop" in page.text
    with transaction() as session:
        latest = max(session.scalars(select(OperatorSession.id)))
    assert here.post(f"/portal/sessions/{latest}/end").status_code == 302
    assert there.get("/portal/").status_code == 302
    assert here.get("/portal/").status_code == 200
    assert here.post(f"/portal/sessions/{latest}/end").status_code == 404


def test_nobody_signs_somebody_else_out(vendor):
    staff(vendor)
    other = staff(vendor, "grace", Role.VIEWER)
    assert other.post("/portal/sessions/1/end").status_code == 404


def test_what_a_role_does_not_allow_is_in_the_audit(vendor):
    visitor = staff(vendor, role=Role.VIEWER)
    assert visitor.get("/portal/audit").status_code == 403
    [event] = refused_events()
    assert (event.event, event.who, event.channel) == ("permission_refused", "ada", "portal")
    assert event.code == "not_permitted"
    assert event.detail == {"wanted": "see the audit log"}


def test_a_form_that_was_open_too_long_comes_back_filled(vendor, visitor):
    staff(vendor)
    answer = visitor.post("/portal/sign-in", name="ada", password=PASSWORD, csrf_token="stale")
    assert answer.status_code == 400
    assert "Send it again" in answer.text
    assert visitor.post("/portal/sign-in", name="ada", password=PASSWORD).status_code == 302


def test_pages_are_never_kept_by_a_browser(vendor):
    visitor = staff(vendor)
    for path in ("/portal/", "/portal/licenses", "/portal/audit", "/portal/sign-in"):
        headers = visitor.get(path).headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_who_signs_in_while_others_do_keeps_the_name_and_comes_again(vendor, visitor):
    staff(vendor)
    with ExitStack() as others:
        for _ in range(5):
            others.enter_context(signing_in.PLACES.turn())
        busy = visitor.sign_in()
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    assert "The server is busy. Nothing was done." in busy.text
    assert 'value="ada"' in busy.text
    assert visitor.sign_in().status_code == 302


def test_what_a_browser_kept_for_back_goes_with_the_sign_out(desk):
    refused = desk.post("/portal/link", link="no link", plain="1")
    assert (refused.status_code, refused.headers["Cache-Control"]) == (400, "private, no-cache")
    # With scripts it kept nothing, and emptying a cache takes a browser a while.
    assert "Clear-Site-Data" not in desk.post("/portal/sign-out").headers
    desk.sign_in()
    desk.get("/portal/account")
    assert desk.post("/portal/sign-out", plain="1").headers["Clear-Site-Data"] == '"cache"'
