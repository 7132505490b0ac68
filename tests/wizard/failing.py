"""A system in which one call fails, and which remembers what a power cut would take away afterwards."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, combinations, cycle, islice
from pathlib import Path

import pytest

from keyferry.wizard import access, durable, locks, state_folder

# What a file system lacks, and what fails, by turns: a call that is made often meets both.
_KEEPING = ("EINVAL", "EIO", "ENOTSUP", "ENOSPC", "ENOSYS", "EROFS", "EPERM", "EDQUOT")
_WRITING = ("EIO", "ENOSPC", "EDQUOT", "EROFS")
ERRORS = {
    "open": ("EACCES", *_WRITING, "EMFILE"),
    "read": ("EACCES", "EIO"),
    "mkdir": ("EACCES", *_WRITING),
    "chmod": _KEEPING,
    "write": _WRITING,
    "fsync": ("EINVAL", "EIO", "ENOTSUP", "ENOSPC", "ENOSYS", "EDQUOT", "ENOTTY", "EROFS"),
    "close": ("EIO", "ENOSPC", "EDQUOT"),
    "replace": ("EACCES", "EPERM", *_WRITING),
    "rename": ("EACCES", "EPERM", *_WRITING),
    "unlink": ("EACCES", "EPERM", "EIO", "EROFS"),
    "rmdir": ("EIO",),
    "flock": ("ENOTSUP", "ENOLCK", "EINVAL", "EIO", "ENOSYS", "ENOTTY"),
    "stat": ("EACCES", "EIO"),
    "getxattr": ("ENODATA", "EIO", "ENOTSUP"),
    "setxattr": _KEEPING,
    "removexattr": _KEEPING,
    "fchmod": _KEEPING,
    "fchown": _KEEPING,
}
OPTIONAL = {"fsync", "flock", "chmod", "fchmod", "fchown", "setxattr", "removexattr", "open folder"}


class FailingSystem:
    """Stands in for `os` and `fcntl`; the call number `at` fails with `number`."""

    LOCK_EX, LOCK_NB = fcntl.LOCK_EX, fcntl.LOCK_NB

    def __init__(self, at: int | None = None, number: int = 0) -> None:
        self.at = at
        self.number = number
        self.calls: list[str] = []
        self.paths: dict[int, Path] = {}
        self.unsynced: dict[Path, bytes | None] = {}

    def __getattr__(self, name: str) -> object:
        genuine = fcntl.flock if name == "flock" else getattr(os, name)
        return self._counted(name, genuine) if name in ERRORS else genuine

    def sync(self) -> None:
        self.unsynced.clear()

    def _counted(self, name: str, genuine: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            number = len(self.calls)
            folder = name == "open" and bool(arguments[1] & os.O_DIRECTORY)
            self.calls.append("open folder" if folder else name)
            before = self._before(name, *arguments)
            if name == "close":
                # A descriptor is closed whatever close() answers.
                genuine(*arguments)
            if number == self.at:
                raise OSError(self.number, os.strerror(self.number))
            answer = None if name == "close" else genuine(*arguments)
            self._after(name, before, answer, *arguments)
            return answer

        return call

    def _before(self, name: str, *arguments: object) -> bytes | None:
        if name in ("replace", "rename") and os.path.exists(arguments[1]):
            return Path(arguments[1]).read_bytes()
        return None

    def _after(self, name: str, before: bytes | None, answer: object, *arguments: object) -> None:
        if name == "open":
            self.paths[answer] = Path(arguments[0])
        if name in ("replace", "rename"):
            self.unsynced.setdefault(Path(arguments[1]), before)
        if name == "fsync":
            kept = {path for path in self.unsynced if path.parent == self.paths[arguments[0]]}
            for path in kept:
                del self.unsynced[path]

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the wizard meet this system and no other."""
        with pytest.MonkeyPatch.context() as patched:
            for module in (access, durable, locks, state_folder):
                patched.setattr(module, "os", self)
            patched.setattr(locks, "fcntl", self)
            yield

    def power_cuts(self) -> Iterator[None]:
        """Lose, one after the other, every choice of what was never synced; then put it back."""
        paths = list(self.unsynced)
        choices = chain.from_iterable(combinations(paths, count) for count in range(1, len(paths) + 1))
        for lost in list(choices):
            present = {path: path.read_bytes() if path.exists() else None for path in lost}
            for path in lost:
                _put(path, self.unsynced[path])
            yield
            for path, content in present.items():
                _put(path, content)


def failures(
    work: Callable[[], object], prepare: Callable[[], None], *, thorough: bool
) -> Iterator[tuple[str, int, int]]:
    """Return every call that the work makes, with its plausible errors: name, place and number.

    Unless it is to be thorough, each call has only two of them, and the next such call the next two.
    """
    prepare()
    system = FailingSystem()
    with system.in_place():
        work()
    turns = {name: cycle(ERRORS[name.split()[0]]) for name in system.calls}
    for place, name in enumerate(system.calls):
        symbols = ERRORS[name.split()[0]]
        for symbol in symbols if thorough else islice(turns[name], min(2, len(symbols))):
            yield name, place, getattr(errno, symbol)


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)
