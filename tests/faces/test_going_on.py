"""A seat goes on with a new computer ID through each face, and one scan gives all codes back."""

from __future__ import annotations

import pytest

from keyferry.protocol.request_token import scan_url
from keyferry.server.faces.phone.quick import is_quick
from tests.faces.portal_visitor import form_in
from tests.faces.visitor import Visitor


@pytest.fixture
def phone(app):
    def post(operation: str, token: str):
        answer = app.test_client().post(f"/phone/v1/{operation}", json={"token": token})
        assert answer.status_code == 200, answer.json
        return answer.json

    return post


@pytest.fixture
def machine(vendor):
    machine = vendor.machine(vendor.issue(lease_days=60))
    vendor.activate(machine)
    return machine


def test_the_phone_is_told_that_the_seat_stays_and_which_id_is_void(vendor, phone, machine):
    after = machine.continuing()
    assert phone("requests", after.activation_token)["state"] == "active"
    given = phone("activations", after.activation_token)
    assert (given["state"], given["seats_used"]) == ("active", 1)
    assert given["computer_id"] == after.computer_id.text
    assert given["former_computer_ids"] == [machine.computer_id.text]
    again = phone("activations", after.activation_token)
    assert again["computer_key"] == given["computer_key"]


def test_an_earlier_state_is_said_to_replace(vendor, phone, machine):
    phone("activations", machine.continuing().activation_token)
    assert phone("requests", machine.continuing().activation_token)["state"] == "replaces"


def test_a_request_that_runs_scrypt_is_not_quick(machine):
    asked = [
        f'POST /phone/v1/activations HTTP/1.1\r\n\r\n{{"token": "{token}"}}'.encode()
        for token in (machine.activation_token, machine.continuing().activation_token)
    ]
    assert [is_quick(bytearray(one)) for one in asked] == [True, False]


@pytest.mark.parametrize("order", [0, 1])
def test_one_scan_hands_all_codes_in(vendor, phone, machine, order):
    """What the wizard has was scanned on, and the key for that was never typed in."""
    delivered, unseen = machine.continuing(), machine.continuing()
    phone("activations", delivered.activation_token)
    codes = [machine, unseen, delivered] if order else [unseen, machine, delivered]
    token = codes[0].deactivation_token_with(*codes[1:])
    assert phone("requests", token)["state"] == "active"
    freed = phone("deactivations", token)
    assert (freed["state"], freed["release"], freed["seats_used"]) == ("active", "proven", 0)
    assert phone("deactivations", token)["state"] == "released"


def test_a_link_that_staff_paste_proves_what_it_proves(vendor, desk, machine):
    after = machine.continuing()
    link = scan_url("https://keys.example.com", after.activation_token)
    path = "/portal/licenses/1/activate"
    sent = dict(form_in(desk.post("/portal/link", link=link), path).values)
    assert desk.post(path, **sent).status_code == 200
    assert vendor.release(after).recorded == "proven"


def test_a_link_that_is_pasted_into_self_help_goes_on_too(app, vendor, machine):
    after = machine.continuing()
    link = scan_url("https://keys.example.com", after.activation_token)
    shown = Visitor(app).fill_in("activate", activation_key=machine.activation_key.text, computer_id=link)
    assert shown.status == 200
    assert vendor.release(after).recorded == "proven"


def test_staff_find_a_computer_by_an_id_that_it_went_on_from(vendor, desk, machine):
    vendor.activate(machine.continuing())
    page = desk.get(f"/portal/computers?q={machine.computer_id.text}").text
    assert "1 activation found" in page
