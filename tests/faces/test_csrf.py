"""No form of another site does anything here: every POST but the phone's needs the field of our forms."""

from __future__ import annotations

import pytest
from flask import Flask

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import Role
from keyferry.server.services import changing_many, importing, issuing
from tests.conftest import Vendor
from tests.faces.portal_visitor import staff
from tests.faces.test_self_help_activate import codes
from tests.faces.test_self_help_site import every_row
from tests.faces.visitor import Visitor

pytestmark = pytest.mark.usefixtures("mail_works")

WITHOUT_FORMS = "/phone/"
MANAGER = By(Channel.PORTAL, "grace", role=Role.MANAGER)


# What stands in the addresses: each is there, so that a page of it can be shown.
PARTS = {"number": 1, "id": 1, "epoch": 1, "code": "demo-cad", "name": "computer_key", "language": "en"}
PARTS["secret"] = "0" * 32


def post_addresses(app: Flask) -> list[str]:
    """Every address that takes a POST."""
    with app.test_request_context():
        urls = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.rule.startswith(WITHOUT_FORMS):
            given = dict(rule.defaults or {})
            open_parts = given | {name: PARTS[name] for name in rule.arguments - given.keys()}
            found.append(urls.build(rule.endpoint, open_parts, method="POST"))
    return found


@pytest.mark.thorough
def test_a_post_without_the_field_of_our_forms_is_refused_everywhere(app, vendor):
    """Without any field; the long tests have fields that are none of ours."""
    post_everywhere(app, vendor, None)


def post_everywhere(app: Flask, vendor: Vendor, token: str | None) -> None:
    vendor.activate(vendor.machine(vendor.issue(customer="ada@example.com")))
    issuing.begin(Wanted("demo-cad", 1, Terms(), count=2), batches.new_form(), by=MANAGER)
    changing_many.begin((1,), "suspend", Terms(), "0" * 32, by=MANAGER, seen=changing_many.version((1,)))
    importing.look(b"email\nada@example.com\n", "people.csv", "", by=MANAGER)
    # The person in front of this browser may do everything: it is another site that asks.
    client, before = staff(vendor).client, every_row()
    addresses = post_addresses(app)
    assert {"/self-help/activate", "/portal/sign-in"} < set(addresses)
    for address in addresses:
        sent = {} if token is None else {"csrf_token": token}
        answer = client.post(address, data=sent, headers={"Accept": "text/html"})
        assert answer.status_code == 400, address
        assert "Send it again" in answer.text, address
    assert every_row() == before


@pytest.mark.parametrize("page", ["activate", "deactivate", "license", "keys"])
def test_the_form_comes_back_with_what_was_typed_and_goes_through_then(app, vendor, page):
    machine = vendor.machine(vendor.issue(customer="ada@example.com"))
    vendor.activate(machine)
    typed = {
        "activate": codes(machine) | {"computer_name": "Bench 3"},
        "deactivate": codes(machine) | {"code": machine.code.text},
        "license": {"activation_key": machine.activation_key.text},
        "keys": {"email": "ada@example.com"},
    }[page]
    visitor = Visitor(app)
    shown = visitor.post(page, **typed)
    assert shown.status == 400
    assert "What you typed is still here. Send it again." in shown.words
    assert shown.form.values.items() >= typed.items()
    assert visitor.send(shown.form).status == 200


def test_the_field_of_one_browser_is_worth_nothing_in_another(app, vendor):
    form = Visitor(app).open("license").form
    assert Visitor(app).send(form, activation_key=vendor.issue().text).status == 400


def test_the_phone_needs_no_such_field_since_it_sends_json_and_nobody_is_signed_in(app, vendor):
    token = vendor.machine(vendor.issue()).activation_token
    assert app.test_client().post("/phone/v1/activations", json={"token": token}).status_code == 200
