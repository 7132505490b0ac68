"""The switch of languages in the head of customers' pages: by plain links and forms, and remembered."""

from __future__ import annotations

import pytest

from tests.audit_log import refused_events
from tests.faces.test_self_help_activate import codes, mistyped


def test_a_language_that_was_chosen_stays(app, visitor):
    german = visitor.switch(visitor.open(""), "de")
    assert "Lizenz abfragen" in german.words
    assert german.answer.headers["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(german.answer.headers["Vary"].split(", "))
    assert "Computer aktivieren" in visitor.open("activate").words
    assert "Activate a computer" in visitor.switch(visitor.open("activate"), "en").words
    assert "Activate a computer" in visitor.open("activate").words


def test_a_choice_holds_for_the_front_page_and_the_phone_page_too(app):
    client = app.test_client()
    assert "?lang=de" in client.get("/").text
    answer = client.get("/?lang=de")
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Max-Age=31536000", "Path=/"))
    assert [client.get(page).headers["Content-Language"] for page in ("/", "/a", "/nowhere")] == ["de"] * 3


@pytest.mark.parametrize("language", ["", "xx", "../de", "DE"])
def test_a_language_that_is_not_there_changes_nothing(app, language):
    answer = app.test_client().get("/self-help/", query_string={"lang": language})
    assert answer.headers["Content-Language"] == "en"
    assert "Set-Cookie" not in answer.headers or "language" not in answer.headers["Set-Cookie"]


def test_what_an_address_filled_in_stays(vendor, visitor):
    typed = codes(vendor.machine(vendor.issue()))
    filled = visitor.open("activate", is_avkey=typed["activation_key"], is_pcid=typed["computer_id"])
    german = visitor.switch(filled, "de")
    assert german.form.values.items() >= typed.items()


def test_a_license_and_a_key_are_the_same_in_another_language(vendor, visitor):
    machine = vendor.machine(vendor.issue(seats=2))
    key = codes(machine)["activation_key"]
    found = visitor.fill_in("", activation_key=key)
    german = visitor.switch(found, "de")
    assert "Computer aktivieren" in german.words
    assert "Demo CAD" in german.words
    visitor.switch(visitor.open(""), "en")
    given = visitor.fill_in("activate", **codes(machine), computer_name="LAB-PC-07")
    german = visitor.switch(given, "de")
    assert (german.status, german.key) == (200, given.key)
    assert "LAB-PC-07" in german.words
    assert "gültig" in german.words
    assert vendor.seats_used(machine.activation_key) == 1


def test_a_refused_form_comes_back_as_it_was_typed_and_is_not_sent(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    typed = codes(machine)
    typed["computer_id"] = mistyped(typed["computer_id"])
    refused = visitor.fill_in("activate", **typed, computer_name="Bench 3")
    german = visitor.switch(refused, "de")
    assert german.status == 200
    assert german.form.values.items() >= (typed | {"computer_name": "Bench 3"}).items()
    english = visitor.switch(german, "en")
    assert english.form.values.items() >= typed.items()
    assert (refused_events(), vendor.seats_used(machine.activation_key)) == ([], 0)


def test_what_was_done_once_is_not_done_again_for_other_words(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    done = visitor.fill_in("deactivate", **codes(machine), code=machine.deactivation_token)
    assert "is deactivated" in done.words
    assert not [link for link in done.read.links if "lang=" in link]
    assert done.read.switches == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_odd_address_leads_to_no_other_site(app, method):
    odd = {"PATH_INFO": "//elsewhere.example/x"}
    page = app.test_client().open(
        "/", method=method, environ_overrides=odd, headers={"Accept": "text/html"}, follow_redirects=True
    )
    assert page.status_code in (400, 404)
    assert "elsewhere.example" not in page.text
