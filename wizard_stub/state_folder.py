"""The folder in which an application keeps the wizard's state: `state.json`, and what was set aside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from protocol.profile import WizardProfile
from wizard_stub.durable import PATIENCE, locked, make_folder, sync_folder, write_durably
from wizard_stub.errors import StateDamaged, StorageUnavailable, place_and_reason
from wizard_stub.state import LARGEST_FILE, State, decode_state, encode_state

_FILE_NAME = "state.json"


class StateFolder:
    """Reads and writes the state of one product; every failure is a WizardError that says what to do."""

    def __init__(self, path: Path, profile: WizardProfile) -> None:
        self.path = path
        self._file = path / _FILE_NAME
        self._profile = profile

    def read(self) -> State | None:
        """Return the state, or None where there is none; raises StateDamaged or StorageUnavailable."""
        try:
            with self._file.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageUnavailable(
                f"{self._file} cannot be read ({error.strerror}). "
                "Run the wizard under the account that activated the application, "
                "or give this one the right.",
                detail=place_and_reason(self._file, error),
            ) from error
        if len(data) > LARGEST_FILE:
            raise StateDamaged("The stored state is far too long to be one.", detail="not_whole")
        return decode_state(data, self._profile)

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
            yield

    def set_aside(self) -> Path:
        """Rename the present file to a free name and return that; raises StorageUnavailable."""
        names = (self.path / f"{_FILE_NAME}.damaged-{number}" for number in count(1))
        aside = next(name for name in names if not name.exists())
        with self._reporting():
            os.rename(self._file, aside)
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
