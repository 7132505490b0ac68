"""One folder on two computers, such as a home on a file server: neither touches what is the other's."""

from dataclasses import replace
from unittest.mock import Mock

import pytest

from keyferry.wizard.errors import NotActivated, StateDamaged, StorageUnavailable, WrongMachine
from keyferry.wizard.results import LicenseState


@pytest.fixture
def other(machine):
    return replace(machine, identifier="machine-2")


@pytest.fixture
def former(machine):
    """The file of versions that knew one computer for each folder."""
    return machine.folder / "state.json"


def test_a_second_computer_is_activated_beside_the_first_and_both_run(machine, other):
    machine.activate()
    before = machine.state_file.read_bytes()
    status = other.control().status()
    assert status.state is LicenseState.WRONG_MACHINE
    assert "doesn't fit this computer. You can activate this computer, too" in status.message
    other.activate()
    assert other.control().status().state is LicenseState.ACTIVE
    assert machine.state_file.read_bytes() == before
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_second_computer_may_also_start_over_and_touches_nothing(machine, other, vendor):
    machine.activate()
    begun = other.control().begin(vendor.activation_key(), start_over=True)
    assert begun.set_aside is None
    assert machine.control().status().state is LicenseState.ACTIVE


def test_nothing_waits_on_a_second_computer_before_its_own_request(machine, other, vendor):
    machine.control().begin(vendor.activation_key())
    assert other.control().pending() is None
    with pytest.raises(WrongMachine):
        other.control().complete("ABC")


def test_what_one_computer_gives_up_stays_with_the_other(machine, other):
    machine.activate()
    other.activate()
    other.control().deactivate()
    assert other.control().status().state is LicenseState.NOT_ACTIVATED
    assert machine.control().status().state is LicenseState.ACTIVE
    with pytest.raises(NotActivated):
        machine.control().show_code()


def test_two_computers_that_begin_at_the_same_moment_lose_nothing(machine, other, vendor):
    meanwhile = []

    def in_the_middle(size):
        # After it has read and before it writes; a lock would not reach from one computer to the other.
        meanwhile.append(machine.activate())
        return b"r" * size

    other.random_bytes = in_the_middle
    begun = other.control().begin(vendor.activation_key())
    assert machine.control().status().computer_id == meanwhile[0].computer_id
    other.control().complete(vendor.computer_key(begun))
    assert machine.control().status().state is LicenseState.ACTIVE


@pytest.mark.parametrize("stored", [b"", b"damaged", b'{"epoch":9,"mac":"x","state":{"version":9}}'])
def test_a_file_that_cannot_be_understood_is_no_other_computer(machine, stored):
    machine.folder.mkdir()
    (machine.folder / "state-0123456789.json").write_bytes(stored)
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED
    machine.activate()
    assert (machine.folder / "state-0123456789.json").read_bytes() == stored


def test_a_state_under_its_former_name_is_gone_on_with_where_it_is(machine, former):
    machine.activate(expires=None)
    machine.state_file.rename(former)
    machine.clock.advance(days=1)
    before = former.read_bytes()
    assert machine.control().status().state is LicenseState.ACTIVE
    assert former.read_bytes() != before
    released = machine.control().deactivate()
    assert not machine.state_file.exists()
    assert machine.control().show_code() == released


def test_a_former_state_of_another_computer_stays_for_that_one(machine, other, former):
    machine.activate()
    machine.state_file.rename(former)
    assert other.control().status().state is LicenseState.WRONG_MACHINE
    other.activate()
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_former_state_that_cannot_be_understood_is_reported_and_never_moved(machine, former, vendor):
    machine.folder.mkdir()
    former.write_bytes(b"another product's, perhaps")
    assert machine.control().status().state is LicenseState.DAMAGED
    with pytest.raises(StateDamaged):
        machine.control().begin(vendor.activation_key())
    unwritable = StorageUnavailable("No.", code="anchor_not_writable")
    control = machine.control(anchor=Mock(read=lambda: None, write=Mock(side_effect=unwritable)))
    with pytest.raises(StorageUnavailable):
        control.begin(vendor.activation_key(), start_over=True)
    assert control.status().state is LicenseState.DAMAGED
    begun = machine.control().begin(vendor.activation_key(), start_over=True)
    assert begun.set_aside == former
    assert former.read_bytes() == b"another product's, perhaps"
    machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().state is LicenseState.ACTIVE
