from datetime import timedelta

import pytest

from keyferry.protocol.errors import ComputerKeyRefused
from keyferry.wizard.errors import KeyNotAccepted
from keyferry.wizard.results import LicenseState

from .parts import TODAY


def test_asking_again_while_licensed_shows_the_same_computer_id_for_a_renewal(machine, vendor):
    completed = machine.activate()
    begun = machine.control().begin(completed.activation_key)
    assert begun.renewal
    assert begun.computer_id == completed.computer_id
    assert machine.control().status().state is LicenseState.ACTIVE


def test_an_expired_license_is_renewed_with_its_own_computer_id(machine, vendor):
    completed = machine.activate()
    machine.clock.advance(days=40)
    assert machine.control().status().state is LicenseState.EXPIRED
    begun = machine.control().begin(completed.activation_key)
    assert begun.computer_id == completed.computer_id
    machine.control().complete(
        vendor.computer_key(begun, issued=TODAY + timedelta(40), expires=TODAY + timedelta(70))
    )
    status = machine.control().status()
    assert (status.state, status.claims.expires) == (LicenseState.ACTIVE, TODAY + timedelta(70))


def test_typing_the_same_key_again_is_harmless(machine, vendor):
    completed = machine.activate()
    again = machine.control().complete(completed.computer_key)
    assert again.claims == completed.claims
    assert machine.control().status().state is LicenseState.ACTIVE


def test_an_older_key_never_silently_replaces_a_newer_one(machine, vendor):
    completed = machine.activate()
    old = completed.computer_key
    begun = machine.control().begin(completed.activation_key)
    machine.control().complete(
        vendor.computer_key(begun, issued=TODAY + timedelta(1), expires=TODAY + timedelta(60))
    )
    machine.clock.advance(days=1)
    before = machine.state_file.read_bytes()
    with pytest.raises(KeyNotAccepted, match="older than the one in use") as refused:
        machine.control().complete(old)
    assert refused.value.code == "older_license"
    assert machine.state_file.read_bytes() == before


def test_of_two_keys_of_one_day_the_one_that_ends_earlier_does_not_replace_the_other(machine, vendor):
    completed = machine.activate(expires=None)
    begun = machine.control().begin(completed.activation_key)
    with pytest.raises(KeyNotAccepted, match="never expires"):
        machine.control().complete(vendor.computer_key(begun, expires=TODAY + timedelta(5)))


def test_a_newer_key_may_end_earlier_since_the_vendor_decided_so(machine, vendor):
    completed = machine.activate(expires=None)
    begun = machine.control().begin(completed.activation_key)
    shorter = vendor.computer_key(begun, issued=TODAY + timedelta(1), expires=TODAY + timedelta(5))
    assert machine.control().complete(shorter).claims.expires == TODAY + timedelta(5)


def test_a_key_with_more_features_of_the_same_day_replaces_the_old_one(machine, vendor):
    completed = machine.activate(features=0b01)
    begun = machine.control().begin(completed.activation_key)
    machine.control().complete(vendor.computer_key(begun, features=0b11))
    assert machine.control().status().features == ("export", "render")


def test_a_license_file_may_replace_a_typed_key_of_the_same_claims(machine, vendor):
    completed = machine.activate(features=0b11)
    begun = machine.control().begin(completed.activation_key)
    assert machine.control().complete(vendor.license_file(begun)).computer_key is None


def test_a_renewal_keeps_the_deactivation_code(machine, vendor):
    completed = machine.activate()
    begun = machine.control().begin(completed.activation_key)
    machine.control().complete(vendor.computer_key(begun, issued=TODAY + timedelta(1)))
    released = machine.control().deactivate()
    vendor.accepts_code(released.code.text, completed.computer_id, completed.activation_key)


def test_another_license_is_used_only_once_its_key_verifies(machine, vendor, tmp_path):
    former = machine.activate()
    begun = machine.control().begin(vendor.activation_key())
    stranger = machine.at(tmp_path / "other").control().begin(vendor.activation_key())
    with pytest.raises(ComputerKeyRefused):
        machine.control().complete(vendor.computer_key(stranger))
    assert machine.control().status().activation_key == former.activation_key
    completed = machine.control().complete(vendor.computer_key(begun))
    assert completed.replaced == former.activation_key
    assert machine.control().status().activation_key == begun.activation_key


def test_the_seat_of_a_license_that_was_replaced_can_still_be_freed(machine, vendor):
    former = machine.activate()
    machine.activate(vendor.activation_key())
    released = machine.control().show_code()
    assert released.activation_key == former.activation_key
    vendor.accepts_code(released.code.text, former.computer_id, former.activation_key)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_renewal_of_the_old_license_is_accepted_while_another_is_pending(machine, vendor):
    completed = machine.activate()
    renewal = machine.control().begin(completed.activation_key)
    pending = machine.control().begin(vendor.activation_key())
    machine.control().complete(
        vendor.computer_key(renewal, issued=TODAY + timedelta(1), expires=TODAY + timedelta(90))
    )
    assert machine.control().status().claims.expires == TODAY + timedelta(90)
    assert machine.control().complete(vendor.computer_key(pending)).replaced == completed.activation_key


def test_an_application_upgraded_to_a_new_epoch_asks_for_a_fresh_key_and_runs_meanwhile(machine, vendor):
    completed = machine.activate()
    vendor.rotate()
    assert machine.control().status().state is LicenseState.ACTIVE
    begun = machine.control().begin(completed.activation_key)
    assert (begun.computer_id, begun.renewal) == (completed.computer_id, True)
    assert begun.scanned_id.epoch == 2
    assert begun.scanned_id.fingerprint == completed.computer_id.fingerprint
    assert machine.control().status().computer_id == completed.computer_id
    assert machine.control().begin(completed.activation_key) == begun
    renewed = machine.control().complete(vendor.scanned_key(begun))
    assert renewed.replaced is None
    assert machine.control().status().computer_id.epoch == 2


def test_a_computer_name_that_was_given_once_need_not_be_given_again(machine, vendor):
    key = vendor.activation_key()
    begun = machine.control().begin(key, "LAB-PC-07")
    machine.control().complete(vendor.computer_key(begun))
    vendor.rotate()
    assert machine.control().begin(key).computer_name == "LAB-PC-07"
    machine.control().deactivate()
    assert machine.control().begin(vendor.activation_key()).computer_name == "LAB-PC-07"


def test_a_license_of_a_retired_epoch_no_longer_runs_until_a_fresh_key_is_typed(machine, vendor):
    old = machine.control().begin(vendor.activation_key())
    old_key = vendor.computer_key(old)
    machine.control().complete(old_key)
    vendor.rotate()
    vendor.retired.add(1)
    assert machine.control().status().state is LicenseState.RETIRED_EPOCH
    with pytest.raises(KeyNotAccepted) as refused:
        machine.control().complete(old_key)
    assert refused.value.code == "retired_epoch"
    begun = machine.control().begin(old.activation_key)
    machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().state is LicenseState.ACTIVE


@pytest.mark.parametrize("retired", [set(), {1}], ids=["earlier", "retired"])
def test_a_license_of_an_earlier_or_retired_epoch_is_given_up_under_that_epoch(machine, vendor, retired):
    completed = machine.activate()
    vendor.rotate()
    vendor.retired |= retired
    released = machine.control().deactivate()
    assert released.computer_id == completed.computer_id
    vendor.accepts_code(released.code.text, completed.computer_id, completed.activation_key)
