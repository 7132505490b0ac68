"""Folders that are missing, read-only or no folders: said at once, not when the key has been typed."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from keyferry.protocol.openings import Level
from keyferry.wizard import locks
from keyferry.wizard.anchor_place import default_anchor_folder
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.results import LicenseState

NOBODY = 65534


@pytest.fixture
def unprivileged(machine):
    """A home that an ordinary account owns, with this process running as that account."""
    home = Path(tempfile.mkdtemp())
    machine.folder, machine.anchors = home / "state", home / "anchors"
    root = os.geteuid() == 0
    if root:
        shutil.chown(home, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    yield home
    if root:
        os.seteuid(0)
    for path in (home, *home.iterdir()):
        path.chmod(0o700)
    shutil.rmtree(home)


def refused(code, operation):
    """Return the sentence with which an operation is refused."""
    with pytest.raises(StorageUnavailable) as error:
        operation()
    assert error.value.code == code
    return str(error.value)


def request(machine):
    return lambda: machine.control().begin(machine.vendor.activation_key())


def test_a_missing_folder_is_made_with_all_that_is_missing_above_it(machine, vendor):
    machine.folder = machine.folder / "deep" / "er"
    machine.activate()
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_folder_below_a_file_is_named_at_the_request(machine, vendor, tmp_path):
    (tmp_path / "file").write_text("")
    machine.folder = tmp_path / "file" / "state"
    assert f"{machine.folder} cannot be written" in refused("state_not_writable", request(machine))


def test_a_file_in_the_place_of_the_folder_is_named_at_the_request(machine, vendor, tmp_path):
    machine.folder = tmp_path / "file"
    machine.folder.write_text("")
    refused("state_not_writable", request(machine))
    assert machine.folder.read_text() == ""


def test_a_file_system_that_takes_no_files_is_named_at_the_request(machine, vendor):
    machine.folder = Path("/proc/self/keyferry")
    refused("state_not_writable", request(machine))


def test_a_read_only_folder_is_named_at_the_request(machine, vendor, unprivileged):
    machine.folder.mkdir()
    machine.folder.chmod(0o500)
    assert "Permission denied" in refused("state_not_writable", request(machine))


def test_a_folder_that_became_read_only_is_named_when_asked_again(machine, vendor, unprivileged):
    key = vendor.activation_key()
    machine.control().begin(key)
    machine.folder.chmod(0o500)
    refused("state_not_writable", lambda: machine.control().begin(key))


def test_an_anchor_that_cannot_be_written_is_named_at_the_request(machine, vendor, tmp_path):
    (tmp_path / "file").write_text("")
    machine.anchors = tmp_path / "file" / "anchors"
    assert str(machine.anchors) in refused("anchor_not_writable", request(machine))


def test_an_anchor_that_cannot_be_written_stops_a_deactivation_before_it_begins(
    machine, vendor, unprivileged
):
    machine.activate()
    machine.anchors.chmod(0o500)
    refused("anchor_not_writable", machine.control().deactivate)
    machine.anchors.chmod(0o700)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_code_is_shown_again_where_nothing_can_be_written_any_more(machine, unprivileged):
    machine.activate()
    released = machine.control().deactivate()
    machine.anchors.chmod(0o500)
    machine.folder.chmod(0o500)
    assert machine.control().show_code() == released


def test_a_license_in_a_folder_that_became_read_only_still_runs_with_a_warning(machine, unprivileged):
    machine.activate()
    machine.folder.chmod(0o500)
    assert machine.control().status().not_remembered is None
    machine.clock.advance(days=1)
    status = machine.control().status()
    assert status.state is LicenseState.ACTIVE
    assert "cannot be written" in status.not_remembered


def test_a_state_that_this_account_may_not_read_is_named_and_not_called_damaged(machine, unprivileged):
    machine.activate()
    machine.state_file.chmod(0)
    assert "account" in refused("state_not_readable", machine.control().status)


def test_an_anchor_that_this_account_may_not_read_costs_no_license_and_stays(machine, unprivileged):
    machine.activate()
    machine.anchor_file.chmod(0)
    status = machine.control().status()
    assert (status.state, status.not_remembered) == (LicenseState.ACTIVE, None)
    refused("anchor_not_writable", machine.control().deactivate)
    machine.anchor_file.chmod(0o600)
    assert machine.control().deactivate().level is Level.PROOF


def test_the_state_and_the_anchor_may_share_a_folder(machine, vendor):
    machine.anchors = machine.folder
    machine.activate()
    machine.control().deactivate()
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED


def test_a_lock_that_is_never_given_back_is_waited_for_only_a_while(tmp_path):
    with locks.locked(tmp_path / "state.json"):
        waiting = locks.locked(tmp_path / "state.json", patience=0.1)
        with pytest.raises(locks.Busy):
            waiting.__enter__()
    with locks.locked(tmp_path / "state.json", patience=0):
        assert (tmp_path / "state.json.lock").exists()


@pytest.mark.parametrize(
    ("platform", "environment", "root", "expected"),
    [
        ("linux", {"HOME": "/h/ada"}, True, "/var/lib/keyferry-wizard"),
        ("linux", {"HOME": "/h/ada"}, False, "/h/ada/.local/state/keyferry-wizard"),
        ("linux", {"HOME": "/h/ada", "XDG_STATE_HOME": "/s"}, False, "/s/keyferry-wizard"),
        ("darwin", {"HOME": "/u/ada"}, True, "/Library/Application Support/keyferry-wizard"),
        ("darwin", {"HOME": "/u/ada"}, False, "/u/ada/Library/Application Support/keyferry-wizard"),
        ("win32", {"PROGRAMDATA": "D:/Data"}, False, "D:/Data/keyferry-wizard"),
    ],
)
def test_the_anchor_stands_where_each_system_keeps_such_things(
    monkeypatch, platform, environment, root, expected
):
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    assert default_anchor_folder(environment, platform) == Path(expected)


def test_an_account_without_a_home_is_asked_to_set_one(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    message = refused("anchor_not_writable", lambda: default_anchor_folder({}, sys.platform))
    assert "KEYFERRY_ANCHOR_DIR" in message


def test_a_product_that_names_no_anchor_folder_gets_the_systems(machine, vendor, monkeypatch, tmp_path):
    monkeypatch.setattr("keyferry.wizard.memory.default_anchor_folder", lambda: tmp_path / "default")
    machine.control(anchor_folder=None).begin(vendor.activation_key())
    assert list((tmp_path / "default").glob("7-*.anchor"))
