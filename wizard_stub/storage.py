"""How an unusable file is reported: its path, what the system said, and what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keyferry.wizard.access import ReplacementRefused
from keyferry.wizard.errors import Cause, NotSynced, StorageUnavailable
from keyferry.wizard.locks import Busy, NotLockable

ADVICE = {
    Cause.NO_RIGHTS: (
        "Run the wizard under the account that activated the application, or give this account permission."
    ),
    Cause.NO_SPACE: "The disk is full, or this account's share of it. Free up some space, then try again.",
    Cause.READ_ONLY: "The disk is read-only. Make it writable, then try again.",
    Cause.DISK: "The disk reported an error. Check it, then try again.",
    Cause.OTHER: "Check the folder or use another one, then try again.",
}


@dataclass(frozen=True)
class Place:
    """A file or folder, and the codes of what can be wrong with it."""

    path: Path
    busy_code: str
    lock_code: str
    read_code: str
    write_code: str

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what stops a reader into StorageUnavailable."""
        try:
            yield
        except ReplacementRefused as error:
            raise StorageUnavailable(str(error), code=error.code, detail=str(error.path)) from error
        except OSError as error:
            raise unavailable("read", self.path, error, code=self.read_code) from error

    @contextmanager
    def writing(self, what: str = "written") -> Iterator[None]:
        """Turn what stops a writer into StorageUnavailable: it cannot be `what`."""
        try:
            yield
        except Busy as error:
            raise self.busy() from error
        except NotLockable as error:
            raise unavailable("locked", error.path, error.error, code=self.lock_code) from error
        except ReplacementRefused as error:
            raise StorageUnavailable(str(error), code=error.code, detail=str(error.path)) from error
        except OSError as error:
            raise unavailable(what, self.path, error, code=self.write_code) from error

    def busy(self) -> StorageUnavailable:
        """Return the error for a file that another process uses."""
        message = f"{self.path} cannot be used right now: another process is using it. Try again in a moment."
        return StorageUnavailable(message, code=self.busy_code, detail=str(self.path))


def unavailable(what: str, path: Path, error: OSError, *, code: str) -> StorageUnavailable:
    """Return the error for a file or folder that cannot be `what`."""
    cause = Cause.of(error)
    return StorageUnavailable(
        f"{path} cannot be {what} ({error.strerror or type(error).__name__}). {ADVICE[cause]}",
        code=code,
        # The system's own sentence would be in the system's language.
        detail=f"{path} ({errno.errorcode.get(error.errno or 0, type(error).__name__)})",
        cause=cause,
    )


@contextmanager
def done_all_the_same(done: str, then: str, *, code: str) -> Iterator[None]:
    """Report a failure after the point of no return as what it is: what was done, and what to do."""
    try:
        yield
    except StorageUnavailable as error:
        message = f"{done} {then} {error}"
        raise NotSynced(message, code=code, detail=error.detail, cause=error.cause) from error
