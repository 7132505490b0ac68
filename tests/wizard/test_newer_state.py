"""Updates that are taken back: what an older version still reads, and what it says where it cannot."""

from dataclasses import replace
from itertools import count

import pytest

from keyferry.wizard.errors import StateNewer
from keyferry.wizard.results import LicenseState
from keyferry.wizard.state import State
from keyferry.wizard.state_seal import LARGEST_FILE, decode_state, encode_state


@pytest.fixture
def older(vendor, machine):
    """The same machine with the version of the application before the vendor rotated the keys."""
    return replace(machine, vendor=replace(vendor, epochs=list(vendor.epochs), retired=set()))


@pytest.fixture
def newer(older, vendor, machine):
    vendor.rotate()
    secrets = count(1)
    machine.random_bytes = lambda size: next(secrets).to_bytes(size, "big")
    return machine


def test_a_license_that_a_newer_version_only_looked_at_runs_in_the_one_before(older, newer):
    older.activate(expires=None)
    before = older.state_file.read_bytes()
    newer.clock.advance(days=1)
    assert newer.control().status().state is LicenseState.ACTIVE
    assert newer.state_file.read_bytes() != before
    assert older.control().status().state is LicenseState.ACTIVE


def test_what_was_given_up_and_what_waits_stays_readable_too(older, newer, vendor):
    older.activate()
    begun = older.control().begin(vendor.activation_key())
    released = newer.control().deactivate()
    assert older.control().show_code() == released
    newer.control().complete(older.vendor.computer_key(begun))
    assert older.control().status().state is LicenseState.ACTIVE


def test_only_a_request_under_the_newer_keys_moves_the_seal(older, newer):
    key = older.activate().activation_key
    newer.control().begin(key)
    before = newer.state_file.read_bytes()
    status = older.control().status()
    assert status.state is LicenseState.STATE_NEWER
    assert "newer version of the application. Start that version" in status.message
    for operation in (
        lambda: older.control().begin(key),
        lambda: older.control().begin(key, start_over=True),
        lambda: older.control().pending(),
        lambda: older.control().complete("ABC"),
        lambda: older.control().deactivate(),
        lambda: older.control().show_code(),
    ):
        with pytest.raises(StateNewer) as refused:
            operation()
        assert refused.value.code == "state_newer"
    assert newer.state_file.read_bytes() == before
    assert newer.control().status().state is LicenseState.ACTIVE


def test_a_retired_epoch_seals_nothing_new(older, newer, vendor):
    older.activate()
    vendor.retired.add(1)
    newer.control().deactivate()
    assert newer.state_file.read_bytes().startswith(b'{"epoch":2,')
    assert older.control().status().state is LicenseState.STATE_NEWER


def test_the_oldest_keys_that_are_not_retired_seal_what_is_older(older, newer, vendor):
    vendor.rotate()
    vendor.retired.add(1)
    older.activate()
    newer.control().deactivate()
    assert newer.state_file.read_bytes().startswith(b'{"epoch":2,')


def test_a_state_without_any_grant_is_sealed_for_every_version(older, newer, vendor):
    empty = State(vendor.product_number, fingerprint=5)
    assert decode_state(encode_state(empty, vendor.profile), older.vendor.profile) == empty


@pytest.mark.parametrize(
    "stored",
    [
        b'{"epoch":1,"mac":"%s","state":{"version":2,"grants":[]}}\n' % (b"0" * 64),
        b'{"epoch":1,"mac":"x","state":{"version":2}}',
        b'{"epoch":1,"mac":"x","state":{"version":17,\x00\xff anything behind it',
        b'{"epoch":1,"mac":"x","state":{"version":2,' + b" " * (LARGEST_FILE + 1),
        b'{"epoch":31,"mac":"x","state":{"version":1,"',
    ],
)
def test_a_newer_form_is_recognized_by_its_beginning_alone(machine, vendor, stored):
    machine.folder.mkdir()
    machine.state_file.write_bytes(stored)
    assert machine.control().status().state is LicenseState.STATE_NEWER
    with pytest.raises(StateNewer):
        machine.control().begin(vendor.activation_key(), start_over=True)
    assert machine.state_file.read_bytes() == stored


def test_every_state_begins_as_later_versions_will_look_for_it(machine):
    machine.activate()
    stored = machine.state_file.read_bytes()
    assert stored[:18] == b'{"epoch":1,"mac":"'
    assert stored[82:107] == b'","state":{"version":1,"p'
