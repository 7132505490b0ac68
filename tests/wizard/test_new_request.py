"""A new request leads on where the computer ID before never will; the license stays meanwhile."""

from datetime import timedelta

import pytest

from keyferry.wizard.errors import KeyNotAccepted, LicenseInUse
from keyferry.wizard.results import LicenseState

from .parts import TODAY


@pytest.fixture
def licensed(machine):
    return machine.activate(expires=None)


def test_a_new_request_leaves_the_license_in_use_until_its_key_is_typed(machine, vendor, licensed):
    begun = machine.control().begin(licensed.activation_key, new_request=True)
    assert (begun.renewal, begun.computer_id == licensed.computer_id) == (False, False)
    status = machine.control().status()
    assert status.state is LicenseState.ACTIVE
    assert (status.computer_id, status.pending) == (licensed.computer_id, True)
    completed = machine.control().complete(vendor.computer_key(begun))
    assert completed.replaced is None
    status = machine.control().status()
    assert status.state is LicenseState.ACTIVE
    assert (status.computer_id, status.pending) == (begun.computer_id, False)


def test_it_is_shown_again_until_another_new_one_takes_its_place(machine, licensed):
    key = licensed.activation_key
    first = machine.control().begin(key, new_request=True)
    assert machine.control().begin(key) == first == machine.control().pending()
    second = machine.control().begin(key, new_request=True)
    assert second.computer_id != first.computer_id
    assert machine.control().pending() == second


def test_a_request_without_a_license_is_made_anew_as_well(machine, vendor, key):
    first = machine.control().begin(key, "LAB-PC-07")
    second = machine.control().begin(key, new_request=True)
    assert second.computer_id != first.computer_id
    assert second.computer_name == "LAB-PC-07"
    machine.control().complete(vendor.computer_key(second))
    assert machine.control().status().state is LicenseState.ACTIVE


def test_it_can_be_discarded_for_the_computer_id_of_the_license(machine, vendor, licensed):
    machine.control().begin(licensed.activation_key, new_request=True)
    back = machine.control().begin(licensed.activation_key, start_over=True)
    assert (back.renewal, back.computer_id) == (True, licensed.computer_id)
    assert machine.control().pending() is None
    with pytest.raises(LicenseInUse):
        machine.control().begin(licensed.activation_key, start_over=True)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_renewal_of_the_license_is_accepted_beside_it(machine, vendor, licensed):
    renewal = machine.control().begin(licensed.activation_key)
    begun = machine.control().begin(licensed.activation_key, new_request=True)
    machine.control().complete(vendor.computer_key(renewal, issued=TODAY + timedelta(1), expires=None))
    assert machine.control().status().computer_id == licensed.computer_id
    assert machine.control().pending() == begun


def test_a_new_request_does_not_make_an_expired_key_good(machine, vendor):
    completed = machine.activate()
    machine.clock.advance(days=60)
    begun = machine.control().begin(completed.activation_key, new_request=True)
    with pytest.raises(KeyNotAccepted, match="clock says May 1, 2026"):
        machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().state is LicenseState.EXPIRED


def test_the_command_line_makes_a_new_request_and_says_when(run, run_json, issue, key):
    _, asked = run_json("request", key.text)
    run_json("activate", issue(asked))
    _, out, _ = run("request", key.text)
    assert "make a new request with a new one: keyferry-wizard … request ACTIVATION-KEY --new" in " ".join(
        out.split()
    )
    code, anew = run_json("request", key.text, "--new")
    assert (code, anew["renewal"], anew["computer_id"] == asked["computer_id"]) == (0, False, False)
    assert run_json("status")[1]["status"] == "valid"
    assert run_json("request", key.text)[1]["computer_id"] == anew["computer_id"]
    run_json("activate", issue(anew))
    assert run_json("status")[1]["computer_id"] == anew["computer_id"]
