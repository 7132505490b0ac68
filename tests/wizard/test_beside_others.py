"""A look beside processes that activate and deactivate: it never takes their work for damage."""

import multiprocessing
import os
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ProtocolError
from keyferry.wizard import locks, reading
from keyferry.wizard.anchor import Anchored
from keyferry.wizard.errors import NotActivated, StorageUnavailable
from keyferry.wizard.results import LicenseState

from .accounts import Account, needs_root

KEY = ActivationKey.generate(bytes([3] * 12))
STRANGER = Account(41002, 41002)


@pytest.fixture
def seconds():
    """How long a process looks; tests/long takes more time."""
    return 1.0


@contextmanager
def workers(machine, count: int):
    """Processes that activate and deactivate as fast as they can, until the block ends."""
    machine.control().begin(KEY)
    fork = multiprocessing.get_context("fork")
    stop, rounds = fork.Event(), fork.Value("i", 0)

    def work() -> None:
        # Waiting for the disk would leave less to collide with.
        os.fsync = lambda _: None
        while not stop.is_set():
            try:
                begun = machine.control().begin(KEY)
                machine.control().complete(machine.vendor.scanned_key(begun))
                machine.control().deactivate()
            except (NotActivated, ProtocolError):
                # Another one was quicker.
                continue
            with rounds.get_lock():
                rounds.value += 1

    processes = [fork.Process(target=work) for _ in range(count)]
    for process in processes:
        process.start()
    try:
        yield rounds
    finally:
        stop.set()
        for process in processes:
            process.join()
    assert [process.exitcode for process in processes] == [0] * count
    assert rounds.value > 0


def lock_of(machine) -> Path:
    return machine.state_file.with_name(f"{machine.state_file.name}.lock")


def look(machine, seconds: float) -> Counter[LicenseState]:
    """Look some thousand times, fewer where others keep the computer busy."""
    control, seen, end = machine.control(), Counter(), time.monotonic() + seconds
    while time.monotonic() < end:
        seen[control.status().state] += 1
    return seen


@pytest.mark.thorough
def test_thousands_of_looks_beside_working_processes_see_no_damage(machine, seconds):
    with workers(machine, 3):
        seen = look(machine, seconds)
    assert set(seen) <= {LicenseState.NOT_ACTIVATED, LicenseState.PENDING, LicenseState.ACTIVE}
    assert len(seen) > 1


@pytest.mark.thorough
@needs_root
def test_an_account_that_may_only_read_sees_no_damage_either(machine, seconds):
    # Not below pytest's own folder, which is its account's alone.
    with tempfile.TemporaryDirectory() as home:
        machine.folder, machine.anchors = Path(home, "state"), Path(home, "anchors")
        machine.activate(KEY)
        for folder in (Path(home), machine.folder, machine.anchors):
            folder.chmod(0o755)
        for path in (machine.state_file, machine.anchor_file):
            path.chmod(0o644)
        with workers(machine, 3):
            seen = STRANGER.does(lambda: look(machine, seconds))
    assert set(seen) <= {LicenseState.NOT_ACTIVATED, LicenseState.PENDING, LicenseState.ACTIVE}


@pytest.fixture
def outdated(machine):
    """A state that is older than its anchor, and the newest one."""
    machine.activate(KEY)
    older = machine.state_file.read_bytes()
    machine.control().deactivate()
    machine.activate(KEY)
    newest = machine.state_file.read_bytes()
    machine.state_file.write_bytes(older)
    return older, newest


def test_what_looks_damaged_is_read_again_once_nobody_is_at_work(machine, outdated, monkeypatch):
    _, newest = outdated
    genuine = locks.locked_to_read

    @contextmanager
    def after_the_other(path, *, patience):
        # Between the first reading and the lock, another process ends its work.
        machine.state_file.write_bytes(newest)
        with genuine(path, patience=patience) as is_locked:
            yield is_locked

    monkeypatch.setattr("keyferry.wizard.state_folder.locked_to_read", after_the_other)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_who_cannot_lock_believes_only_two_readings_that_agree(machine, outdated, monkeypatch):
    _, newest = outdated
    lock_of(machine).unlink()
    monkeypatch.setattr(reading.time, "sleep", lambda _: machine.state_file.write_bytes(newest), raising=True)
    assert machine.control().status().state is LicenseState.ACTIVE
    assert not lock_of(machine).exists()


@pytest.mark.parametrize("lock", ["there", "missing"])
def test_what_a_copy_gave_up_is_still_said_to_be_given_up(machine, outdated, lock):
    if lock == "missing":
        lock_of(machine).unlink()
    began = time.monotonic()
    assert machine.control().status().detail == "deactivated"
    assert time.monotonic() - began < reading.PATIENCE


@pytest.mark.thorough
def test_a_state_that_never_comes_to_rest_is_busy_after_two_seconds(machine, outdated):
    lock_of(machine).unlink()
    line = machine.state_folder.read().license.grant.line.digest
    numbers = (Anchored(number, (line,)) for number in range(1, 100_000))
    anchor = Mock(read=Mock(side_effect=numbers))
    control = machine.control(anchor=anchor)
    began = time.monotonic()
    with pytest.raises(StorageUnavailable, match="another process is using it") as busy:
        control.status()
    assert busy.value.code == "state_busy"
    assert 2 <= time.monotonic() - began < 4
    anchor.write.assert_not_called()


def test_a_lock_that_is_held_for_long_makes_what_looks_damaged_busy(machine, outdated, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", 0.1)
    with locks.locked(machine.state_file), pytest.raises(StorageUnavailable) as busy:
        machine.control().status()
    assert busy.value.code == "state_busy"


def test_an_operation_that_waits_in_vain_says_busy_and_nothing_of_rights(machine, short_waits_for_locks):
    machine.activate(KEY)
    for lock, code in ((machine.state_file, "state_busy"), (machine.anchor_file, "anchor_busy")):
        with locks.locked(lock), pytest.raises(StorageUnavailable) as busy:
            machine.control().deactivate()
        assert busy.value.code == code
        assert "permission" not in str(busy.value)
    assert machine.control().status().state is LicenseState.ACTIVE
