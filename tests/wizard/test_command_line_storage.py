"""What the command line says of disks that lack something, that fail, and that others are using."""

import errno
import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from keyferry.wizard import durable, locks, reading, state_folder
from keyferry.wizard.guarantees import Lacking


@pytest.fixture
def lacking(monkeypatch):
    """A file system that can neither be flushed nor locked."""

    def unsupported(*_: object) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    def lack() -> None:
        monkeypatch.setattr(durable.os, "fsync", unsupported)
        monkeypatch.setattr(locks.fcntl, "flock", unsupported)

    return lack


@contextmanager
def broken_disk():
    """A disk that fails once the state was replaced."""
    replaced = []

    def replace(old: str, new: Path) -> None:
        os.rename(old, new)
        replaced.append(new.suffix)

    def sync_folder(folder: Path) -> set[Lacking]:
        if ".json" in replaced:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return set()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(durable.os, "replace", replace)
        patched.setattr(state_folder, "sync_folder", sync_folder)
        yield


def test_what_a_file_system_lacks_is_a_warning_and_all_is_done(run, run_json, key, issue, lacking):
    lacking()
    _, asked = run_json("request", key.text)
    assert [warning["code"] for warning in asked["warnings"]] == ["not_synced", "not_locked"]
    for arguments in (["request", key.text], ["activate", issue(asked)], ["deactivate"]):
        code, out, err = run(*arguments)
        assert code == 0
        assert out
        assert [line.split(":")[0] for line in err.splitlines()] == ["Warning"] * 2
    assert "can't confirm that files are on the disk" in err
    code, out, err = run("show-code")
    assert (code, err.count("Warning: ")) == (0, 1)
    _, released = run_json("show-code")
    assert released["deactivation_code"] in out
    assert released["warnings"] == [{"code": "not_synced", "message": Lacking.SYNC.message}]


def test_a_license_that_was_given_up_is_said_to_be_and_its_code_comes_once_the_disk_works(
    fails, refuses, run_json, licensed
):
    with broken_disk():
        err = fails(7, "deactivate")
        assert err.startswith(
            "The license was deactivated. `keyferry-wizard … show-code` shows the code once"
        )
        assert "Input/output error" in err
        assert run_json("status")[1]["status"] == "not_activated"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", Mock(side_effect=OSError(errno.EIO, "Input/output error")))
        answer = refuses(7, "deactivated_not_synced", "show-code")
        assert "deactivation_code" not in answer
    code, answer = run_json("show-code")
    assert code == 0
    assert answer["computer_id"] == licensed["computer_id"]


def test_a_request_and_an_activation_that_were_stored_are_said_to_be(run, run_json, key, issue):
    with broken_disk():
        code, answer = run_json("request", key.text)
    assert (code, answer["code"]) == (7, "requested_not_synced")
    assert run_json("status")[1]["pending"] is True
    asked = run_json("request", key.text)[1]
    with broken_disk():
        code, answer = run_json("activate", issue(asked))
    assert (code, answer["code"]) == (7, "activated_not_synced")
    assert "the same key activates it again" in answer["message"]
    assert run("status")[0] == 0


def test_what_others_are_using_ends_with_6(
    run, refuses, licensed, machine, short_waits_for_locks, monkeypatch
):
    monkeypatch.setattr(reading, "PATIENCE", 0.1)
    with locks.locked(machine.state_file):
        refuses(6, "state_busy", "deactivate")
        machine.state_file.write_bytes(b"{}")
        code, out, err = run("status")
    assert (code, out, err.count("\n")) == (6, "", 1)
    assert "another process is using it" in err


def test_why_the_time_was_not_stored_has_its_code_in_json(run_json, licensed, machine, own_folder):
    folder = machine.state_folder
    folder.write(replace(folder.read(), latest_seen=None))
    own_folder.mkdir()
    own = own_folder / machine.anchor_file.with_suffix(".time").name
    with locks.locked(machine.state_file), locks.locked(own):
        code, answer = run_json("status")
    assert (code, answer["status"]) == (0, "valid")
    assert [warning["code"] for warning in answer["warnings"]] == ["state_busy"]
    assert answer["warning"] == answer["warnings"][0]["message"]
