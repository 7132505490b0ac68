"""Files that survive a crash: after it either the old or the new content is there, whole.

On Windows a folder cannot be flushed; there the rename itself is journalled by NTFS.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOCK_NAME = ".lock"


def write_durably(path: Path, data: bytes) -> None:
    """Replace the file by `data`, mode 0600; raises OSError, and then the old content is untouched.

    The caller holds the folder's lock: the fresh file has one fixed name, so that crashes leave no litter.
    """
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        with open(fresh, "xb", opener=_open_private) as file:
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
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes and threads from changing the folder meanwhile; raises OSError."""
    with open(folder / _LOCK_NAME, "ab", opener=_open_private) as file:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        yield  # Closing the file releases the lock, also when the process dies.


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":
        # There fsync() stops at the drive's cache; this one does not.
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)
