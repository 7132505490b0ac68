from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest

from keyferry.wizard import this_machine
from keyferry.wizard.clock import moved_back
from keyferry.wizard.errors import KeyNotAccepted
from keyferry.wizard.results import LicenseState

from .parts import TODAY


def latest_seen(machine):
    return machine.state_folder.read().latest_seen


def test_a_license_runs_until_noon_of_the_next_day_in_utc(machine):
    machine.activate(expires=TODAY)
    machine.clock.moment = datetime(2026, 3, 3, 11, 59, 59, tzinfo=UTC)
    assert machine.control().status().state is LicenseState.ACTIVE
    machine.clock.moment = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    status = machine.control().status()
    assert status.state is LicenseState.EXPIRED
    assert "key ended on March 2, 2026: scan for a new one" in status.message
    assert "clock says March 3, 2026, 12:00 UTC" in status.message
    assert status.claims.expires == TODAY


def test_a_license_without_end_does_not_expire(machine):
    machine.activate(expires=None)
    machine.clock.advance(days=365 * 50)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_clock_set_back_by_more_than_26_hours_is_noticed(machine):
    machine.activate()
    machine.clock.advance(days=10)
    assert machine.control().status().state is LicenseState.ACTIVE
    machine.clock.advance(hours=-26)
    assert machine.control().status().state is LicenseState.ACTIVE
    machine.clock.advance(seconds=-1)
    status = machine.control().status()
    assert status.state is LicenseState.CLOCK_MOVED_BACK
    assert "March 12, 2026, 09:30 UTC" in status.message


def test_an_expired_license_is_not_revived_by_setting_the_clock_back(machine):
    machine.activate()
    machine.clock.advance(days=40)
    assert machine.control().status().state is LicenseState.EXPIRED
    machine.clock.advance(days=-20)
    assert machine.control().status().state is LicenseState.CLOCK_MOVED_BACK
    machine.clock.advance(days=20)
    assert machine.control().status().state is LicenseState.EXPIRED


def test_a_clock_that_was_right_again_runs_again(machine):
    machine.activate()
    machine.clock.advance(days=10)
    machine.control().status()
    machine.clock.advance(days=-9)
    assert machine.control().status().state is LicenseState.CLOCK_MOVED_BACK
    machine.clock.advance(days=9)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_typing_the_old_key_again_does_not_hide_a_clock_set_back(machine):
    completed = machine.activate()
    machine.clock.advance(days=29)
    machine.control().status()
    machine.clock.advance(days=-20)
    with pytest.raises(KeyNotAccepted) as refused:
        machine.control().complete(completed.computer_key)
    assert refused.value.code == "clock_moved_back"
    assert machine.control().status().state is LicenseState.CLOCK_MOVED_BACK


def test_the_latest_time_cannot_be_walked_back_in_steps_under_the_tolerance(machine):
    completed = machine.activate()
    before = latest_seen(machine)
    for _ in range(3):
        machine.clock.advance(hours=-20)
        if moved_back(machine.clock.moment, before):
            break
        machine.control().complete(completed.computer_key)
    assert latest_seen(machine) == before


def test_after_a_clock_that_was_wrongly_in_the_future_a_new_activation_runs(machine, vendor):
    completed = machine.activate()
    machine.clock.advance(days=3650)
    machine.control().status()
    machine.clock.advance(days=-3650)
    machine.control().deactivate()
    machine.activate(completed.activation_key)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_asking_and_giving_up_need_no_clock(machine, vendor):
    completed = machine.activate()
    machine.clock.advance(days=-300)
    assert machine.control().status().state is LicenseState.CLOCK_MOVED_BACK
    assert machine.control().begin(completed.activation_key).computer_id == completed.computer_id
    vendor.accepts_code(
        machine.control().deactivate().code.text, completed.computer_id, completed.activation_key
    )


def test_a_clock_before_the_issue_day_counts_as_moved_back(machine):
    machine.activate()
    state = machine.state_folder.read()
    machine.state_folder.write(replace(state, latest_seen=None))
    machine.clock.advance(days=-2)
    status = machine.control().status()
    assert status.state is LicenseState.CLOCK_MOVED_BACK
    assert "issued on March 2, 2026" in status.message


def test_the_latest_time_is_written_once_an_hour_at_most(machine):
    machine.activate()
    written = machine.state_file.stat().st_ino
    machine.clock.advance(minutes=60)
    machine.control().status()
    assert machine.state_file.stat().st_ino == written
    machine.clock.advance(seconds=1)
    machine.control().status()
    assert latest_seen(machine) == machine.clock.moment


def test_the_latest_time_is_not_taken_from_a_clock_that_was_set_back(machine):
    machine.activate()
    machine.clock.advance(days=10)
    machine.control().status()
    seen = latest_seen(machine)
    machine.clock.advance(days=-9)
    machine.control().status()
    assert latest_seen(machine) == seen


def test_the_costly_commitment_is_computed_once_in_a_process(machine, monkeypatch):
    counted = Mock(wraps=this_machine.commitment)
    monkeypatch.setattr(this_machine, "commitment", counted)
    machine.activate()
    for _ in range(5):
        assert machine.control().status().state is LicenseState.ACTIVE
    assert counted.call_count == 1


def test_a_status_beside_a_process_that_changes_the_state_does_not_wait_and_does_not_write(
    machine, own_folder
):
    machine.activate()
    machine.clock.advance(days=1)
    with machine.state_folder.locked():
        status = machine.control().status()
    assert status.state is LicenseState.ACTIVE
    # The account's own folder has the time instead.
    assert status.not_remembered is None
    assert list(own_folder.glob("7-*.time"))


def test_remembering_the_time_never_undoes_what_another_process_did_meanwhile(machine):
    machine.activate()
    machine.clock.advance(days=1)

    def now() -> datetime:
        # Between the reading and the writing of the status that asks for the time.
        if machine.state_folder.read().license is not None:
            machine.control().deactivate()
        return machine.clock.moment

    assert machine.control(now=now).status().state is LicenseState.ACTIVE
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED


def test_what_is_pending_is_shown_also_beside_a_license_that_runs(machine, vendor):
    assert machine.control().status().pending is False
    machine.control().begin(vendor.activation_key())
    assert machine.control().status().pending is True
    licensed = machine.control().complete(vendor.computer_key(machine.control().pending()))
    assert machine.control().status().pending is False
    machine.control().begin(licensed.activation_key)
    # A renewal asks under the computer ID in use: nothing waits, and the license runs on.
    assert machine.control().status().pending is False
    machine.control().begin(vendor.activation_key())
    status = machine.control().status()
    assert (status.state, status.pending) == (LicenseState.ACTIVE, True)


def test_what_is_pending_is_shown_beside_a_license_of_a_retired_epoch(machine, vendor):
    machine.activate()
    vendor.rotate()
    vendor.retired.add(1)
    assert machine.control().status().pending is False
    machine.control().begin(vendor.activation_key())
    status = machine.control().status()
    assert (status.state, status.pending) == (LicenseState.RETIRED_EPOCH, True)
