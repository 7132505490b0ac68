"""Lines and anchors: what is called proven ends every copy beside its anchor, and nobody is locked in."""

import shutil
from dataclasses import replace

import pytest

from keyferry.protocol.openings import Level
from keyferry.protocol.request_token import verify_request
from keyferry.wizard import memory
from keyferry.wizard.errors import NotActivated, StorageUnavailable
from keyferry.wizard.results import LicenseState

from .parts import TODAY


def token_of(machine, shown):
    """Return the request in a QR code, as the server reads it."""
    token = shown.url.partition("#")[2]
    return verify_request(token, machine.vendor.profile.keys(shown.computer_id.epoch))


def copy_of(machine, folder):
    shutil.copytree(machine.folder, folder)
    return machine.at(folder)


def is_active(machine):
    return machine.control().status().state is LicenseState.ACTIVE


def renew(machine, **claims):
    """Scan a renewal and type its key."""
    begun = machine.control().begin(machine.control().status().activation_key)
    machine.control().complete(machine.vendor.scanned_key(begun, **claims))
    return begun


@pytest.fixture
def twin(machine, tmp_path):
    """Another machine that looks the same, without an anchor."""
    return replace(machine, folder=tmp_path / "twin", anchors=tmp_path / "anchors of the twin")


# The four faults for which lines were made.


def test_a_copy_from_before_the_completion_ends_with_its_original_even_if_the_anchor_cannot_be_written(
    machine, vendor, tmp_path, monkeypatch
):
    begun = machine.control().begin(vendor.activation_key())
    copy, key = copy_of(machine, tmp_path / "copy"), vendor.computer_key(begun)
    machine.control().complete(key)

    def fail(*_):
        raise StorageUnavailable("The disk failed.", code="anchor_not_writable")

    with monkeypatch.context() as patched:
        patched.setattr(memory.FileAnchor, "write", fail)
        copy.control().complete(key)
    assert is_active(copy)
    released = machine.control().deactivate()
    assert released.level is Level.PROOF
    assert not is_active(copy)
    assert copy.control().show_code(begun.activation_key).code == released.code


def test_a_copy_cannot_deactivate_beside_another_anchor(machine, tmp_path):
    machine.activate()
    copy = replace(copy_of(machine, tmp_path / "copy"), anchors=tmp_path / "elsewhere")
    released = copy.control().deactivate()
    assert not copy.anchors.exists()
    assert released.level is Level.PROOF
    assert not is_active(machine)


@pytest.mark.parametrize("way", ["twin", "cleaned"])
def test_beside_an_anchor_that_was_made_again_only_the_weak_code_is_shown(machine, twin, way):
    completed = machine.activate()
    shutil.copytree(machine.folder, twin.folder)
    away = machine.anchors.with_name("away")
    machine.anchors.rename(away)
    for call in (twin.control().status, twin.control().pending):
        call()
    released = (twin if way == "twin" else machine).control().deactivate()
    assert released.level is Level.CLAIM
    read = machine.vendor.level_of(released.code.text, completed.computer_id, completed.activation_key)
    assert read is Level.CLAIM
    request = token_of(machine, twin.control().begin(completed.activation_key))
    assert Level.PROOF not in [opening.level for opening in request.openings]


def test_a_retired_secret_seals_nothing_that_came_after_it(machine, vendor):
    key = machine.activate().activation_key
    vendor.rotate()
    begun = machine.control().begin(key)
    machine.control().complete(vendor.computer_key(begun))
    machine.clock.advance(days=60)
    assert machine.control().status().state is LicenseState.EXPIRED
    edited = replace(machine.state_folder.read(), latest_seen=None)
    vendor.retired.add(1)
    machine.clock.advance(days=-60)
    # As somebody seals it who holds the first secret, and knows the form.
    machine.state_file.write_bytes(machine.vendor.sealed(edited, epoch=1))
    status = machine.control().status()
    assert (status.state, status.detail) == (LicenseState.DAMAGED, "older_seal")


# What the model of continuity found in drafts.


def test_a_deactivation_in_a_copy_ends_what_was_renewed_elsewhere(machine, tmp_path):
    machine.activate()
    copy = copy_of(machine, tmp_path / "copy")
    renew(machine)
    assert copy.control().deactivate().level is Level.PROOF
    status = machine.control().status()
    assert (status.state, status.detail) == (LicenseState.NOT_ACTIVATED, "deactivated")
    assert machine.control().show_code().level is Level.PROOF


def test_what_stands_beside_a_line_that_was_given_up_stays(machine, vendor, tmp_path):
    machine.activate()
    other = machine.at(tmp_path / "other")
    other.activate()
    waiting = machine.control().begin(vendor.activation_key())
    machine.control().deactivate()
    assert is_active(other)
    machine.control().complete(vendor.computer_key(waiting))
    assert is_active(machine)


def test_a_crash_between_state_and_anchor_is_made_good_before_a_code_is_shown_anywhere(
    machine, twin, tmp_path, monkeypatch
):
    machine.activate()
    copy = copy_of(machine, tmp_path / "copy")
    with monkeypatch.context() as patched:
        patched.setattr(
            memory.Memory, "confirm_given_up", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            machine.control().deactivate()
    shutil.copytree(machine.folder, twin.folder)
    shutil.move(machine.anchors, machine.anchors.with_name("away"))
    # Beside the anchor that was made anew there, nothing is known of the copy.
    assert twin.control().show_code().level is Level.CLAIM
    shutil.rmtree(machine.anchors)
    shutil.move(machine.anchors.with_name("away"), machine.anchors)
    assert machine.control().show_code().level is Level.PROOF
    assert not is_active(copy)


def test_a_look_makes_good_what_a_crash_left_undone(machine, tmp_path, monkeypatch):
    machine.activate()
    copy = copy_of(machine, tmp_path / "copy")
    with monkeypatch.context() as patched:
        patched.setattr(
            memory.Memory, "confirm_given_up", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            machine.control().deactivate()
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED
    assert not is_active(copy)


def test_a_renewal_leaves_the_anchor_alone(machine):
    machine.activate()
    before = machine.anchor_file.stat()
    renew(machine, issued=TODAY)
    after = machine.anchor_file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_without_the_right_to_write_its_anchor_a_license_is_renewed(machine, monkeypatch):
    machine.activate()

    def fail(*_):
        raise StorageUnavailable("Not for this account.", code="anchor_not_writable")

    monkeypatch.setattr(memory.FileAnchor, "write", fail)
    renew(machine, issued=TODAY)
    assert is_active(machine)
    with pytest.raises(StorageUnavailable):
        machine.control().deactivate()
    assert is_active(machine)


# What a request carries.


def levels(machine, begun):
    return [opening.level.name for opening in token_of(machine, begun).openings]


def test_a_first_request_carries_nothing_and_a_renewal_goes_on_from_the_license(machine, vendor):
    first = machine.control().begin(vendor.activation_key())
    assert token_of(machine, first).openings == ()
    assert first.scanned_id == first.computer_id == token_of(machine, first).computer_id
    machine.control().complete(vendor.computer_key(first))
    renewal = machine.control().begin(first.activation_key)
    assert (renewal.renewal, renewal.computer_id) == (True, first.computer_id)
    assert token_of(machine, renewal).computer_id == renewal.scanned_id != first.computer_id
    assert levels(machine, renewal) == ["CONTINUATION"]
    assert machine.control().begin(first.activation_key) == renewal


def test_after_a_deactivation_a_request_carries_its_codes_and_so_does_the_first_renewal(machine, vendor):
    key = machine.activate().activation_key
    machine.control().begin(key)
    machine.control().deactivate()
    again = machine.control().begin(key)
    assert levels(machine, again) == ["PROOF", "PROOF"]
    machine.control().complete(vendor.computer_key(again))
    first = renew(machine, issued=TODAY)
    assert levels(machine, first) == ["CONTINUATION", "PROOF", "PROOF"]
    assert levels(machine, machine.control().begin(key)) == ["CONTINUATION"]


def test_at_most_four_requests_of_a_key_wait_and_the_newest_goes_on_from_all(machine, vendor):
    key = machine.activate().activation_key
    asked = [machine.control().begin(key)]
    for _ in range(5):
        asked.append(machine.control().begin(key, new_request=True))
    assert len({begun.scanned_id.text for begun in asked}) == 3
    assert levels(machine, asked[-1]) == ["CONTINUATION"] * 3
    machine.control().deactivate()
    assert levels(machine, machine.control().begin(key)) == ["PROOF"] * 4


# Requests that wait.


def test_another_key_puts_a_request_aside_which_is_shown_again_and_completed(machine, vendor):
    one, other = vendor.activation_key(), vendor.activation_key()
    first, second = machine.control().begin(one), machine.control().begin(other)
    assert machine.control().begin(one) == first
    assert machine.control().begin(other, start_over=True) == second
    machine.control().complete(vendor.computer_key(first))
    assert machine.control().pending() == replace(second, may_replace_account=False)
    completed = machine.control().complete(vendor.computer_key(second))
    assert completed.replaced == one
    assert machine.control().show_code(one).computer_id == first.computer_id


def test_completing_drops_only_the_older_requests_of_its_key(machine, vendor):
    key = vendor.activation_key()
    asked = [machine.control().begin(key, new_request=True) for _ in range(3)]
    machine.control().complete(vendor.computer_key(asked[1]))
    assert [begun.scanned_id for begun in machine.control().requests()] == [asked[2].scanned_id]
    machine.control().complete(vendor.computer_key(asked[2]))
    assert machine.control().requests() == ()


def test_deactivate_names_the_key_and_gives_up_everything_of_it(machine, vendor):
    completed = machine.activate()
    renewal = machine.control().begin(completed.activation_key)
    waiting = machine.control().begin(vendor.activation_key())
    released = machine.control().deactivate(completed.activation_key)
    assert [code.computer_id for code in released.codes] == [completed.computer_id, renewal.scanned_id]
    request = token_of(machine, released)
    assert [opening.level for opening in request.codes] == [Level.PROOF, Level.PROOF]
    assert request.computer_id == completed.computer_id
    # A second click gives up nothing else.
    for key in (completed.activation_key, None):
        with pytest.raises(NotActivated):
            machine.control().deactivate(key)
    assert machine.control().pending().computer_id == waiting.computer_id
    assert machine.control().deactivate(waiting.activation_key).computer_id == waiting.computer_id
    assert machine.control().show_code().other_keys == (completed.activation_key,)


def test_a_key_that_was_typed_for_the_license_leaves_the_renewal_waiting(machine, vendor):
    completed = machine.activate()
    renewal = machine.control().begin(completed.activation_key)
    machine.control().complete(vendor.computer_key(renewal))
    assert machine.control().status().computer_id == completed.computer_id
    assert machine.control().begin(completed.activation_key) == renewal
