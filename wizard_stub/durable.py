"""Files that survive a crash: after it either the old or the new content is there, whole.

On Windows a folder cannot be flushed; there the rename itself is journalled by NTFS.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PATIENCE = 10.0
"""Seconds to wait for another process, whose longest work is mending a badly typed key."""

_PAUSE = 0.02


def write_durably(path: Path, data: bytes) -> None:
    """Replace the file by `data`; raises OSError, and then the old content is untouched.

    The caller holds the file's lock: the fresh file has one fixed name, so that crashes leave no litter.
    """
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        with open(fresh, "xb", opener=_open_new) as file:
            file.write(data)
            file.flush()
            _sync(file.fileno())
        os.replace(fresh, path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Create the folder with mode 0700, and what is missing above it, durably; raises OSError."""
    if folder.is_dir():
        return
    missing = [folder, *(parent for parent in folder.parents if not parent.exists())]
    for new in reversed(missing):
        new.mkdir(mode=0o700, exist_ok=True)
        sync_folder(new.parent)


def sync_folder(folder: Path) -> None:
    """Make what was created, renamed or removed in the folder survive a crash; raises OSError."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other processes and threads from changing the file meanwhile; raises OSError.

    It waits at most `patience` seconds. The lock is a file beside, since the file itself is replaced; the
    system drops it with the process, however that ends.
    """
    with open(path.with_name(f"{path.name}.lock"), "ab", opener=_open_new) as file:
        deadline = time.monotonic() + patience
        while not _try_lock(file.fileno()):
            if time.monotonic() >= deadline:
                raise BlockingIOError(errno.EAGAIN, "another process is using it")
            # No system can be asked to wake us when a lock becomes free, but only until a deadline.
            time.sleep(_PAUSE)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return False
        raise
    return True


def _open_new(path: str, flags: int) -> int:
    """Open a file that is private, or the group's in a folder that is there to be shared (setgid)."""
    descriptor = os.open(path, flags, 0o600)
    shared = stat.S_ISGID | stat.S_IWGRP
    if sys.platform != "win32" and os.stat(Path(path).parent).st_mode & shared == shared:
        if os.fstat(descriptor).st_uid == os.geteuid():
            os.fchmod(descriptor, 0o660)
    return descriptor


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":
        # There fsync() stops at the drive's cache; this one does not.
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)
