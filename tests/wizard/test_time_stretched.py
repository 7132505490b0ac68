"""A lease that somebody tries to stretch: honest keys, typed late, with the clock set back each time."""

from datetime import UTC, datetime, time, timedelta

import pytest

from keyferry.wizard.errors import KeyNotAccepted, NotActivated
from keyferry.wizard.results import Begun, LicenseState

from .parts import TODAY, Machine

LEASE = 60
SCANS = 13


class Holder:
    """Somebody whose computer runs whenever it can, on keys of the days on which they were asked for."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.vendor = machine.vendor
        self.day = 0
        """The true day, whatever the computer's clock says."""

    def set_clock(self, day: int) -> None:
        self.machine.clock.moment = datetime.combine(TODAY, time(9, 30), UTC) + timedelta(day)

    def runs(self) -> bool:
        return self.machine.control().status().state is LicenseState.ACTIVE

    def run_out(self, step: int) -> int:
        """Start the application every so many days until it stops, and return the true day."""
        while self.runs():
            self.machine.clock.advance(days=step)
            self.day += step
        return self.day

    def key(self, begun: Begun, day: int, *, file: bool = False) -> str:
        issued = TODAY + timedelta(day)
        make = self.vendor.license_file if file else self.vendor.computer_key
        return make(begun, issued=issued, expires=issued + timedelta(LEASE))

    def type_late(self, key: str, day: int) -> None:
        """Type a key of a day with the clock set back to it, or else at the true time."""
        for clock in (day, self.day):
            self.set_clock(clock)
            try:
                self.machine.control().complete(key)
            except (KeyNotAccepted, NotActivated):
                continue
            return


@pytest.fixture
def holder(machine) -> Holder:
    return Holder(machine)


@pytest.mark.thorough
@pytest.mark.parametrize("file", [False, True], ids=["typed", "file"])
def test_thirteen_keys_that_are_typed_late_last_no_longer_than_the_last_of_them(holder, file):
    begun = holder.machine.control().begin(holder.vendor.activation_key())
    days = [number * LEASE // 2 for number in range(SCANS)]
    holder.type_late(holder.key(begun, 0), 0)
    for day in days[1:]:
        holder.run_out(step=15)
        holder.type_late(holder.key(begun, day, file=file), day)
    assert holder.run_out(step=15) <= days[-1] + LEASE + 30


@pytest.mark.parametrize("deactivates", [False, True], ids=["beside a license", "after a deactivation"])
@pytest.mark.parametrize("same_license", [True, False], ids=["the same license", "another one"])
def test_a_second_computer_id_whose_key_is_typed_late_lasts_no_longer_either(
    holder, same_license, deactivates
):
    control = holder.machine.control
    first = control().begin(holder.vendor.activation_key())
    holder.type_late(holder.key(first, 0), 0)
    holder.day = 48
    holder.set_clock(holder.day)
    assert holder.runs()
    key = first.activation_key if same_license else holder.vendor.activation_key()
    second = control().begin(key, new_request=True)
    late = holder.key(second, holder.day)
    holder.run_out(step=4)
    if deactivates:
        control().deactivate()
    holder.type_late(late, 48)
    assert holder.run_out(step=4) <= 48 + LEASE + 8


def wrong_once(machine: Machine) -> None:
    """Start the application once with a clock that is years ahead."""
    machine.clock.advance(days=4000)
    machine.control().status()
    machine.clock.advance(days=-4000)


def test_a_request_begun_after_a_wrong_time_corrects_it(machine, vendor):
    completed = machine.activate()
    wrong_once(machine)
    begun = machine.control().begin(completed.activation_key, new_request=True)
    assert machine.control().begin(completed.activation_key) == begun == machine.control().pending()
    assert not begun.outdated
    assert machine.control().status().state is LicenseState.CLOCK_MOVED_BACK
    machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().state is LicenseState.ACTIVE
    assert machine.state_folder.read().latest_seen == machine.clock.moment


@pytest.mark.parametrize("deactivates", [False, True], ids=["beside a license", "after a deactivation"])
def test_a_request_that_waits_from_before_a_wrong_time_is_replaced(machine, vendor, deactivates):
    machine.activate()
    before = machine.control().begin(vendor.activation_key())
    wrong_once(machine)
    if deactivates:
        machine.control().deactivate()
    assert machine.control().pending().outdated
    with pytest.raises(KeyNotAccepted, match="make a new request") as refused:
        machine.control().complete(vendor.computer_key(before))
    assert refused.value.code == "clock_moved_back"
    after = machine.control().begin(before.activation_key)
    assert after.computer_id != before.computer_id
    machine.control().complete(vendor.computer_key(after))
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_request_corrects_only_the_wrong_time_after_which_it_was_begun(machine, vendor):
    completed = machine.activate()
    wrong_once(machine)
    first = machine.control().begin(completed.activation_key, new_request=True)
    machine.clock.advance(days=1)
    wrong_once(machine)
    with pytest.raises(KeyNotAccepted, match="make a new request"):
        machine.control().complete(vendor.computer_key(first))
    second = machine.control().begin(completed.activation_key)
    assert second.computer_id != first.computer_id
    machine.control().complete(vendor.computer_key(second))
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_request_made_while_the_clock_is_behind_is_good_once_the_clock_is_right(machine, vendor):
    completed = machine.activate()
    machine.clock.advance(days=-3000)
    begun = machine.control().begin(completed.activation_key, new_request=True)
    machine.clock.advance(days=3005)
    machine.control().status()
    assert machine.control().begin(completed.activation_key) == begun
    machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_renewal_typed_after_a_wrong_time_is_refused_with_the_way_out(machine, vendor):
    completed = machine.activate()
    wrong_once(machine)
    renewal = machine.control().begin(completed.activation_key)
    later = vendor.computer_key(renewal, issued=TODAY + timedelta(1), expires=TODAY + timedelta(90))
    before = machine.state_file.read_bytes()
    with pytest.raises(KeyNotAccepted, match="make a new request") as refused:
        machine.control().complete(later)
    assert (refused.value.code, refused.value.clock) == ("clock_moved_back", machine.clock.moment)
    assert machine.state_file.read_bytes() == before
