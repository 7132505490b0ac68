"""Accounts of this computer: what one of them does, and who may use which file afterwards."""

from __future__ import annotations

import errno
import os
import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as several accounts")


@dataclass(frozen=True)
class Account:
    """An account by its numbers; it need not be known to the system."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()

    def does(self, work: Callable[[], T]) -> T:
        """Do the work in a process of this account, and return or raise what it did."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            self._answer(work, writer)
        os.close(writer)
        with open(reader, "rb") as answers:
            raised, answer = pickle.loads(answers.read())
        os.waitpid(child, 0)
        if raised:
            raise answer
        return answer

    def _answer(self, work: Callable[[], object], writer: int) -> None:
        os.setgroups(self.groups)
        os.setgid(self.gid)
        os.setuid(self.uid)
        try:
            answer = (False, work())
        except Exception as error:  # noqa: BLE001 - it is raised again where the work was asked for
            answer = (True, error)
        os.write(writer, pickle.dumps(answer))
        os._exit(0)


def acl(*, owner: int = 6, group: int, other: int, users: dict[int, int]) -> bytes:
    """Return a POSIX ACL as Linux stores it, with `users` by number, and a mask that takes nothing away."""
    nobody = 0xFFFFFFFF
    entries = [(1, owner, nobody), *((2, bits, user) for user, bits in sorted(users.items()))]
    entries += [(4, group, nobody), (16, 7, nobody), (32, other, nobody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def set_acl(path: Path, entries: bytes, *, default: bool = False) -> None:
    """Give a file or folder an ACL; skips the test where its file system has none."""
    try:
        os.setxattr(path, f"system.posix_acl_{'default' if default else 'access'}", entries)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        pytest.skip("the file system of the temporary folder keeps no ACL")


def seen(*folders: Path) -> dict[Path, tuple[object, ...]]:
    """Return all that a look could change in folders: names, contents, owners, rights and times."""
    return {
        path: (found.st_ino, found.st_uid, found.st_gid, found.st_mode, found.st_mtime_ns, content(path))
        for folder in folders
        for path in (folder, *folder.rglob("*"))
        for found in [path.stat()]
    }


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def access(path: Path) -> tuple[int, int, int]:
    """Return owner, group and mode."""
    found = path.stat()
    return found.st_uid, found.st_gid, found.st_mode & 0o7777
