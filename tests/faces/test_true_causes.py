"""A form that can't be taken says why, where that is seen, and what it says to do gets out of it."""

from __future__ import annotations

import pytest

from keyferry.server import create_app
from tests.faces.portal_visitor import CSRF_VALUE, PASSWORD, staff

PUBLIC = "https://keys.example.com"


@pytest.fixture
def encrypted(settings, clock):
    """The same server, whose public address is an https one; reached without it, as on its own port."""
    app = create_app(settings.model_copy(update={"public_url": PUBLIC}), clock=clock)
    return lambda: app.test_client(use_cookies=False)


@pytest.mark.parametrize("page", ["/portal/sign-in", "/self-help/activate", "/self-help/license"])
def test_who_opens_a_page_without_https_is_told_which_address_to_open(encrypted, page):
    for sent in ({}, {"csrf_token": "of the page"}):
        answer = encrypted().post(page, data=sent, headers={"Accept": "text/html"})
        assert answer.status_code == 400
        assert f"Open {PUBLIC}{page} instead." in answer.text
        assert "Send it again" not in answer.text


def test_at_that_address_the_form_goes_through(vendor, settings, clock):
    staff(vendor)
    app = create_app(settings.model_copy(update={"public_url": PUBLIC}), clock=clock)
    client, there = app.test_client(), {"base_url": PUBLIC, "headers": {"Accept": "text/html"}}
    field = CSRF_VALUE.search(client.get("/portal/sign-in", **there).text)
    assert field is not None
    form = {"csrf_token": field[1], "name": "ada", "password": PASSWORD}
    assert client.post("/portal/sign-in", data=form, **there).location == "/portal/"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {}])
def test_a_proxy_that_does_not_say_https_is_not_taken_for_a_browser_without_it(encrypted, headers):
    answer = encrypted().post("/portal/sign-in", headers={"Accept": "text/html", **headers})
    assert ("Your browser sent no cookie" in answer.text) == bool(headers)


def test_a_browser_without_cookies_and_a_page_that_is_out_of_date_are_told_apart(vendor):
    client = vendor.app.test_client()
    client.get("/portal/sign-in")
    page = {"headers": {"Accept": "text/html"}}
    late = client.post("/portal/sign-in", data={"csrf_token": "of an earlier page"}, **page)
    assert "This page was out of date." in late.text
    without = vendor.app.test_client(use_cookies=False).post("/portal/sign-in", **page)
    assert "Your browser sent no cookie" in without.text


def test_a_browser_that_sent_its_cookie_is_not_told_that_it_keeps_none(encrypted):
    client = encrypted().application.test_client()
    client.set_cookie(client.application.config["SESSION_COOKIE_NAME"], "of an earlier page")
    # An older browser behind a proxy that says nothing of https.
    answer = client.post("/portal/sign-in", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "This page was out of date." in answer.text
    assert "no https" not in answer.text
