"""Every system call fails once, with each plausible error: what is said is true, and nothing is lost."""

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard.errors import NotSynced, StorageUnavailable
from keyferry.wizard.guarantees import UNSUPPORTED
from keyferry.wizard.results import LicenseState

from .accounts import acl, seen, set_acl
from .failing import OPTIONAL, FailingSystem, failures

KEY = ActivationKey.generate(bytes([7] * 12))
ACL = acl(group=4, other=0, users={41002: 4})


@dataclass
class Outcome:
    """What an operation answered or raised while one call failed, and the system in which it did."""

    name: str
    number: int
    system: FailingSystem
    answer: object = None
    error: Exception | None = None

    @property
    def is_lacking(self) -> bool:
        return self.name in OPTIONAL and self.number in UNSUPPORTED

    def __str__(self) -> str:
        result = f"{self.error.code}: {self.error}" if self.error else self.answer
        return f"{self.name} number {self.system.at} {errno.errorcode[self.number]} -> {result}"


@pytest.fixture
def thorough():
    """Whether each call fails with each of its errors; tests/long says so."""
    return False


class Prepared:
    """A machine that is as it was kept before each failure, with rights that a write has to carry over."""

    def __init__(self, machine, *, thorough: bool) -> None:
        self.folders = (machine.folder, machine.anchors)
        self.thorough = thorough
        self.kept: dict[Path, bytes] = {}

    def keep(self) -> None:
        self.kept = {path: path.read_bytes() for path in self.files() if path.suffix != ".lock"}

    def take_out(self) -> None:
        # A lock is made anew each time.
        for path in set(self.files()) - self.kept.keys():
            path.unlink()
        for folder in self.folders:
            if folder.exists() and not self.kept:
                folder.rmdir()
        for path, content in self.kept.items():
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)
            if path.suffix == ".anchor":
                path.chmod(0o640)
                if os.geteuid() == 0:
                    os.chown(path, 41001, 41001)
            else:
                set_acl(path, ACL)

    def files(self) -> list[Path]:
        return [path for folder in self.folders for path in folder.glob("*")]

    def outcomes(self, operation) -> Iterator[Outcome]:
        """Let the operation run once for each failure."""
        for name, place, number in failures(operation, self.take_out, thorough=self.thorough):
            self.take_out()
            outcome = Outcome(name, number, FailingSystem(place, number))
            with outcome.system.in_place():
                try:
                    outcome.answer = operation()
                except StorageUnavailable as error:
                    outcome.error = error
            yield outcome


@pytest.fixture
def prepared(machine, monkeypatch, thorough):
    # It would only take time: no power fails while the tests run.
    monkeypatch.setattr(os, "fsync", lambda _: None)
    machine.random_bytes = lambda size: b"r" * size
    return Prepared(machine, thorough=thorough)


def is_consistent(outcome: Outcome, before, after, done: bool) -> None:
    """Check what holds for every operation: done, done but not synced, or nothing changed at all."""
    if outcome.is_lacking:
        assert outcome.error is None, outcome
    if outcome.error is None or isinstance(outcome.error, NotSynced):
        assert done, outcome
    else:
        assert not done, outcome
        assert after == before, outcome
    if outcome.name == "flock" and outcome.error and not done:
        assert "lockable" in outcome.error.code, outcome
        assert "permission" not in str(outcome.error), outcome


def stored(machine) -> bytes | None:
    return machine.state_file.read_bytes() if machine.state_file.exists() else None


@pytest.mark.thorough
@pytest.mark.parametrize("before_it", ["nothing", "license"])
def test_a_request_is_stored_or_nothing_is(machine, prepared, before_it):
    if before_it == "license":
        machine.activate(ActivationKey.generate(bytes([8] * 12)))
    prepared.keep()
    prepared.take_out()
    before, count, codes = stored(machine), 0, set()
    for outcome in prepared.outcomes(lambda: machine.control().begin(KEY)):
        after = stored(machine)
        pending = machine.control().pending()
        is_consistent(outcome, before, after, pending is not None and pending.activation_key == KEY)
        if outcome.error is None and not outcome.is_lacking:
            for _ in outcome.system.power_cuts():
                assert machine.control().pending().computer_id == outcome.answer.computer_id, outcome
        # The way out that is named: the same once more.
        assert machine.control().begin(KEY).activation_key == KEY, outcome
        codes.add(outcome.error and outcome.error.code)
        count += 1
    assert count > 50
    assert codes >= {None, "requested_not_synced", "state_not_writable", "state_not_lockable"}


@pytest.mark.thorough
def test_a_license_is_activated_or_the_request_still_stands(machine, vendor, prepared):
    issued = vendor.computer_key(machine.control().begin(KEY))
    prepared.keep()
    before, codes = stored(machine), set()
    for outcome in prepared.outcomes(lambda: machine.control().complete(issued)):
        after = stored(machine)
        state = machine.control().status().state
        is_consistent(outcome, before, after, state is LicenseState.ACTIVE)
        for _ in () if outcome.is_lacking else outcome.system.power_cuts():
            state = machine.control().status().state
            assert state is LicenseState.ACTIVE or (outcome.error and state is LicenseState.PENDING), outcome
        machine.control().complete(issued)
        assert machine.control().status().state is LicenseState.ACTIVE, outcome
        codes.add(outcome.error and outcome.error.code)
    assert codes >= {None, "activated_not_synced", "state_not_writable"}


@pytest.mark.thorough
def test_a_license_is_in_use_or_given_up_with_its_code_within_reach(machine, prepared):
    machine.activate(KEY)
    prepared.keep()
    code = machine.control().deactivate().code
    prepared.take_out()
    before, codes = stored(machine), set()
    for outcome in prepared.outcomes(lambda: machine.control().deactivate()):
        after = stored(machine)
        state = machine.control().status().state
        is_consistent(outcome, before, after, state is LicenseState.NOT_ACTIVATED)
        for _ in () if outcome.is_lacking else outcome.system.power_cuts():
            # Never damaged, and never in use once the code was shown.
            state = machine.control().status().state
            assert state is LicenseState.NOT_ACTIVATED or (outcome.error and state is LicenseState.ACTIVE), (
                outcome
            )
        if isinstance(outcome.error, NotSynced):
            assert outcome.error.code == "deactivated_not_synced"
            assert str(outcome.error).startswith("The license was deactivated. `keyferry-wizard … show-code`")
        released = machine.control().show_code() if after != before else machine.control().deactivate()
        assert released.code == code, outcome
        codes.add(outcome.error and outcome.error.code)
    assert codes >= {None, "deactivated_not_synced", "state_not_writable", "anchor_not_writable"}


@pytest.mark.thorough
@pytest.mark.parametrize("anchor", ["behind", "settled"])
def test_a_code_is_shown_only_once_the_release_is_on_the_disk(machine, prepared, anchor):
    machine.activate(KEY)
    former = machine.anchor_file.read_bytes()
    code = machine.control().deactivate().code
    if anchor == "behind":
        machine.anchor_file.write_bytes(former)
    prepared.keep()
    before, codes = stored(machine), set()
    for outcome in prepared.outcomes(lambda: machine.control().show_code()):
        assert stored(machine) == before
        if outcome.is_lacking:
            assert outcome.answer is not None, outcome
        elif outcome.name == "fsync" or (outcome.name == "open folder" and outcome.number != errno.EACCES):
            assert outcome.error is not None, outcome
        if outcome.error is None and not outcome.is_lacking:
            assert [path for path in outcome.system.unsynced if path.exists()] == [], outcome
        released = machine.control().show_code()
        assert released.code == code, outcome
        codes.add(outcome.error and outcome.error.code)
    assert codes >= {None, "deactivated_not_synced", "state_not_readable"}


@pytest.mark.thorough
def test_a_look_never_costs_a_license_and_says_what_it_could_not_store(machine, prepared, own_folder):
    machine.activate(KEY)
    prepared.keep()
    machine.clock.advance(hours=2)
    for outcome in prepared.outcomes(lambda: machine.control().status()):
        if outcome.error:
            assert outcome.error.code in ("state_not_readable", "anchor_not_readable"), outcome
            assert outcome.name in ("open", "read")
        else:
            assert outcome.answer.state is LicenseState.ACTIVE, outcome
            seen_now = machine.state_folder.read().latest_seen == machine.clock.now()
            for own in own_folder.glob("*.time"):
                # The account remembers it itself.
                seen_now = True
                own.unlink()
            if outcome.answer.not_remembered is None:
                assert seen_now, outcome
        assert machine.control().status().not_remembered is None, outcome


@pytest.mark.thorough
def test_a_damaged_state_is_set_aside_for_a_new_one_or_stays_where_it_is(machine, prepared):
    machine.activate(KEY)
    machine.state_file.write_bytes(b"damaged")
    prepared.keep()
    for outcome in prepared.outcomes(lambda: machine.control().begin(KEY, start_over=True)):
        aside = [path.read_bytes() for path in machine.folder.glob("*.damaged-*")]
        if outcome.error is None or isinstance(outcome.error, NotSynced):
            assert machine.control().status().state is LicenseState.PENDING, outcome
            assert aside == [b"damaged"], outcome
        else:
            assert stored(machine) == b"damaged", outcome
            assert aside == [], outcome


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
@pytest.mark.parametrize("name", ["begin", "complete", "deactivate"])
def test_a_disk_that_is_really_full_changes_nothing_and_says_so(machine, vendor, tmp_path, name):
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=64k tmpfs {disk} 2>/dev/null"):
        pytest.skip("this machine does not let its root mount")
    try:
        machine.folder, machine.anchors = disk / "s", disk / "a"
        completed = machine.activate(KEY)
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        before = seen(machine.state_file, machine.anchor_file)
        operations = {
            "begin": lambda: machine.control().begin(ActivationKey.generate(bytes([9] * 12))),
            "complete": lambda: machine.control().complete(completed.computer_key),
            "deactivate": lambda: machine.control().deactivate(),
        }
        with pytest.raises(StorageUnavailable, match=r"full, or this account's share of it\.") as refused:
            operations[name]()
        # A renewal leaves the anchor alone.
        code = "state_not_writable" if name == "complete" else "anchor_not_writable"
        assert refused.value.code == code
        assert seen(machine.state_file, machine.anchor_file) == before
        filler.unlink()
        operations[name]()
    finally:
        os.system(f"umount {disk}")
