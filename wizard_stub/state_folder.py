"""The folder in which an application keeps the wizard's state: one file for each computer.

Each computer writes only the file that carries its fingerprint, so computers that share a folder, such as a
home on a file server, never meet in one file. Products do not meet either: each has fingerprints of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from protocol.profile import WizardProfile
from wizard_stub.durable import PATIENCE, locked, make_folder, sync_folder, write_durably
from wizard_stub.errors import StateDamaged, StateNewer, StorageUnavailable, place_and_reason
from wizard_stub.state import LARGEST_FILE, State, decode_state, encode_state

# What versions before the first release wrote, whatever the computer; it is gone on with where it serves.
_FORMER_NAME = "state.json"


class StateFolder:
    """Reads and writes one computer's state of one product; a failure is a WizardError with what to do."""

    def __init__(self, path: Path, profile: WizardProfile, fingerprint: int) -> None:
        self.path = path
        self._own = path / f"state-{fingerprint:010x}.json"
        self._former = path / _FORMER_NAME
        self._passes_over_former = False
        self._profile = profile
        self._fingerprint = fingerprint

    def read(self) -> State | None:
        """Return the state, or None where there is none.

        Raises StateDamaged, StateNewer or StorageUnavailable.
        """
        return self._decoded(self._file)

    def holds_another_computers(self) -> bool:
        """Tell whether another computer keeps its state of this product here."""
        others = {*self.path.glob("state-*.json"), self._former} - {self._own}
        return any(self._is_another_computers(file) for file in sorted(others))

    def _is_another_computers(self, file: Path) -> bool:
        try:
            state = self._decoded(file)
        except (StateDamaged, StateNewer, StorageUnavailable):
            # Another product's, perhaps: what is not understood is no reason for anything.
            return False
        return state is not None and state.fingerprint != self._fingerprint

    @property
    def _file(self) -> Path:
        former = self._former
        if self._passes_over_former or not os.path.exists(former) or os.path.exists(self._own):
            return self._own
        # One that cannot be understood may be this computer's: that is told, not passed over.
        return self._own if self._is_another_computers(former) else former

    def _decoded(self, file: Path) -> State | None:
        data = self._load(file)
        return None if data is None else decode_state(data, self._profile)

    def _load(self, file: Path) -> bytes | None:
        try:
            with file.open("rb") as opened:
                return opened.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageUnavailable(
                f"{file} cannot be read ({error.strerror}). "
                "Run the wizard under the account that activated the application, "
                "or give this one the right.",
                detail=place_and_reason(file, error),
            ) from error

    def write(self, state: State) -> None:
        """Replace the state durably; raises StorageUnavailable, and then the old one is untouched."""
        with self._reporting():
            write_durably(self._file, encode_state(state, self._profile))

    @contextmanager
    def locked(self, *, patience: float = PATIENCE) -> Iterator[None]:
        """Create a missing folder, and keep other processes from changing the state meanwhile."""
        with ExitStack() as stack:
            with self._reporting():
                make_folder(self.path)
                stack.enter_context(locked(self._file, patience=patience))
            # Outside of the reporting: an error of the caller's own work is not one of this folder.
            try:
                yield
            finally:
                self._passes_over_former = False

    def set_aside(self) -> Path | None:
        """Make room for a new state under the lock, and return where the present file is kept.

        Raises StorageUnavailable.
        """
        file = self._file
        if file == self._former:
            # It stays where it is, since another product may look for it there.
            self._passes_over_former = True
            return file
        if not file.exists():
            return None
        names = (file.with_name(f"{file.name}.damaged-{number}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        with self._reporting():
            os.rename(file, aside)
            sync_folder(self.path)
        return aside

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageUnavailable(
                f"The folder {self.path} cannot be written ({error.strerror or type(error).__name__}). "
                "Make it writable, or name another one, then try again.",
                code="state_not_writable",
                detail=place_and_reason(self.path, error),
            ) from error
