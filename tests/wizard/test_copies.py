"""What becomes of copies: of the folder, of an older state, of another machine's or another product's."""

import shutil
from dataclasses import replace
from unittest.mock import Mock

import pytest

from keyferry.protocol.errors import ComputerKeyRefused
from keyferry.wizard.errors import LicenseInUse, StateDamaged, StorageUnavailable, WrongMachine
from keyferry.wizard.results import LicenseState

from .parts import Vendor


@pytest.fixture
def elsewhere(machine, tmp_path):
    """Another computer, with the same folder."""
    return replace(machine, identifier="machine-2", anchors=tmp_path / "other-anchors")


def test_nothing_can_be_done_with_the_state_of_another_machine(machine, elsewhere, vendor):
    completed = machine.activate()
    before = machine.state_file.read_bytes()
    for operation in (
        lambda: elsewhere.control().complete(completed.computer_key),
        lambda: elsewhere.control().deactivate(),
        lambda: elsewhere.control().show_code(),
    ):
        with pytest.raises(WrongMachine) as refused:
            operation()
        assert refused.value.code == "wrong_machine"
    assert machine.state_file.read_bytes() == before


def test_a_file_of_another_machine_under_this_ones_name_is_kept_aside(machine, elsewhere, vendor):
    completed = machine.activate()
    foreign = machine.state_file.read_bytes()
    machine.state_file.rename(elsewhere.state_file)
    assert elsewhere.control().status().state is LicenseState.WRONG_MACHINE
    begun = elsewhere.control().begin(completed.activation_key)
    assert begun.set_aside.name == f"{elsewhere.state_file.name}.damaged-1"
    assert begun.set_aside.read_bytes() == foreign
    elsewhere.control().complete(vendor.computer_key(begun))
    assert elsewhere.control().status().state is LicenseState.ACTIVE


def test_what_was_set_aside_before_is_never_overwritten(machine, vendor):
    machine.folder.mkdir()
    machine.state_file.write_text("damaged")
    former = machine.folder / f"{machine.state_file.name}.damaged-1"
    former.write_text("precious")
    begun = machine.control().begin(vendor.activation_key(), start_over=True)
    assert begun.set_aside.name == f"{machine.state_file.name}.damaged-2"
    assert former.read_text() == "precious"


def test_the_license_restored_from_a_copy_after_its_deactivation_does_not_run(machine, tmp_path):
    machine.activate()
    shutil.copytree(machine.folder, tmp_path / "copy")
    machine.control().deactivate()
    machine.state_file.write_bytes((tmp_path / "copy" / machine.state_file.name).read_bytes())
    for folder in (tmp_path / "copy", machine.folder):
        status = machine.at(folder).control().status()
        assert status.state is LicenseState.DAMAGED
        assert "older copy" in status.message


def test_a_request_restored_from_a_copy_cannot_be_completed_after_the_deactivation(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    copy = machine.state_file.read_bytes()
    key = vendor.computer_key(begun)
    machine.control().complete(key)
    machine.control().deactivate()
    machine.state_file.write_bytes(copy)
    with pytest.raises(StateDamaged, match="older copy"):
        machine.control().complete(key)
    assert machine.control().status().state is LicenseState.DAMAGED


def test_a_request_that_was_given_up_cannot_be_restored_from_a_copy(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    copy = machine.state_file.read_bytes()
    machine.control().deactivate()
    machine.state_file.write_bytes(copy)
    with pytest.raises(StateDamaged, match="older copy"):
        machine.control().complete(vendor.computer_key(begun))


def test_a_copy_from_before_the_completion_is_completed_again_with_the_same_key(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    copy = machine.state_file.read_bytes()
    machine.control().complete(vendor.computer_key(begun))
    machine.state_file.write_bytes(copy)
    machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().computer_id == begun.computer_id


def test_a_restored_license_is_started_over_only_on_request_and_gets_a_new_computer_id(machine, vendor):
    completed = machine.activate()
    copy = machine.state_file.read_bytes()
    machine.control().deactivate()
    machine.state_file.write_bytes(copy)
    with pytest.raises(StateDamaged):
        machine.control().begin(completed.activation_key)
    begun = machine.control().begin(completed.activation_key, start_over=True)
    assert begun.set_aside.read_bytes() == copy
    with pytest.raises(ComputerKeyRefused):
        machine.control().complete(completed.computer_key)
    machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_second_folder_that_completes_takes_over_and_the_first_says_so(machine, tmp_path):
    key = machine.activate().activation_key
    second = machine.at(tmp_path / "second")
    second.activate(key)
    assert second.control().status().state is LicenseState.ACTIVE
    status = machine.control().status()
    assert status.state is LicenseState.DAMAGED
    assert "older copy" in status.message


def test_of_two_folders_that_asked_at_once_the_last_to_complete_runs(machine, tmp_path, vendor):
    second, key = machine.at(tmp_path / "second"), vendor.activation_key()
    first_asked, second_asked = machine.control().begin(key), second.control().begin(key)
    machine.control().complete(vendor.computer_key(first_asked))
    assert machine.control().status().state is LicenseState.ACTIVE
    second.control().complete(vendor.computer_key(second_asked))
    assert second.control().status().state is LicenseState.ACTIVE
    assert machine.control().status().state is LicenseState.DAMAGED


def test_a_missing_anchor_is_made_again_from_the_state(machine):
    machine.activate()
    anchor = machine.anchor_file
    before = anchor.read_bytes()
    anchor.unlink()
    assert machine.control().status().state is LicenseState.ACTIVE
    assert anchor.read_bytes() == before


@pytest.mark.parametrize("rubbish", [b"", b"5", b"9 0000000000000000\n", b"\xff" * 1000, b"-1 abc\n"])
def test_an_anchor_that_cannot_be_understood_costs_nobody_a_license(machine, rubbish):
    machine.activate()
    before = machine.anchor_file.read_bytes()
    machine.anchor_file.write_bytes(rubbish)
    assert machine.control().status().state is LicenseState.ACTIVE
    assert machine.anchor_file.read_bytes() == before


def test_the_anchor_of_one_product_is_not_that_of_another(machine, tmp_path):
    machine.activate()
    neighbor = replace(machine, vendor=Vendor(product_code="other"), folder=tmp_path / "other")
    neighbor.activate()
    neighbor.control().deactivate()
    assert machine.control().status().state is LicenseState.ACTIVE


def test_two_products_in_one_folder_do_not_see_each_other(machine):
    machine.activate()
    stranger = replace(machine, vendor=Vendor(product_code="other-product"))
    assert stranger.control().status().state is LicenseState.NOT_ACTIVATED
    stranger.activate()
    stranger.control().deactivate()
    assert machine.control().status().state is LicenseState.ACTIVE


def test_another_products_state_is_damaged_for_this_one(machine):
    machine.activate()
    stranger = replace(machine, vendor=Vendor(product_code="other-product"))
    machine.state_file.rename(stranger.state_file)
    status = stranger.control().status()
    assert status.state is LicenseState.DAMAGED
    assert "belongs to another product" in status.message


def test_any_store_with_read_and_write_can_be_the_anchor(machine, vendor):
    class Counter:
        value: int | None = None

        def read(self) -> int | None:
            return self.value

        def write(self, generation: int) -> None:
            self.value = max(generation, self.value or 0)

    counter = Counter()
    begun = machine.control(anchor=counter).begin(vendor.activation_key())
    machine.control(anchor=counter).complete(vendor.computer_key(begun))
    copy = machine.state_file.read_bytes()
    machine.control(anchor=counter).deactivate()
    assert counter.value == 2
    machine.state_file.write_bytes(copy)
    assert machine.control(anchor=counter).status().state is LicenseState.DAMAGED
    assert not machine.anchors.exists()


def test_an_anchor_that_cannot_be_read_is_an_error_and_no_license(machine):
    machine.activate()
    silent = StorageUnavailable("The TPM does not answer.", code="anchor_not_readable")
    with pytest.raises(StorageUnavailable):
        machine.control(anchor=Mock(read=Mock(side_effect=silent))).status()


def test_starting_over_never_throws_away_a_license_that_is_in_order(machine):
    completed = machine.activate()
    with pytest.raises(LicenseInUse, match="The license stays in use"):
        machine.control().begin(completed.activation_key, start_over=True)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_starting_over_drops_a_pending_request_for_a_new_computer_id(machine, vendor):
    key = vendor.activation_key()
    begun = machine.control().begin(key)
    fresh = machine.control().begin(key, start_over=True)
    assert fresh.computer_id != begun.computer_id
    assert fresh.set_aside is None


def test_starting_over_keeps_the_codes_of_what_was_given_up(machine, vendor):
    machine.activate()
    released = machine.control().deactivate()
    machine.control().begin(vendor.activation_key())
    machine.control().begin(vendor.activation_key(), start_over=True)
    assert machine.control().show_code() == released
