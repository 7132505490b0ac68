"""The folder in which an application keeps the wizard's state: one file for each computer.

Each computer writes only the file that carries its fingerprint, so computers that share a folder, such as a
home on a file server, never meet in one file. Products do not meet either: each has fingerprints of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from keyferry.protocol.profile import WizardProfile
from keyferry.wizard.access import require_own, require_replaceable
from keyferry.wizard.durable import make_folder, read_file, replace_file, sync_folder
from keyferry.wizard.errors import StateDamaged, StateNewer, StorageUnavailable, WizardError
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.locks import PATIENCE, locked, locked_to_read
from keyferry.wizard.state import State
from keyferry.wizard.state_seal import LARGEST_FILE, decode_state, encode_state
from keyferry.wizard.storage import Place

# What versions before the first release wrote on every computer; the computer it belongs to keeps using it.
_FORMER_NAME = "state.json"


class StateFolder:
    """Reads and writes one computer's state of one product; a failure is a WizardError with what to do."""

    def __init__(self, path: Path, profile: WizardProfile, fingerprint: int) -> None:
        self.path = path
        self._place = Place(
            path,
            busy_code="state_busy",
            lock_code="state_not_lockable",
            read_code="state_not_readable",
            write_code="state_not_writable",
        )
        self._own = path / f"state-{fingerprint:010x}.json"
        self._former = path / _FORMER_NAME
        self._passes_over_former = False
        self._profile = profile
        self._fingerprint = fingerprint

    def load(self) -> bytes | None:
        """Return what is stored, or None if nothing is; raises StorageUnavailable."""
        return self._load(self._file)

    def decode(self, data: bytes | None) -> State | None:
        """Return the state that was loaded, or None if there was none; raises StateDamaged, StateNewer."""
        return None if data is None else decode_state(data, self._profile)

    def read(self) -> State | None:
        """Return the state, or None if there is none.

        Raises StateDamaged, StateNewer or StorageUnavailable.
        """
        return self.decode(self.load())

    def holds_another_computers(self) -> bool:
        """Return whether another computer keeps its state of this product here."""
        return next(self.others(), None) is not None

    def others(self) -> Iterator[tuple[StateFolder, State]]:
        """Yield the states of this product that other computers keep here, each with how it is written."""
        for file in sorted({*self.path.glob("state-*.json"), self._former} - {self._own}):
            state = self._state_of_another(file)
            if state is not None:
                yield StateFolder(self.path, self._profile, state.fingerprint), state

    def write(self, state: State, *, strict: bool = False) -> set[Lacking]:
        """Replace the state, which lasts once `sync` has returned.

        Raises StorageUnavailable, and then the old one is untouched. With `strict` nothing is written if
        the file system cannot keep who may use the file.
        """
        with self._place.writing():
            return replace_file(self._file, encode_state(state, self._profile), strict=strict)

    def sync(self) -> set[Lacking]:
        """Return once what was written survives a power cut; raises StorageUnavailable."""
        with self._place.writing("synced"):
            return sync_folder(self.path)

    @contextmanager
    def locked(self, *, patience: float = PATIENCE) -> Iterator[set[Lacking]]:
        """Create a missing folder, and keep other processes from changing the state meanwhile.

        Raises StorageUnavailable, also if this account must not replace the state; nothing is made then.
        """
        with ExitStack() as stack:
            with self._place.writing():
                require_own(self.path)
                file = self._file
                require_replaceable(file)
                lacking = make_folder(self.path)
                lacking |= stack.enter_context(locked(file, patience=patience))
            # Outside of the reporting: an error of the caller's own work is not one of this folder.
            try:
                yield lacking
            finally:
                self._passes_over_former = False

    @contextmanager
    def locked_to_read(self, *, patience: float) -> Iterator[bool]:
        """Wait while others change the state, and return whether none does now; raises StorageUnavailable."""
        with ExitStack() as stack:
            with self._place.writing():
                is_locked = stack.enter_context(locked_to_read(self._file, patience=patience))
            yield is_locked

    def busy(self) -> WizardError:
        """Return the error for a state that other processes change all the time."""
        return self._place.busy()

    def set_aside(self) -> Path | None:
        """Make room for a new state under the lock, and return where the present file is kept.

        It lasts with the state that is written then. Raises StorageUnavailable.
        """
        file = self._file
        self._passes_over_former = True
        if file == self._former:
            # It stays where it is, since another product may look for it there.
            return file
        if not file.exists():
            return None
        names = (file.with_name(f"{file.name}.damaged-{number}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        with self._place.writing():
            os.rename(file, aside)
        return aside

    @contextmanager
    def back_on_failure(self, aside: Path | None) -> Iterator[None]:
        """Put back what was set aside if nothing could be written instead."""
        try:
            yield
        except WizardError:
            if aside not in (None, self._former):
                with suppress(OSError):
                    os.rename(aside, self._own)
            raise

    @property
    def _file(self) -> Path:
        former = self._former
        if self._passes_over_former or not os.path.exists(former) or os.path.exists(self._own):
            return self._own
        # One that cannot be understood may be this computer's: that is reported, not ignored.
        return self._own if self._state_of_another(former) else former

    def _state_of_another(self, file: Path) -> State | None:
        try:
            state = self.decode(self._load(file))
        except (StateDamaged, StateNewer, StorageUnavailable):
            # Another product's, perhaps: what is not understood is no reason for anything.
            return None
        return state if state is not None and state.fingerprint != self._fingerprint else None

    def _load(self, file: Path) -> bytes | None:
        with replace(self._place, path=file).reading():
            require_own(file.parent)
            return read_file(file, LARGEST_FILE + 1)
