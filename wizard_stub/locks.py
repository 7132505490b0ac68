"""Locks between processes: a file beside the one that is locked, since that one is replaced.

The system drops a lock with its process, however that ends.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from keyferry.wizard import access
from keyferry.wizard.durable import PLAIN, require_plain
from keyferry.wizard.guarantees import UNSUPPORTED, Lacking

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PATIENCE = 10.0
"""Seconds to wait for another process, whose longest work is repairing a badly typed key."""

_PAUSE = 0.02
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL
_TAKEN = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


class Busy(Exception):
    """Another process holds the lock for longer than the caller would wait."""


class NotLockable(Exception):
    """There is a lock, but the system does not let this process have it; `error` says why."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(str(error))
        self.path = path
        self.error = error


@contextmanager
def locked(path: Path, *, patience: float = PATIENCE) -> Iterator[set[Lacking]]:
    """Keep other processes and threads from changing the file meanwhile, or report that nothing can.

    It waits at most `patience` seconds. Raises Busy, NotLockable, or OSError if a missing lock cannot be
    made.
    """
    lock = _lock_of(path)
    descriptor = _open(lock) if os.path.lexists(lock) else _create(lock, like=path)
    try:
        yield _acquire(lock, descriptor, patience)
    finally:
        _close(descriptor)


@contextmanager
def locked_to_read(path: Path, *, patience: float) -> Iterator[bool]:
    """Wait until no other process is changing the file, and return whether that is so; raises Busy.

    It makes nothing: False if there is no lock, or none that this account can have.
    """
    lock = _lock_of(path)
    try:
        descriptor = _open(lock)
    except (NotLockable, OSError):
        yield False
        return
    try:
        try:
            is_locked = Lacking.LOCK not in _acquire(lock, descriptor, patience)
        except NotLockable:
            is_locked = False
        yield is_locked
    finally:
        _close(descriptor)


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _open(lock: Path) -> int:
    """Open a lock that is there; with O_CREAT, Linux would refuse another's file in a sticky folder."""
    descriptor = _open_plain(lock)
    try:
        require_plain(descriptor, lock)
    except OSError as error:
        _close(descriptor)
        raise NotLockable(lock, error) from error
    return descriptor


def _open_plain(lock: Path) -> int:
    try:
        return os.open(lock, os.O_RDWR | PLAIN)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
    try:
        return os.open(lock, os.O_RDONLY | PLAIN)
    except PermissionError as error:
        raise NotLockable(lock, error) from error


def _create(lock: Path, *, like: Path) -> int:
    """Create a lock that is for the same accounts as the file which it locks."""
    try:
        descriptor = os.open(lock, _NEW, access.mode_of_new(lock.parent))
    except FileExistsError:
        return _open(lock)
    try:
        access.adopt(descriptor, like, strict=False)
    except (OSError, access.ReplacementRefused):
        _close(descriptor)
        with suppress(OSError):
            os.unlink(lock)
        raise
    return descriptor


def _close(descriptor: int) -> None:
    # Nothing was written to it, and it is closed whatever the system answers.
    with suppress(OSError):
        os.close(descriptor)


def _acquire(lock: Path, descriptor: int, patience: float) -> set[Lacking]:
    deadline = time.monotonic() + patience
    while True:
        try:
            _try(descriptor)
        except OSError as error:
            if error.errno in UNSUPPORTED:
                return {Lacking.LOCK}
            if error.errno not in _TAKEN:
                raise NotLockable(lock, error) from error
        else:
            return set()
        if time.monotonic() >= deadline:
            raise Busy
        # No system can be asked to wake us when a lock becomes free, but only until a deadline.
        time.sleep(_PAUSE)


def _try(descriptor: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
