"""Links, pipes and open folders where the wizard keeps its files: none is followed, waited for or used."""

import errno
import os

import pytest

from keyferry.wizard import durable
from keyferry.wizard.durable import read_file, replace_file
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.results import LicenseState

from .accounts import needs_root


def refused(operation):
    with pytest.raises(StorageUnavailable) as error:
        operation()
    return error.value.code


@pytest.fixture
def stolen(machine):
    """A machine with a license, whose files somebody may replace."""
    machine.activate()
    return machine


def test_a_link_in_the_place_of_the_state_is_not_followed(stolen, tmp_path):
    genuine = tmp_path / "genuine"
    stolen.state_file.rename(genuine)
    stolen.state_file.symlink_to(genuine)
    assert refused(stolen.control().status) == "state_not_readable"
    assert refused(lambda: stolen.control().begin(stolen.vendor.activation_key())) == "state_not_readable"


def test_a_pipe_in_the_place_of_the_state_is_not_waited_for(stolen):
    stolen.state_file.unlink()
    os.mkfifo(stolen.state_file)
    assert refused(stolen.control().status) == "state_not_readable"


@pytest.mark.parametrize("made", [os.mkfifo, lambda path: path.symlink_to("/nonexistent/file")])
def test_neither_is_one_in_the_place_of_the_anchor(stolen, made):
    anchor = stolen.anchor_file
    anchor.unlink()
    made(anchor)
    assert refused(stolen.control().status) == "anchor_not_readable"


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_lock_that_is_no_file_is_not_used_and_its_target_stays(stolen, tmp_path, kind):
    lock, target = stolen.state_file.with_name(f"{stolen.state_file.name}.lock"), tmp_path / "target"
    target.write_text("mine")
    lock.unlink()
    if kind == "link":
        lock.symlink_to(target)
    else:
        os.mkfifo(lock)
    assert refused(stolen.control().deactivate) in ("state_not_writable", "state_not_lockable")
    assert target.read_text() == "mine"
    assert stolen.control().status().state is LicenseState.ACTIVE


@needs_root
@pytest.mark.parametrize("which", ["folder", "anchors"])
def test_root_uses_no_folder_that_everybody_may_write(stolen, which):
    getattr(stolen, which).chmod(0o1777)
    for operation in (
        stolen.control().status,
        stolen.control().deactivate,
        lambda: stolen.control().begin(stolen.vendor.activation_key()),
    ):
        assert refused(operation) == "folder_open_to_all"
    getattr(stolen, which).chmod(0o755)
    assert stolen.control().status().state is LicenseState.ACTIVE


class Held(OSError):
    """What Windows says of a file that a virus scanner reads."""

    winerror = 32


def test_a_file_that_another_program_holds_for_a_moment_is_tried_again(tmp_path, monkeypatch):
    genuine, calls = {"open": os.open, "replace": os.replace}, []

    def held_once(name):
        def call(*arguments):
            calls.append(name)
            if calls.count(name) == 1:
                raise Held(errno.EACCES, "another process is using the file")
            return genuine[name](*arguments)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(durable.os, "replace", held_once("replace"))
        replace_file(tmp_path / "file", b"content")
    with monkeypatch.context() as patched:
        patched.setattr(durable.os, "open", held_once("open"))
        assert read_file(tmp_path / "file", 100) == b"content"
    assert calls == ["replace", "replace", "open", "open"]


def test_one_that_is_held_for_long_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("keyferry.wizard.patience.PATIENCE", 0.05)

    def held(*_):
        raise Held(errno.EACCES, "another process is using the file")

    monkeypatch.setattr(durable.os, "replace", held)
    with pytest.raises(Held):
        replace_file(tmp_path / "file", b"content")
