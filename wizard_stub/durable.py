"""Files that survive a crash: after it either the old or the new content is there, whole.

Until the rename nothing has happened, and after it everything has: so what replaces a file and what makes
that last are two functions, and a caller can distinguish a failure of one from a failure of the other. On
Windows a folder cannot be flushed; there the rename itself returns once it is on the disk.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from keyferry.wizard import access
from keyferry.wizard.guarantees import UNSUPPORTED, Lacking
from keyferry.wizard.patience import retried

if sys.platform == "darwin":
    import fcntl
if sys.platform == "win32":
    from keyferry.wizard.patience import move_through

_BINARY = getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""How a file is opened that somebody may have replaced: no link is followed, and no pipe waited for."""


def read_file(path: Path, most: int) -> bytes | None:
    """Return at most so many bytes of a file, or None if it is not there.

    Raises OSError, also for a link, a pipe, and whatever else is no file of its own.
    """
    try:
        descriptor = retried(lambda: os.open(path, os.O_RDONLY | PLAIN | _BINARY))
    except (FileNotFoundError, NotADirectoryError):
        # Some accounts have /dev/null for a home: nothing can be kept there, nor ever was.
        return None
    try:
        require_plain(descriptor, path)
        parts: list[bytes] = []
        while most > 0 and (part := os.read(descriptor, most)):
            parts.append(part)
            most -= len(part)
        return b"".join(parts)
    finally:
        # Nothing was written to it, and it is closed whatever the system answers.
        with suppress(OSError):
            os.close(descriptor)


def require_plain(descriptor: int, path: Path) -> None:
    """Raise OSError if what was opened is no ordinary file."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))


def replace_file(path: Path, data: bytes, *, strict: bool = False) -> set[Lacking]:
    """Replace the file by `data`, for the same accounts; it lasts once `sync_folder` has been called.

    Raises OSError or ReplacementRefused, and then the old content is untouched. The caller holds the file's
    lock: the fresh file has one fixed name, so that crashes leave no litter. With `strict` nothing is
    replaced if the file system cannot keep who may use it.
    """
    access.require_replaceable(path)
    fresh = path.with_name(f"{path.name}.new")
    _remove(fresh)
    try:
        lacking = _write_new(fresh, data, like=path, strict=strict)
        _rename(fresh, path, data)
    except (OSError, access.ReplacementRefused):
        # The first failure is the one to report; the next write removes what it leaves.
        with suppress(OSError):
            _remove(fresh)
        raise
    return lacking


def make_folder(folder: Path) -> set[Lacking]:
    """Create the folder, and what is missing above it, durably; raises OSError.

    It is private, unless the folder above is there to be shared.
    """
    lacking: set[Lacking] = set()
    if os.path.isdir(folder):
        return lacking
    missing = [folder, *(parent for parent in folder.parents if not os.path.lexists(parent))]
    for new in reversed(missing):
        lacking |= _make(new)
    return lacking


def sync_folder(folder: Path) -> set[Lacking]:
    """Make what was created, renamed or removed in the folder survive a crash; raises OSError."""
    if sys.platform == "win32":
        return set()
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        # A folder that may be written but not read: it cannot be flushed alone, so everything is.
        os.sync()
        return set()
    except OSError as error:
        return _unless_failed(error)
    try:
        return _sync(descriptor)
    finally:
        os.close(descriptor)


def _make(folder: Path) -> set[Lacking]:
    try:
        os.mkdir(folder, access.mode_of_new_folder(folder.parent))
    except FileExistsError:
        # Another process was quicker, but may not have synced it yet.
        return sync_folder(folder.parent)
    try:
        return access.share_folder(folder) | sync_folder(folder.parent)
    except OSError:
        # Otherwise the next attempt would find it there, and take it for durable.
        with suppress(OSError):
            os.rmdir(folder)
        raise


def _write_new(fresh: Path, data: bytes, *, like: Path, strict: bool) -> set[Lacking]:
    descriptor = os.open(fresh, _NEW, access.mode_of_new(fresh.parent))
    try:
        lacking = access.adopt(descriptor, like, strict=strict)
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        lacking |= _sync(descriptor)
    finally:
        os.close(descriptor)
    return lacking


def _rename(fresh: Path, path: Path, data: bytes) -> None:
    try:
        retried(lambda: _replace(fresh, path))
    except FileNotFoundError:
        # It was there: a file server that lost its first answer says so of what it has done.
        if not path.is_file() or path.read_bytes() != data:
            raise


def _replace(fresh: Path, path: Path) -> None:
    if sys.platform == "win32":
        move_through(fresh, path)
    else:
        os.replace(fresh, path)


def _sync(descriptor: int) -> set[Lacking]:
    lacking: set[Lacking] = set()
    try:
        if sys.platform == "darwin":
            lacking = _flush_drive(descriptor)
        os.fsync(descriptor)
    except OSError as error:
        return _unless_failed(error)
    return lacking


def _flush_drive(descriptor: int) -> set[Lacking]:
    """Go beyond the drive's cache, at which fsync() stops on macOS, if the file system can."""
    if sys.platform == "darwin":
        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError as error:
            return _unless_failed(error)
    return set()


def _unless_failed(error: OSError) -> set[Lacking]:
    if error.errno not in UNSUPPORTED:
        raise error
    return {Lacking.SYNC}


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
