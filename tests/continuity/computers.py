"""Computers with a disk each, and the real wizard on it: folders of states, and the anchor beside them."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from keyferry.protocol.keys import machine_fingerprint
from keyferry.protocol.profile import WizardProfile
from keyferry.wizard import anchor, anchor_place, latest_time, state_folder
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.errors import StateDamaged
from keyferry.wizard.results import LicenseState, Status
from keyferry.wizard.state import State
from keyferry.wizard.state_folder import StateFolder
from keyferry.wizard.state_seal import encode_state
from keyferry.wizard.this_machine import ThisMachine


class PowerCut(BaseException):
    """The power went at the moment at which the anchor would have been written."""


@dataclass
class Computer:
    """One computer: what it is known by, its version of the application, its clock, and its disk.

    Every disk is mounted at the same place while its computer works, as on real computers.
    """

    disks: Path
    name: str
    identifier: str
    profile: WizardProfile
    true_time: Callable[[], datetime]
    wrong_by: timedelta = timedelta()
    is_anchor_writable: bool = True
    are_states_writable: bool = True
    backups: int = 0

    def __post_init__(self) -> None:
        for kept in (self.disk / "anchors", self.disk / "home"):
            kept.mkdir(parents=True, exist_ok=True)

    @property
    def disk(self) -> Path:
        """Where its disk is while it does not work."""
        return self.disks / self.name

    @property
    def fingerprint(self) -> int:
        """What the computer IDs of this computer begin with."""
        return machine_fingerprint(self.profile.fingerprint_key, self.identifier)

    @property
    def folders(self) -> list[str]:
        """The folders that hold a state."""
        return sorted(path.name for path in self.disk.iterdir() if path.name not in ("anchors", "home"))

    @contextmanager
    def at_work(self, folder: str, *, power_fails: bool = False) -> Iterator[ActivationControl]:
        """Start the application in a folder of this computer."""
        mounted = self.disks / "mounted"
        self.disk.rename(mounted)
        try:
            with self._disk_as_it_is(mounted, power_fails):
                yield ActivationControl(
                    self.profile,
                    mounted / folder,
                    machine_identifier=self.identifier,
                    anchor_folder=mounted / "anchors",
                    now=self.now,
                )
        finally:
            mounted.rename(self.disk)

    def now(self) -> datetime:
        """What its clock says."""
        return self.true_time() + self.wrong_by

    def is_active(self, folder: str) -> str | None:
        """Return the computer ID on which the application runs in a folder, None if it does not run."""
        status = self.status(folder)
        runs = status.state is LicenseState.ACTIVE
        return status.computer_id.text if runs and status.computer_id else None

    def status(self, folder: str) -> Status:
        """Start the application in a folder, which asks whether it may run."""
        with self.at_work(folder) as control:
            return control.status()

    def reseal(self, folder: str, retired: int) -> None:
        """Have somebody with a retired secret forget the time that a state has seen, and seal it anew."""
        try:
            state = self.state(folder)
        except StateDamaged:
            # It was sealed like this before, and is refused.
            return
        epoch = self.profile.epoch(retired)
        if state is None or state.license is None or epoch is None:
            return
        [file] = (path for path in (self.disk / folder).iterdir() if path.suffix == ".json")
        known = replace(self.profile, epochs=(replace(epoch, retired=False),))
        file.write_bytes(encode_state(replace(state, latest_seen=None), known))

    def state(self, folder: str) -> State | None:
        """Return what is stored in a folder."""
        return StateFolder(self.disk / folder, self.profile, self.fingerprint).read()

    def knows(self, folder: str, computer_id: str) -> bool:
        """Whether a folder holds the secret of a computer ID, also of one that was given up."""
        state, machine = self.state(folder), ThisMachine(self.profile, self.fingerprint)
        if state is None:
            return False
        grants = (*state.held, *(given.grant for given in state.given_up))
        return any(machine.computer_id(grant).text == computer_id for grant in grants)

    def anchor_number(self) -> int | None:
        """Return the number of the anchor on its disk."""
        anchored = anchor_place.file_anchor(
            self.disk / "anchors", product_number=self.profile.product_number, fingerprint=self.fingerprint
        ).read()
        return anchored.number if anchored else None

    def copy_folder(self, folder: str, other: str, to: Computer | None = None) -> None:
        """Copy a folder of states, on this disk or to another computer's."""
        copied = (to or self).disk / other
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(self.disk / folder, copied)

    def clone(self, name: str) -> Computer:
        """Return a computer with the same identity and a copy of the whole disk."""
        copy = Computer(self.disks, name, self.identifier, self.profile, self.true_time, self.wrong_by)
        shutil.rmtree(copy.disk)
        shutil.copytree(self.disk, copy.disk)
        return copy

    def lose_anchor(self) -> None:
        """Have somebody clean the folder in which the anchor is."""
        shutil.rmtree(self.disk / "anchors")
        (self.disk / "anchors").mkdir()

    def back_up(self, folder: str) -> None:
        """Keep a copy of a folder, and of the anchors."""
        kept = self.disks / f"{self.name}-{self.backups}"
        shutil.copytree(self.disk / folder, kept / "state")
        shutil.copytree(self.disk / "anchors", kept / "anchors")
        self.backups += 1

    def restore(self, folder: str, number: int, *, with_anchor: bool) -> None:
        """Put a backup back: the folder alone, or the whole disk."""
        kept = self.disks / f"{self.name}-{number}"
        shutil.rmtree(self.disk / folder, ignore_errors=True)
        shutil.copytree(kept / "state", self.disk / folder)
        if with_anchor:
            shutil.rmtree(self.disk / "anchors")
            shutil.copytree(kept / "anchors", self.disk / "anchors")

    @contextmanager
    def _disk_as_it_is(self, mounted: Path, power_fails: bool) -> Iterator[None]:
        def fail(*_: object, **__: object) -> None:
            if power_fails:
                raise PowerCut
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(latest_time, "default_anchor_folder", lambda: mounted / "home")
            if not self.are_states_writable:
                patched.setattr(state_folder, "replace_file", fail)
            if power_fails or not self.is_anchor_writable:
                patched.setattr(anchor, "replace_file", fail)
            yield
