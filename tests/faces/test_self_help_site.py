"""Self Help: what the vendor switches, what an address fills in, and what every page is sent with."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from keyferry.server import create_app
from keyferry.server.core.models import Base
from keyferry.server.db import transaction
from tests.faces.test_self_help_activate import codes
from tests.faces.visitor import Visitor

pytestmark = pytest.mark.usefixtures("mail_works")

PAGES = {
    "activate": "showActivateLink",
    "deactivate": "showDeactivateLink",
    "license": "showGetLicenseInformationLink",
    "keys": "showEmailLicenseKeysLink",
}
ALL = ("", *PAGES)


def every_row() -> dict[str, int]:
    with transaction() as session:
        return {
            mapper.class_.__name__: session.scalars(select(func.count()).select_from(mapper.class_)).one()
            for mapper in Base.registry.mappers
        }


def by_qlm(machine) -> dict[str, str]:
    """What a machine shows, by the names that QLM gave the arguments of an address."""
    codes = {"is_avkey": machine.activation_key, "is_pcid": machine.computer_id, "is_deactcode": machine.code}
    return {name: code.text for name, code in codes.items()}


def ways_from_the_start(visitor: Visitor) -> list[str]:
    """Where the start page leads: by links, and by the form that looks a license up."""
    start = visitor.open("").read
    return [*start.links, *(form.action for form in start.forms)]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_switched_off_is_gone_with_its_link(visitor, switch, page):
    assert f"/self-help/{page}" in ways_from_the_start(visitor)
    form = visitor.open(page).form
    switch(f"customerSite/{PAGES[page]}", "false")
    assert f"/self-help/{page}" not in ways_from_the_start(visitor)
    for answer in (visitor.open(page), visitor.send(form)):
        assert answer.status == 404
        assert "The vendor has turned this page off. Ask them for help." in answer.words
        assert answer.read.forms == []
        assert "License Self Help" in answer.read.title


def test_where_everything_is_switched_off_the_start_page_says_so(visitor, switch):
    for name in (*PAGES.values(), "emailReleaseLinks"):
        switch(f"customerSite/{name}", "false")
    assert "Self Help is turned off" in visitor.open("").words


def test_the_license_file_goes_with_its_page_and_its_switch(vendor, visitor, switch):
    machine = vendor.machine(vendor.issue())
    form = visitor.fill_in("activate", **codes(machine)).form
    for name in ("showGenerateLicenseFileCheckbox", "showActivateLink"):
        switch(f"customerSite/{name}", "false")
        assert visitor.send(form).status == 404
        switch(f"customerSite/{name}", "true")


def test_where_the_vendor_offers_no_license_file_nobody_is_offered_one(vendor, visitor, switch):
    switch("customerSite/showGenerateLicenseFileCheckbox", "false")
    form = visitor.open("activate", is_file="1").form
    assert visitor.send(form, **codes(vendor.machine(vendor.issue()))).read.forms == []


def test_a_computers_name_is_asked_for_or_not(vendor, visitor, switch):
    assert visitor.open("activate").form.takes("computer_name")
    assert not visitor.open("activate").form.requires("computer_name")
    switch("customerSite/showComputerNameForActivation", "false")
    # What nobody can see, nobody has to fill in.
    switch("customerSite/activationPage_ComputerNameRequired", "true")
    assert not visitor.open("activate").form.takes("computer_name")
    assert visitor.fill_in("activate", **codes(vendor.machine(vendor.issue()))).status == 200


def test_a_computers_name_can_be_demanded(vendor, visitor, switch):
    switch("customerSite/activationPage_ComputerNameRequired", "true")
    assert visitor.open("activate").form.requires("computer_name")
    machine = vendor.machine(vendor.issue())
    shown = visitor.fill_in("activate", **codes(machine), computer_name=" ")
    assert (shown.status, shown.form.is_wrong("computer_name")) == (400, True)
    assert "Enter a computer name" in shown.words
    assert vendor.seats_used(machine.activation_key) == 0
    assert visitor.send(shown.form, computer_name="LAB-PC-07").status == 200


@pytest.mark.parametrize("page", ALL)
def test_title_logo_and_privacy_notice_are_the_vendors(visitor, switch, page):
    plain = visitor.open(page)
    assert "License Self Help" in plain.read.title
    assert plain.read.pictures == ["/pwa/icons/favicon.svg"]
    assert plain.answer.headers["Content-Security-Policy"].count("https:") == 0
    switch("customerSite/customerSiteTitle", "Ada & Söhne <Lizenzen>")
    switch("customerSite/customerSiteLogo", "https://cdn.example.com/logo.svg")
    switch("customerSite/privacyPolicyUrl", "https://example.com/privacy")
    own = visitor.open(page)
    assert own.read.title.endswith("Ada & Söhne <Lizenzen>")
    assert own.read.pictures == ["https://cdn.example.com/logo.svg"]
    assert "https://example.com/privacy" in own.read.links
    policy = own.answer.headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https://cdn.example.com/logo.svg;" in policy


@pytest.mark.parametrize(
    ("logo", "source"),
    [
        ("https://example.com/logo.png?v=2#top", "https://example.com/logo.png"),
        ("https://example.com/a;script-src%20*", "https://example.com/a%3Bscript-src%20*"),
        ("https://example.com/a,b.png", "https://example.com/a%2Cb.png"),
        ("https://example.com:8443/a.png", "https://example.com:8443/a.png"),
        ("https://example.com/lögo.png", "https://example.com/l%C3%B6go.png"),
    ],
)
def test_a_logos_address_opens_the_policy_for_that_picture_and_nothing_else(visitor, switch, logo, source):
    before = visitor.open("").answer.headers["Content-Security-Policy"]
    switch("customerSite/customerSiteLogo", logo)
    after = visitor.open("").answer.headers["Content-Security-Policy"]
    assert after == before.replace("img-src 'self' data: blob:", f"img-src 'self' data: blob: {source}")
    assert visitor.open("").read.pictures == [logo]


@pytest.mark.parametrize("page", ["activate", "deactivate", "license"])
def test_an_address_fills_the_form_by_the_names_that_qlm_gave_its_arguments(vendor, visitor, page):
    machine = vendor.machine(vendor.issue())
    form = visitor.open(page, **by_qlm(machine), is_file="1").form
    sent = codes(machine) | {"code": machine.code.text}
    wanted = {
        "activate": {"activation_key", "computer_id"},
        "deactivate": {"activation_key", "computer_id", "code"},
        "license": {"activation_key"},
    }[page]
    assert {name: form.values[name] for name in wanted} == {name: sent[name] for name in wanted}
    assert set(form.values) - wanted <= {"csrf_token", "plain", "computer_name"}


def test_what_an_address_brings_is_only_text(visitor):
    shown = visitor.open("activate", is_pcid='"><script>alert(1)</script>')
    assert shown.form.values["computer_id"] == '"><script>alert(1)</script>'
    assert "<script>alert" not in shown.answer.text


def test_opening_pages_writes_nothing_whatever_their_address_says(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    before = every_row()
    for page in (*ALL, "license-file"):
        visitor.open(page, **by_qlm(machine), email="ada@example.com")
    assert every_row() == before
    assert vendor.seats_used(machine.activation_key) == 1


def answers(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    yield from (visitor.open(page) for page in ALL)
    yield visitor.fill_in("activate")
    activated = visitor.fill_in("activate", **codes(machine))
    yield activated
    yield visitor.send(activated.form)
    yield visitor.fill_in("license", activation_key=machine.activation_key.text)
    yield visitor.fill_in("deactivate", **codes(machine), code=machine.code.text)
    yield visitor.fill_in("keys", email="ada@example.com")
    yield visitor.post("activate", plain="1")
    yield visitor.open("nothing")


def test_where_scripts_run_no_answer_is_kept(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    form = visitor.open("activate").form
    sent = {name: value for name, value in (form.values | codes(machine)).items() if name != "plain"}
    for status in (400, 200):
        answer = visitor.post("activate", **sent | ({} if status == 200 else {"computer_id": ""})).answer
        assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")


def test_no_answer_is_kept_elsewhere_referred_or_framed(vendor, visitor):
    for shown in answers(vendor, visitor):
        headers = shown.answer.headers
        # Without scripts, only the browser's own copy of an answer to a form lies behind Back.
        is_page = shown.answer.mimetype == "text/html"
        is_kept = shown.answer.request.method == "POST" and is_page
        assert headers["Cache-Control"] == ("private, no-cache" if is_kept else "no-store")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"):
            assert part in policy
        assert "unsafe-inline" not in policy


def test_every_page_says_its_language_and_its_name(vendor, visitor):
    for shown in answers(vendor, visitor):
        if shown.answer.mimetype == "text/html" and shown.status != 404:
            assert '<html lang="en"' in shown.answer.text
            assert " · " in shown.read.title


def test_everything_works_by_https_without_a_referrer(vendor, app):
    visitor = Visitor(app, base_url="https://keys.example.com")
    shown = visitor.fill_in("activate", **codes(vendor.machine(vendor.issue())))
    assert shown.status == 200
    assert shown.answer.headers["Strict-Transport-Security"]


def test_the_cookie_goes_by_https_only_where_the_public_address_is_https(settings, visitor):
    assert "Secure" not in visitor.open("activate").answer.headers["Set-Cookie"]
    public = settings.model_copy(update={"public_url": "https://keys.example.com"})
    safe = Visitor(create_app(public), base_url="https://keys.example.com")
    assert "Secure" in safe.open("activate").answer.headers["Set-Cookie"]


def test_the_cookie_of_the_forms_is_closed_to_scripts_and_to_other_sites(visitor):
    cookie = visitor.open("activate").answer.headers["Set-Cookie"]
    assert cookie.startswith("keyferry_form_")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_vendors_page_needs_no_cookie(app):
    assert "Set-Cookie" not in app.test_client().get("/").headers
