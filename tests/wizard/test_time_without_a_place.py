"""Accounts that cannot write the state: they remember the time themselves, or else a key that ends stops."""

import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from keyferry.wizard import latest_time
from keyferry.wizard.errors import KeyNotAccepted
from keyferry.wizard.notices import NoticeCode
from keyferry.wizard.results import LicenseState

from .accounts import Account, needs_root
from .parts import TODAY

pytestmark = needs_root

READER = Account(41002, 41002)
LEASE = 60


@pytest.fixture
def reader(machine):
    """Let an account ask for the status of a license whose folders it may only read."""
    home = Path(tempfile.mkdtemp())
    home.chmod(0o755)
    machine.folder, machine.anchors = home / "state", home / "anchors"
    own = home / "own"
    own.mkdir()
    os.chown(own, READER.uid, READER.gid)

    def look(now: datetime):
        # In a process of its own: no other account has its folder.
        latest_time.default_anchor_folder = lambda: own / "keyferry-wizard"
        return machine.control(now=lambda: now).status()

    def status(day: int):
        for folder in (machine.folder, machine.anchors):
            folder.chmod(0o755)
        for path in (*machine.folder.iterdir(), *machine.anchors.iterdir()):
            path.chmod(0o644)
        return READER.does(lambda: look(start + timedelta(day)))

    start = machine.clock.moment
    status.own = own
    return status


def activate(machine, *, ends: bool = True):
    return machine.activate(issued=TODAY, expires=TODAY + timedelta(LEASE) if ends else None)


def test_a_lease_that_expired_stays_expired_for_an_account_that_cannot_write_the_state(machine, reader):
    activate(machine)
    assert reader(1).state is LicenseState.ACTIVE
    assert reader(LEASE + 2).state is LicenseState.EXPIRED
    for day in (1, 20, 29):
        assert reader(day).state is LicenseState.CLOCK_MOVED_BACK
    assert reader(LEASE + 2).state is LicenseState.EXPIRED


def test_what_an_account_has_seen_itself_counts_only_for_that_license(machine, vendor, reader):
    completed = activate(machine)
    reader(LEASE + 2)
    begun = machine.control().begin(completed.activation_key)
    machine.control().complete(vendor.scanned_key(begun))
    assert reader(1).state is LicenseState.ACTIVE


def test_where_the_time_cannot_be_stored_anywhere_a_key_that_ends_runs_for_thirty_days(machine, reader):
    activate(machine)
    reader.own.chmod(0o500)
    os.chown(reader.own, 0, 0)
    status = reader(30)
    assert (status.state, status.hindrance.code) == (LicenseState.ACTIVE, "state_not_writable")
    status = reader(31)
    assert status.state is LicenseState.TIME_NOT_REMEMBERED
    # Nobody has seen that it could not be stored all the time: the application may not have run.
    assert "has not been stored for more than 30 days, and can't be stored now" in status.message
    # As soon as it can be stored again, it runs.
    machine.clock.advance(days=31)
    assert machine.control().status().state is LicenseState.ACTIVE
    assert reader(32).state is LicenseState.ACTIVE


def test_the_profile_says_for_how_long(machine, reader):
    activate(machine)
    os.chown(reader.own, 0, 0)
    machine.vendor.unremembered_days = 3
    assert reader(3).state is LicenseState.ACTIVE
    assert reader(4).state is LicenseState.TIME_NOT_REMEMBERED


def test_a_license_without_an_end_runs_on(machine, reader):
    activate(machine, ends=False)
    os.chown(reader.own, 0, 0)
    status = reader(4000)
    assert status.state is LicenseState.ACTIVE
    assert NoticeCode.CLOCK_LOOKS_WRONG not in [notice.code for notice in status.notices]


def test_a_key_is_not_accepted_earlier_than_the_account_itself_has_seen(machine, vendor, reader, monkeypatch):
    begun = machine.control().begin(vendor.activation_key())
    machine.control().complete(vendor.computer_key(begun, expires=TODAY + timedelta(LEASE)))
    reader(LEASE + 2)
    # The account may write the state by now.
    monkeypatch.setattr(latest_time, "default_anchor_folder", lambda: reader.own / "keyferry-wizard")
    later = vendor.computer_key(begun, issued=TODAY + timedelta(1), expires=TODAY + timedelta(LEASE + 1))
    with pytest.raises(KeyNotAccepted) as refused:
        machine.control().complete(later)
    assert refused.value.code == "clock_moved_back"
