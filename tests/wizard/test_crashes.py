"""Power that fails at each step of each operation: afterwards the old or the new state is there, whole."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import pytest

from keyferry.wizard import durable, locks, state_folder
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.results import LicenseState

STEPS = ("open", "mkdir", "write", "fsync", "replace", "rename")


class PowerCut(BaseException):
    """No ordinary error: nothing may handle it, as nothing handles a power cut."""


class FailingSystem:
    """The `os` module until the power fails before a step; then no further step works."""

    def __init__(self, steps_left: int) -> None:
        self.steps_left = steps_left
        self.off = False
        self.log: list[str] = []

    def __getattr__(self, name: str) -> object:
        genuine = getattr(os, name)
        return self._counted(name, genuine) if name in STEPS else genuine

    def _counted(self, name: str, genuine: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object) -> object:
            if self.steps_left == 0:
                self.off = True
                raise PowerCut
            self.steps_left -= 1
            self.log.append(name)
            return genuine(*arguments)

        return step


@pytest.fixture
def cut_at_each_step(monkeypatch):
    """Run an operation anew for each of its steps, with the power failing there, until it goes through."""

    def cuts(prepare: Callable[[], None], operation: Callable[[], object]) -> Iterator[int]:
        for steps in range(100):
            prepare()
            system = FailingSystem(steps)
            with monkeypatch.context() as patched:
                for module in (durable, locks, state_folder):
                    patched.setattr(module, "os", system)
                try:
                    operation()
                except PowerCut:
                    assert system.off
            if not system.off:
                return
            yield steps
        raise AssertionError("the operation never ends")

    return cuts


@pytest.fixture
def fresh(machine, tmp_path):
    """Machines one after the other, each with its own folders and anchor.

    All with the same secrets: their computer IDs are the same, so scrypt does not run for each of them.
    """
    number = iter(range(1000))

    def make():
        secrets = count(1)
        machine.random_bytes = lambda size: next(secrets).to_bytes(size, "big")
        home = tmp_path / str(next(number))
        machine.folder, machine.anchors = home / "state", home / "anchors"
        return machine

    return make


@pytest.mark.thorough
def test_a_request_interrupted_anywhere_is_asked_again_and_completed(fresh, vendor, cut_at_each_step):
    key, machine = vendor.activation_key(), fresh()
    steps = 0
    for steps in cut_at_each_step(fresh, lambda: machine.control().begin(key)):  # noqa: B007 - counted
        status = machine.control().status().state
        assert status in (LicenseState.NOT_ACTIVATED, LicenseState.PENDING)
        begun = machine.control().begin(key)
        assert machine.control().begin(key).computer_id == begun.computer_id
        machine.control().complete(vendor.computer_key(begun))
        assert machine.control().status().state is LicenseState.ACTIVE
    assert steps > 5


@pytest.mark.thorough
def test_a_completion_interrupted_anywhere_keeps_the_request_or_has_the_license(
    fresh, vendor, cut_at_each_step
):
    machine, issued, key = fresh(), {}, vendor.activation_key()

    def prepare():
        fresh()
        issued["key"] = vendor.computer_key(machine.control().begin(key))

    seen = set()
    for _ in cut_at_each_step(prepare, lambda: machine.control().complete(issued["key"])):
        seen.add(machine.control().status().state)
        machine.control().complete(issued["key"])
        assert machine.control().status().state is LicenseState.ACTIVE
    assert seen == {LicenseState.PENDING, LicenseState.ACTIVE}


@pytest.mark.thorough
def test_a_license_in_use_survives_an_interrupted_change_to_another(fresh, vendor, cut_at_each_step):
    machine, issued, former, key = fresh(), {}, vendor.activation_key(), vendor.activation_key()

    def prepare():
        fresh()
        machine.activate(former)
        issued["key"] = vendor.computer_key(machine.control().begin(key))

    for _ in cut_at_each_step(prepare, lambda: machine.control().complete(issued["key"])):
        assert machine.control().status().state is LicenseState.ACTIVE
        machine.control().complete(issued["key"])
        assert machine.control().status().state is LicenseState.ACTIVE


@pytest.mark.thorough
def test_a_deactivation_interrupted_anywhere_loses_nothing_and_leaves_no_live_copy(
    fresh, vendor, cut_at_each_step
):
    machine, before, key = fresh(), {}, vendor.activation_key()

    def prepare():
        fresh()
        before["completed"] = machine.activate(key)
        before["copy"] = machine.state_file.read_bytes()

    seen = set()
    for _ in cut_at_each_step(prepare, lambda: machine.control().deactivate()):
        completed = before["completed"]
        state = machine.control().status().state
        seen.add(state)
        if state is LicenseState.ACTIVE:
            machine.control().deactivate()
        released = machine.control().show_code()
        vendor.accepts_code(released.code.text, completed.computer_id, completed.activation_key)
        # The code has been shown: from here no copy may run.
        machine.state_file.write_bytes(before["copy"])
        assert machine.control().status().detail == "deactivated"
    assert seen == {LicenseState.ACTIVE, LicenseState.NOT_ACTIVATED}


def test_starting_over_interrupted_anywhere_keeps_the_damaged_file(fresh, vendor, cut_at_each_step):
    machine = fresh()

    def prepare():
        fresh()
        machine.folder.mkdir(parents=True)
        machine.state_file.write_bytes(b"damaged")

    key = vendor.activation_key()
    for _ in cut_at_each_step(prepare, lambda: machine.control().begin(key, start_over=True)):
        kept = [path.read_bytes() for path in machine.folder.glob("state-*.json*") if path.suffix != ".new"]
        assert b"damaged" in kept
        machine.control().begin(key, start_over=True)
        assert machine.control().status().state is LicenseState.PENDING


@pytest.mark.thorough
def test_a_second_computers_request_interrupted_anywhere_leaves_the_first_ones_license(
    fresh, vendor, cut_at_each_step
):
    machine, key = fresh(), vendor.activation_key()
    second = replace(machine, identifier="machine-2")

    def prepare():
        fresh()
        machine.activate(key)
        second.folder, second.anchors = machine.folder, machine.anchors

    for _ in cut_at_each_step(prepare, lambda: second.control().begin(key)):
        assert machine.control().status().state is LicenseState.ACTIVE
        second.control().complete(vendor.computer_key(second.control().begin(key)))
        assert second.control().status().state is LicenseState.ACTIVE
        assert machine.control().status().state is LicenseState.ACTIVE


def test_remembering_the_time_interrupted_anywhere_keeps_the_license(fresh, vendor, cut_at_each_step):
    machine, key = fresh(), vendor.activation_key()

    def prepare():
        fresh()
        machine.activate(key, expires=None)
        machine.clock.advance(hours=2)

    for _ in cut_at_each_step(prepare, lambda: machine.control().status()):
        assert machine.control().status().state is LicenseState.ACTIVE


def test_a_file_is_flushed_before_it_is_named_and_its_folder_after(tmp_path, monkeypatch):
    system = FailingSystem(100)
    monkeypatch.setattr(durable, "os", system)
    durable.replace_file(tmp_path / "file", b"content")
    durable.sync_folder(tmp_path)
    assert system.log == ["open", "write", "fsync", "replace", "open", "fsync"]


def test_half_a_file_left_by_a_crash_is_neither_read_nor_in_the_way(machine, vendor):
    machine.folder.mkdir()
    own = machine.state_file.name
    (machine.folder / f"{own}.new").write_bytes(b'{"epoch":1,"mac":"')
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED
    machine.activate()
    assert sorted(path.name for path in machine.folder.iterdir()) == [own, f"{own}.lock"]


def test_a_full_disk_changes_nothing_and_leaves_nothing_behind(machine, vendor, monkeypatch):
    completed = machine.activate()
    before = machine.state_file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(durable.os, "fsync", full)
        for operation in (
            machine.control().deactivate,
            lambda: machine.control().begin(completed.activation_key),
        ):
            with pytest.raises(StorageUnavailable, match="No space left on device"):
                operation()
    assert machine.state_file.read_bytes() == before
    assert not list(machine.folder.glob("*.new"))
    assert machine.control().status().state is LicenseState.ACTIVE


KILLED_AT = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from keyferry.protocol.profile import WizardProfile
    from keyferry.wizard import durable
    from keyferry.wizard.control import ActivationControl

    left, genuine = int(sys.argv[4]), os.fsync

    def fsync(descriptor):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        genuine(descriptor)

    durable.os.fsync = fsync
    profile = WizardProfile.from_json(Path(sys.argv[1]).read_text())
    control = ActivationControl(
        profile, Path(sys.argv[2]), anchor_folder=Path(sys.argv[3]), machine_identifier="machine-1"
    )
    control.deactivate()
    """
)


@pytest.mark.thorough
def test_a_process_killed_while_deactivating_loses_nothing_and_holds_no_lock(machine, vendor, tmp_path):
    completed = machine.activate()
    profile = tmp_path / "profile.json"
    profile.write_text(vendor.profile.to_json())
    command = [sys.executable, "-c", KILLED_AT, profile, machine.folder, machine.anchors]
    for step in range(20):
        ended = subprocess.run([*command, str(step)], check=False).returncode
        if machine.control().status().state is LicenseState.NOT_ACTIVATED:
            break
        assert ended == -signal.SIGKILL
    assert step > 2
    released = machine.control().show_code()
    vendor.accepts_code(released.code.text, completed.computer_id, completed.activation_key)
