"""One answer to each spelling of a code: phone, Self Help, the portal's search and the command line."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from keyferry.protocol.activation_key import ActivationKey
from tests.protocol.vector_spellings import READ, REFUSED

# A search looks for part of a code, too, and passes over what nobody can type: finding harms nobody.
SEARCHED_ANYWAY = {"nothing", "nothing but separators", "a control character within"}


@pytest.fixture
def machine(vendor):
    return vendor.machine(vendor.issue(customer="ada@example.com"))


@pytest.fixture
def phone(app):
    client = app.test_client()
    return lambda operation, **body: client.post(f"/phone/v1/{operation}", json=body)


def test_the_phone_reads_every_spelling(phone, machine):
    for how, spelled in READ.items():
        typed = {
            "activation_key": spelled(machine.activation_key.text),
            "computer_id": spelled(machine.computer_id.text),
        }
        assert phone("requests", **typed).status_code == 200, how


def test_the_phone_refuses_what_is_no_code_and_guesses_nothing(phone, machine):
    right = {"activation_key": machine.activation_key.text, "computer_id": machine.computer_id.text}
    for name, code in right.items():
        for how, spelled in REFUSED.items():
            answer = phone("requests", **right | {name: spelled(code)})
            assert (answer.status_code, answer.json["code"]) == (400, f"malformed_{name}"), how
            assert answer.json.get("suggestion") is None, how


def test_self_help_reads_every_spelling_and_refuses_the_others(vendor, visitor, machine):
    vendor.activate(machine)
    key, form = machine.activation_key.text, visitor.open("license").form
    for how, spelled in READ.items():
        assert visitor.send(form, activation_key=spelled(key)).status == 200, how
    for how, spelled in REFUSED.items():
        assert visitor.send(form, activation_key=spelled(key)).status == 400, how


def test_self_help_reads_all_codes_of_a_deactivation(vendor, visitor, machine):
    form = visitor.open("deactivate").form
    codes = {
        "activation_key": machine.activation_key.text,
        "computer_id": machine.computer_id.text,
        "code": machine.code.text,
    }
    vendor.activate(machine)
    # Whoever releases more often is asked to wait.
    for how in ("in full width", "broken within a group of a reply", "in a message", "in an address"):
        spelled = {name: READ[how](code) for name, code in codes.items()}
        assert visitor.send(form, **spelled).status == 200, how
    assert vendor.seats_used(machine.activation_key) == 0


def test_the_search_of_the_portal_finds_every_spelling(vendor, desk, machine):
    vendor.activate(machine)
    other = vendor.issue(customer="grace@example.com")
    for code, place in ((machine.activation_key, "licenses"), (machine.computer_id, "computers")):
        for how, spelled in READ.items():
            page = desk.get(f"/portal/{place}?{urlencode({'q': spelled(code.text)})}")
            assert page.status_code == 200
            assert code.text in page.text, how
            assert other.text not in page.text, how
        for how in REFUSED.keys() - SEARCHED_ANYWAY:
            page = desk.get(f"/portal/{place}?{urlencode({'q': REFUSED[how](code.text)})}").text
            assert "Nothing found" in page, how


def test_the_command_line_reads_every_spelling_and_refuses_the_others(vendor, keyferry, done, issue):
    key = issue()
    machine = vendor.machine(ActivationKey.from_text(key))
    for how, spelled in READ.items():
        assert done("activate", spelled(key), spelled(machine.computer_id.text))["activation_key"] == key, how
    for how, spelled in REFUSED.items():
        said = keyferry("activate", spelled(key), machine.computer_id.text, "--json")
        assert said.refusal == "malformed_activation_key", how
