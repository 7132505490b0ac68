"""The stored state when it is edited, cut short, or written by another version."""

import json
import os
import stat
from dataclasses import replace
from itertools import count

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.profile import WizardProfile
from keyferry.wizard.errors import StateDamaged
from keyferry.wizard.results import LicenseState
from keyferry.wizard.state_seal import LARGEST_FILE, decode_state, encode_state

from .parts import seal_content

KEYS = [ActivationKey.generate(bytes([number] * 12)) for number in range(3)]


@pytest.fixture
def activated(machine, vendor):
    """A machine whose state has every part: a license, requests, openings, and what was given up."""
    secrets = count(1)
    machine.random_bytes = lambda size: next(secrets).to_bytes(size, "big")
    machine.activate(KEYS[0])
    machine.control().deactivate()
    machine.activate(KEYS[1])
    machine.control().begin(KEYS[1])
    machine.control().begin(KEYS[2], "Büro 3")
    return machine


def sealed(content: dict[str, object], profile: WizardProfile) -> bytes:
    """Write a file of any content under the seal of the newest epoch, as only the application can."""
    inner = json.dumps(content, separators=(",", ":")).encode()
    return seal_content(inner, profile, profile.current_epoch.number)


def test_a_state_is_stored_as_its_content_under_a_seal(activated):
    stored = activated.state_file.read_bytes()
    assert sealed(json.loads(stored)["state"], activated.vendor.profile) == stored


def test_a_state_survives_writing_and_reading(activated):
    state = activated.state_folder.read()
    assert state.license
    # The request for another key goes on from the license in use, and from what was begun after it.
    assert [len(grant.carries) for grant in state.kept] == [1, 2]
    assert state.kept[-1].computer_name == "Büro 3"
    assert len(state.given_up) == 1
    profile = activated.vendor.profile
    assert decode_state(encode_state(state, profile), profile) == state


def test_a_change_of_any_single_byte_is_noticed(activated):
    data, profile = activated.state_file.read_bytes(), activated.vendor.profile
    for place in range(len(data)):
        for changed in (data[place] ^ 1, ord(" ")):
            if changed != data[place]:
                with pytest.raises(StateDamaged):
                    decode_state(data[:place] + bytes([changed]) + data[place + 1 :], profile)


def test_a_state_cut_short_anywhere_is_noticed(activated):
    data, profile = activated.state_file.read_bytes(), activated.vendor.profile
    for length in range(len(data)):
        with pytest.raises(StateDamaged):
            decode_state(data[:length], profile)


@pytest.mark.parametrize("rubbish", [b"", b"\x00" * 4096, b"{}", b"null\n", b'{"epoch":1}\n', b"[" * 100_000])
def test_rubbish_in_the_place_of_a_state_is_damage(activated, rubbish):
    activated.state_file.write_bytes(rubbish)
    status = activated.control().status()
    assert (status.state, status.detail) == (LicenseState.DAMAGED, "not_whole")


def test_anything_appended_to_a_state_is_damage(activated):
    data = activated.state_file.read_bytes()
    for more in (b"\n", b" ", data):
        activated.state_file.write_bytes(data + more)
        assert activated.control().status().state is LicenseState.DAMAGED


def test_a_state_as_large_as_a_disk_is_not_read_to_its_end(activated):
    with activated.state_file.open("r+b") as file:
        file.truncate(1 << 40)
    status = activated.control().status()
    assert status.state is LicenseState.DAMAGED
    assert "far too long" in status.message


def test_the_largest_state_that_the_wizard_writes_is_far_under_what_it_reads(activated):
    state = activated.state_folder.read()
    kept = replace(state.kept[0], carries=state.kept[0].carries * 4)
    full = replace(state, given_up=tuple(replace(state.given_up[0], grant=kept) for _ in range(64)))
    assert len(encode_state(full, activated.vendor.profile)) < LARGEST_FILE / 4


def test_a_state_with_a_seal_of_another_epoch_is_damage(activated):
    activated.vendor.rotate()
    data = activated.state_file.read_bytes()
    assert activated.control().status().state is LicenseState.ACTIVE
    activated.state_file.write_bytes(data.replace(b'"epoch":1,"mac"', b'"epoch":2,"mac"', 1))
    assert activated.control().status().state is LicenseState.DAMAGED


@pytest.mark.parametrize(
    "change",
    [
        {"product_number": 8},
        {"fingerprint": "x"},
        {"fingerprint": "f" * 11},
        {"latest_seen": "yesterday"},
        {"latest_seen": 7},
        {"given_up": None},
        {"given_up": [{}]},
        {"kept": {}},
        {"kept": [[]]},
        {"anchor_place": 7},
        {"license": {"activation_key": "ABC"}},
    ],
)
def test_a_sealed_state_of_an_unknown_form_is_damage_and_no_crash(activated, change):
    profile = activated.vendor.profile
    content = json.loads(activated.state_file.read_bytes())["state"]
    with pytest.raises(StateDamaged, match="format that this application doesn't know"):
        decode_state(sealed({**content, **change}, profile), profile)


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": 9},
        {"epoch": "1"},
        {"epoch": True},
        {"secret": "00"},
        {"computer_key": None},
        {"license_file": "eyJ"},
        {"computer_name": 5},
        {"line": "00"},
        {"line": "F" * 16},
        {"anchor": 5},
        {"number": None},
        {"instead": 1},
        {"carries": None},
        {"carries": [{"level": "proof", "epoch": 1}]},
        {"carries": [{"level": "some", "activation_key": "0" * 25, "epoch": 1, "secret": "00" * 16}]},
    ],
)
def test_a_sealed_license_of_an_unknown_form_is_damage_and_no_crash(activated, change):
    profile = activated.vendor.profile
    content = json.loads(activated.state_file.read_bytes())["state"]
    content["license"].update(change)
    with pytest.raises(StateDamaged, match="format that this application doesn't know"):
        decode_state(sealed(content, profile), profile)


def test_a_stored_key_is_verified_again_and_not_only_its_seal(activated, vendor, tmp_path):
    other = activated.at(tmp_path / "other")
    foreign = other.activate().computer_key
    folder = activated.state_folder
    state = folder.read()
    folder.write(replace(state, license=replace(state.license, computer_key=foreign)))
    status = activated.control().status()
    assert status.state is LicenseState.DAMAGED
    assert "was not issued for this computer" in status.message


def test_a_stored_key_that_only_a_repair_could_read_is_damage(activated):
    folder = activated.state_folder
    state = folder.read()
    mistyped = "Z" + state.license.computer_key[1:]
    folder.write(replace(state, license=replace(state.license, computer_key=mistyped)))
    assert activated.control().status().state is LicenseState.DAMAGED


def test_a_damaged_state_is_never_overwritten_unless_started_over(activated, vendor):
    activated.state_file.write_bytes(b"damaged")
    for operation in (
        lambda: activated.control().begin(vendor.activation_key()),
        lambda: activated.control().complete("ABC"),
        lambda: activated.control().deactivate(),
        lambda: activated.control().show_code(),
    ):
        with pytest.raises(StateDamaged) as refused:
            operation()
        assert refused.value.code == "state_damaged"
    assert activated.state_file.read_bytes() == b"damaged"
    begun = activated.control().begin(vendor.activation_key(), start_over=True)
    assert begun.set_aside.read_bytes() == b"damaged"
    activated.control().complete(vendor.computer_key(begun))
    assert activated.control().status().state is LicenseState.ACTIVE


def test_only_the_owner_may_read_what_the_wizard_writes(activated):
    before = os.umask(0)
    try:
        activated.control().begin(activated.vendor.activation_key())
        activated.activate()
    finally:
        os.umask(before)
    for path in (activated.folder, activated.state_file, activated.anchors, activated.anchor_file):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
