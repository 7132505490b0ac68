"""What becomes of copies: of the folder, of an older state, of another machine's or another product's."""

import shutil
from dataclasses import replace
from unittest.mock import Mock

import pytest

from keyferry.protocol.errors import ComputerKeyRefused
from keyferry.protocol.openings import Level
from keyferry.wizard.anchor import Anchored
from keyferry.wizard.counter_anchor import CounterAnchor
from keyferry.wizard.errors import LicenseInUse, NotActivated, StateNewer, StorageUnavailable, WrongMachine
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
        assert (status.state, status.detail) == (LicenseState.NOT_ACTIVATED, "deactivated")
        assert "Show its deactivation verification code" in status.message


def test_a_request_restored_from_a_copy_cannot_be_completed_after_the_deactivation(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    copy = machine.state_file.read_bytes()
    key = vendor.computer_key(begun)
    machine.control().complete(key)
    machine.control().deactivate()
    machine.state_file.write_bytes(copy)
    with pytest.raises(NotActivated):
        machine.control().complete(key)
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED


def test_a_request_that_was_given_up_cannot_be_restored_from_a_copy(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    copy = machine.state_file.read_bytes()
    released = machine.control().deactivate(begun.activation_key)
    machine.state_file.write_bytes(copy)
    with pytest.raises(NotActivated):
        machine.control().complete(vendor.computer_key(begun))
    assert machine.control().show_code() == released


def test_a_copy_from_before_the_completion_is_completed_again_with_the_same_key(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    copy = machine.state_file.read_bytes()
    machine.control().complete(vendor.computer_key(begun))
    machine.state_file.write_bytes(copy)
    machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().computer_id == begun.computer_id


def test_a_restored_license_is_asked_for_again_and_gets_a_new_computer_id(machine, vendor):
    completed = machine.activate()
    copy = machine.state_file.read_bytes()
    released = machine.control().deactivate()
    machine.state_file.write_bytes(copy)
    begun = machine.control().begin(completed.activation_key)
    assert begun.set_aside is None
    with pytest.raises(ComputerKeyRefused):
        machine.control().complete(completed.computer_key)
    machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().state is LicenseState.ACTIVE
    assert machine.control().show_code() == released


@pytest.mark.parametrize("at_once", [False, True])
def test_two_folders_stand_beside_each_other_until_one_gives_its_own_up(machine, tmp_path, vendor, at_once):
    second, key = machine.at(tmp_path / "second"), vendor.activation_key()
    both = (machine, second)
    asked = [each.control().begin(key) for each in both] if at_once else [None, None]
    for each, begun in zip(both, asked, strict=True):
        each.control().complete(vendor.computer_key(begun or each.control().begin(key)))
    assert [each.control().status().state for each in both] == [LicenseState.ACTIVE] * 2
    second.control().deactivate()
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_missing_anchor_is_made_again_and_is_another_one(machine):
    machine.activate()
    before = machine.anchor_file.read_bytes()
    machine.anchor_file.unlink()
    assert machine.control().status().state is LicenseState.ACTIVE
    assert machine.anchor_file.read_bytes() != before


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda text: text[:-1],
        lambda text: text.replace(b" 1\n", b" 2\n"),
        lambda _: b"\xff" * 1000,
    ],
)
def test_an_anchor_that_cannot_be_understood_costs_nobody_a_license(machine, damage):
    machine.activate()
    machine.anchor_file.write_bytes(damage(machine.anchor_file.read_bytes()))
    assert machine.control().status().state is LicenseState.ACTIVE
    assert Anchored.from_bytes(machine.anchor_file.read_bytes())
    assert machine.control().deactivate().level is Level.CLAIM


def test_an_anchor_of_a_newer_version_is_left_alone(machine):
    machine.activate()
    machine.anchor_file.write_bytes(b"keyferry-anchor/2 whatever\n")
    assert machine.control().status().state is LicenseState.STATE_NEWER
    with pytest.raises(StateNewer):
        machine.control().deactivate()
    assert machine.anchor_file.read_bytes() == b"keyferry-anchor/2 whatever\n"


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


class Keyring:
    """A store of bytes, as an application has one, and an anchor in it."""

    kept: bytes | None = None

    def read(self) -> Anchored | None:
        return Anchored.from_bytes(self.kept) if self.kept else None

    def write(self, given_up, seal) -> None:
        self.kept = (self.read() or Anchored.made_now()).with_(given_up, seal).to_bytes()


class Chip:
    """A counter in a chip, which can hold nothing else."""

    value: int | None = None

    def read(self) -> int | None:
        return self.value

    def raise_to(self, number: int) -> None:
        self.value = max(number, self.value or 0)


@pytest.mark.parametrize("store", [Keyring, lambda: CounterAnchor(Chip())], ids=["keyring", "counter"])
def test_an_application_may_keep_the_anchor_elsewhere(machine, vendor, tmp_path, store):
    anchor = store()
    begun = machine.control(anchor=anchor).begin(vendor.activation_key())
    copy = machine.state_file.read_bytes()
    machine.control(anchor=anchor).complete(vendor.computer_key(begun))
    assert machine.control(anchor=anchor).status().state is LicenseState.ACTIVE
    assert machine.control(anchor=anchor).deactivate().level is Level.PROOF
    assert machine.control(anchor=anchor).show_code().level is Level.PROOF
    machine.state_file.write_bytes(copy)
    with pytest.raises(NotActivated):
        machine.control(anchor=anchor).complete(vendor.computer_key(begun))
    # What is begun afterwards has a line of its own.
    machine.activate_with(machine.control(anchor=anchor))
    assert machine.control(anchor=anchor).status().state is LicenseState.ACTIVE
    assert not machine.anchors.exists()


def test_a_counter_that_fails_at_completing_ends_a_copy_all_the_same(machine, vendor, tmp_path):
    anchor = CounterAnchor(Chip())
    begun = machine.control(anchor=anchor).begin(vendor.activation_key())
    shutil.copytree(machine.folder, tmp_path / "copy")
    copy, key = machine.at(tmp_path / "copy"), vendor.computer_key(begun)
    machine.control(anchor=anchor).complete(key)
    copy.control(anchor=anchor).complete(key)
    assert machine.control(anchor=anchor).deactivate().level is Level.PROOF
    assert copy.control(anchor=anchor).status().detail == "deactivated"


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


def test_starting_over_shows_the_same_request_again(machine, vendor):
    key = vendor.activation_key()
    begun = machine.control().begin(key)
    assert machine.control().begin(key, start_over=True) == begun


def test_starting_over_keeps_the_codes_of_what_was_given_up(machine, vendor):
    machine.activate()
    released = machine.control().deactivate()
    machine.control().begin(vendor.activation_key())
    machine.control().begin(vendor.activation_key(), start_over=True)
    assert machine.control().show_code() == released
