"""Wherever a customer is sent to the vendor, the vendor's support is named, if server properties name it."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sqlalchemy.exc import SQLAlchemyError

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import licenses
from keyferry.server.core.mail import templates
from keyferry.server.db import reading
from keyferry.server.web import brand
from tests.faces.portal_visitor import staff
from tests.faces.test_self_help_activate import codes

WAYS = ["mailto:help@example.com", "tel:+15550142", "https://example.com/help"]
HTML = {"Accept": "text/html"}


@pytest.fixture
def named(switch) -> None:
    switch("branding/supportEmail", "help@example.com")
    switch("branding/supportPhone", "+1 555 0142")
    switch("branding/supportUrl", "https://example.com/help")


def ways_on(page: str) -> list[str]:
    return [way for way in WAYS if f'href="{way}"' in page]


def main_of(page: str) -> str:
    """What a page is about, without what stands at its foot."""
    return page.partition("<main")[2].partition("</main>")[0]


def _in_trouble():
    raise SQLAlchemyError("gone")


def refused(visitor, vendor) -> str:
    key = vendor.issue(seats=1)
    vendor.activate(vendor.machine(key, "first"))
    shown = visitor.fill_in("activate", **codes(vendor.machine(key, "second")))
    assert shown.status == 403
    return shown.answer.text


@pytest.mark.usefixtures("named")
def test_a_refusal_in_self_help_that_sends_to_the_vendor_names_it(visitor, vendor):
    assert ways_on(refused(visitor, vendor)) == WAYS


@pytest.mark.usefixtures("named")
def test_a_mistyped_code_sends_to_nobody(visitor):
    shown = visitor.fill_in("license", activation_key="12345")
    assert shown.status == 400
    assert ways_on(main_of(shown.answer.text)) == []


def test_nothing_is_shown_where_nothing_is_set(app, visitor, vendor):
    assert 'class="whom"' not in refused(visitor, vendor)
    assert 'class="whom"' not in app.test_client().get("/nothing", headers=HTML).text
    assert "data-ways" not in app.test_client().get("/a").text
    shown = visitor.fill_in("license", activation_key=vendor.issue().text)
    assert "Need more time" not in shown.words


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("change", [None, licenses.suspend])
def test_the_look_up_says_whom_to_ask(visitor, vendor, change):
    key = vendor.issue()
    if change:
        vendor.change(key, change)
    shown = visitor.fill_in("license", activation_key=key.text)
    assert "Need more time or more seats? The vendor renews licenses and adds seats." in shown.words
    assert ways_on(shown.answer.text) == WAYS


@pytest.mark.usefixtures("named", "mail_works")
def test_pages_that_send_to_the_vendor_name_it(visitor, switch):
    assert ways_on(visitor.fill_in("keys", email="ada@example.com").answer.text) == WAYS
    for name in ("Activate", "Deactivate", "GetLicenseInformation", "EmailLicenseKeys"):
        switch(f"customerSite/show{name}Link", "false")
    switch("customerSite/emailReleaseLinks", "false")
    assert ways_on(visitor.open("").answer.text) == WAYS
    assert ways_on(visitor.open("activate").answer.text) == WAYS


@pytest.mark.usefixtures("named")
def test_customers_pages_of_404_and_500_name_it_and_those_of_staff_do_not(app, vendor, monkeypatch):
    client = app.test_client()
    assert ways_on(client.get("/self-help/nothing", headers=HTML).text) == WAYS
    assert ways_on(client.get("/nothing", headers=HTML).text) == WAYS
    assert ways_on(staff(vendor).get("/portal/nothing").text) == []
    monkeypatch.setattr("keyferry.server.faces.self_help.pages.site", lambda: 1 // 0)
    answer = client.get("/self-help/", headers=HTML)
    assert (answer.status_code, ways_on(answer.text)) == (500, WAYS)


@pytest.mark.usefixtures("named")
def test_a_page_of_trouble_stays_one_where_the_database_cannot_say_whom_to_ask(own_app, monkeypatch):
    monkeypatch.setattr(brand, "reading", _in_trouble)
    answer = own_app.test_client().get("/nothing", headers=HTML)
    assert (answer.status_code, ways_on(answer.text)) == (404, [])


@pytest.mark.usefixtures("named")
def test_a_page_of_trouble_names_whom_to_ask_by_what_was_read_last(app, monkeypatch):
    client = app.test_client()
    assert ways_on(client.get("/nothing", headers=HTML).text) == WAYS
    monkeypatch.setattr(brand, "reading", _in_trouble)
    assert ways_on(client.get("/nothing", headers=HTML).text) == WAYS


def test_the_phone_page_brings_the_ways_along_and_a_change_makes_a_new_page(app, switch):
    client = app.test_client()
    before, worker = client.get("/a"), client.get("/sw.js")
    switch("branding/supportEmail", "a&'b'@example.com")
    after = client.get("/a")
    carried = re.search(r'data-ways="([^"]*)"', after.text)
    assert carried is not None
    assert json.loads(unescape(carried[1])) == [
        ["mail", "a&'b'@example.com", "mailto:a%26%27b%27@example.com"]
    ]
    assert client.get("/sw.js").get_etag() != worker.get_etag()
    policy = "Content-Security-Policy"
    assert after.headers[policy] == before.headers[policy]


@pytest.mark.usefixtures("named")
def test_mails_to_customers_end_with_whom_to_ask(app, vendor):
    with reading() as session:
        for name in templates.KINDS:
            line = "Questions? help@example.com · +1 555 0142 · https://example.com/help"
            assert templates.chosen(session, name).closing == line
    preview = staff(vendor).get("/portal/mails/computer_key/de/plain").text
    assert "Fragen? help@example.com · +1 555 0142" in preview


@pytest.mark.usefixtures("named")
def test_a_key_that_nobody_knows_is_for_the_vendor_to_look_at(visitor):
    shown = visitor.fill_in("license", activation_key=ActivationKey.generate(b"k" * 12).text)
    assert (shown.status, "vendor" in shown.words) == (404, bool(ways_on(main_of(shown.answer.text))))
