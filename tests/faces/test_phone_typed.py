"""Typed codes: the same questions and operations as with a scanned token, for whoever has no camera."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.models import Attempt
from keyferry.server.db import transaction


@pytest.fixture
def typed(app):
    client = app.test_client()

    def ask(operation: str, key: str, computer_id: str, **more):
        body = {"activation_key": key, "computer_id": computer_id, **more}
        return client.post(f"/phone/v1/{operation}", json=body)

    return ask


def test_typed_codes_get_the_same_key_as_the_scanned_code(app, vendor, typed):
    machine = vendor.machine(vendor.issue(seats=2))
    codes = machine.activation_key.text.lower(), machine.computer_id.text.replace("-", "")
    question = typed("requests", *codes, computer_name="LAB-PC-07").json
    assert (question["kind"], question["state"], question["computer_name"]) == (
        "activate",
        "new",
        "LAB-PC-07",
    )
    answer = typed("activations", *codes).json
    token = machine.activation_token
    scanned = app.test_client().post("/phone/v1/activations", json={"token": token}).json
    assert answer["computer_key"] == scanned["computer_key"]
    assert (scanned["state"], scanned["seats_used"]) == ("active", 1)
    assert machine.activation_key.text not in str(answer)


def test_a_mistyped_key_is_met_with_a_suggestion_and_nothing_is_written(vendor, typed):
    machine = vendor.machine(vendor.issue())
    right = machine.activation_key.text
    wrong = ("0" if right[0] != "0" else "1") + right[1:]
    answer = typed("requests", wrong, machine.computer_id.text)
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_activation_key")
    assert answer.json["suggestion"] == right
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_a_computer_id_of_another_key_is_refused(vendor, typed):
    one, other = vendor.machine(vendor.issue()), vendor.machine(vendor.issue())
    answer = typed("activations", one.activation_key.text, other.computer_id.text)
    assert answer.json["code"] == "computer_id_mismatch"


@pytest.mark.parametrize(
    "body", [{"activation_key": "A"}, {"computer_id": "A"}, {"activation_key": 1, "computer_id": 2}]
)
def test_half_of_the_codes_is_a_malformed_request(app, body):
    assert app.test_client().post("/phone/v1/requests", json=body).json["code"] == "malformed_request"


def test_codes_cannot_be_typed_to_deactivate(vendor, typed):
    machine = vendor.machine(vendor.issue())
    answer = typed("deactivations", machine.activation_key.text, machine.computer_id.text)
    assert answer.json["code"] == "malformed_token"


def test_what_a_newer_version_made_is_called_that(app, vendor, typed):
    machine = vendor.machine(vendor.issue())
    key, computer_id = machine.activation_key, machine.computer_id
    newer_key = ActivationKey((2, *key.symbols[1:])).text
    for codes in ((newer_key, computer_id.text), (key.text, replace(computer_id, epoch=0).text)):
        answer = typed("requests", *codes)
        assert (answer.status_code, answer.json["code"]) == (400, "newer_version")
    token = machine.activation_token
    for newer in (f"C{token[1:]}", f"HTTPS://KEYS.EXAMPLE.COM/A#C{token[1:]}"):
        answer = app.test_client().post("/phone/v1/requests", json={"token": newer})
        assert (answer.status_code, answer.json["code"]) == (400, "newer_version")
