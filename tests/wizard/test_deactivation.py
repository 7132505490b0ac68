import pytest

from keyferry.protocol.errors import ComputerKeyRefused, WrongDeactivationCode
from keyferry.wizard.errors import NotActivated
from keyferry.wizard.results import LicenseState


def test_a_deactivated_application_does_not_run_and_its_code_opens_the_commitment(machine, vendor):
    completed = machine.activate()
    released = machine.control().deactivate()
    assert released.computer_id == completed.computer_id
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED
    vendor.accepts_code(released.code.text, completed.computer_id, completed.activation_key)


def test_the_code_is_shown_again_as_often_as_wanted(machine):
    machine.activate()
    released = machine.control().deactivate()
    assert machine.control().show_code() == released
    assert machine.control().show_code() == released


def test_the_code_is_never_stored(machine):
    machine.activate()
    code = machine.control().deactivate().code.text
    stored = machine.state_file.read_text()
    assert code not in stored
    assert code.replace("-", "") not in stored


def test_a_pending_request_can_be_given_up_too(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    with pytest.raises(NotActivated) as refused:
        machine.control().deactivate()
    assert refused.value.code == "key_not_named"
    released = machine.control().deactivate(begun.activation_key)
    vendor.accepts_code(released.code.text, begun.computer_id, begun.activation_key)
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED


def test_a_license_is_given_up_before_what_is_pending_which_stays(machine, vendor):
    completed = machine.activate()
    pending = machine.control().begin(vendor.activation_key())
    assert machine.control().deactivate().computer_id == completed.computer_id
    assert machine.control().status().state is LicenseState.PENDING
    machine.control().complete(vendor.computer_key(pending))
    assert machine.control().status().activation_key == pending.activation_key
    assert machine.control().deactivate().computer_id == pending.computer_id


def test_the_old_key_is_worthless_after_a_deactivation(machine):
    completed = machine.activate()
    machine.control().deactivate()
    with pytest.raises(NotActivated):
        machine.control().complete(completed.computer_key)
    begun = machine.control().begin(completed.activation_key)
    assert begun.computer_id != completed.computer_id
    with pytest.raises(ComputerKeyRefused):
        machine.control().complete(completed.computer_key)


def test_each_activation_has_a_code_of_its_own(machine, vendor):
    first = machine.activate()
    old = machine.control().deactivate()
    second = machine.activate(first.activation_key)
    new = machine.control().deactivate()
    assert new.code.text != old.code.text
    with pytest.raises(WrongDeactivationCode):
        vendor.accepts_code(old.code.text, second.computer_id, second.activation_key)


def test_the_newest_code_is_shown_and_each_earlier_one_by_its_activation_key(machine, vendor):
    first = machine.activate()
    old = machine.control().deactivate()
    machine.activate(vendor.activation_key())
    new = machine.control().deactivate()
    assert machine.control().show_code() == new
    assert machine.control().show_code(first.activation_key.text).codes == old.codes
    with pytest.raises(NotActivated, match="with this activation key") as refused:
        machine.control().show_code(vendor.activation_key())
    assert refused.value.code == "not_released"


def test_nothing_can_be_given_up_or_shown_where_nothing_is(machine):
    with pytest.raises(NotActivated):
        machine.control().deactivate()
    with pytest.raises(NotActivated):
        machine.control().show_code()
    assert not machine.folder.exists()


def test_an_expired_license_can_be_given_up(machine, vendor):
    completed = machine.activate()
    machine.clock.advance(days=100)
    released = machine.control().deactivate()
    vendor.accepts_code(released.code.text, completed.computer_id, completed.activation_key)


def test_the_record_of_what_was_given_up_is_bounded(machine, vendor, monkeypatch):
    monkeypatch.setattr("keyferry.wizard.state.MOST_GIVEN_UP", 2)
    for _ in range(3):
        begun = machine.control().begin(vendor.activation_key())
        newest = machine.control().deactivate(begun.activation_key)
    assert len(machine.state_folder.read().given_up) == 2
    assert machine.control().show_code() == newest
