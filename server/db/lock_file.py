"""The turn of a process among all processes that write to one SQLite database.

SQLite makes whoever waits sleep and look again at ever longer intervals, so the unlucky wait for seconds. A
lock of the operating system wakes the next one at once. It is only a queue: SQLite's own lock decides, as it
does with any other program. Where there can't be a lock file, processes wait as SQLite has them wait.
"""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress
from queue import SimpleQueue

from keyferry.server.db.tickets import Ticket, new_ticket

# Two bytes of the file: whoever has the first is next, whoever has the second writes. With only one, a
# process that gives the lock back and takes it again would beat those that have to wake up first.
_NEXT, _TURN = 0, 1
_SUFFIX = ".lock"


class LockFile:
    """A lock between processes, beside a database file; the threads of a process have to take turns first."""

    def __init__(self, database: str | None) -> None:
        self._path = f"{database}{_SUFFIX}" if database and os.path.isabs(database) else None
        self._opened: tuple[int, int] | None = None
        self._awaited: _Awaited | None = None
        self._waiter: _Waiter | None = None

    def acquire(self, seconds: float) -> bool:
        """Wait for the lock up to so many seconds; return whether there is nothing more to wait for."""
        file = self._file()
        if file is None:
            return True
        awaited = self._awaited
        if awaited is None or not awaited.is_taken_over():
            try:
                if _try(file, _NEXT) and _try(file, _TURN):
                    fcntl.lockf(file, fcntl.LOCK_UN, 1, _NEXT)
                    return True
            except OSError:
                # The file system has no locks.
                return True
            self._waiter = self._waiter or _Waiter()
            awaited = _Awaited(file)
            self._waiter.start(awaited)
        is_there = awaited.wait(seconds)
        self._awaited = None if is_there else awaited
        return is_there

    def release(self) -> None:
        """Give the lock to the next process."""
        if self._opened is not None and self._opened[0] == os.getpid():
            with suppress(OSError):
                fcntl.lockf(self._opened[1], fcntl.LOCK_UN, 1, _TURN)

    def _file(self) -> int | None:
        """Open the file in this process: a lock belongs to the process that took it."""
        if self._opened is None or self._opened[0] != os.getpid():
            self._awaited = self._waiter = None
            file = _opened(self._path)
            self._opened = None if file is None else (os.getpid(), file)
        return None if self._opened is None else self._opened[1]


class _Waiter:
    """A thread that waits for locks, because waiting for one of the operating system has no timeout."""

    def __init__(self) -> None:
        self._wanted: SimpleQueue[_Awaited] = SimpleQueue()
        threading.Thread(target=self._run, name="keyferry-lock", daemon=True).start()

    def start(self, awaited: _Awaited) -> None:
        """Have the thread wait for the lock."""
        self._wanted.put(awaited)

    def _run(self) -> None:
        while True:
            self._wanted.get().take()


class _Awaited:
    """Both bytes: being waited for by the thread, or taken.

    There is only one at a time: locks belong to the process, and a second one would give back those of the
    first.
    """

    def __init__(self, file: int) -> None:
        self._file = file
        self._guard = threading.Lock()
        self._is_there = self._is_over = False
        # Released when both are taken; None once nobody wants them any more.
        self._ticket: Ticket | None = new_ticket()

    def is_taken_over(self) -> bool:
        """Want again what was given up on; return False if it was taken and given back meanwhile."""
        with self._guard:
            self._ticket = None if self._is_over else new_ticket()
            return not self._is_over

    def wait(self, seconds: float) -> bool:
        """Wait up to so many seconds, then give up: a lock that comes later is given back at once."""
        if self._ticket is not None and self._ticket.acquire(timeout=seconds):
            return True
        with self._guard:
            if not self._is_there:
                self._ticket = None
            return self._is_there

    def take(self) -> None:
        """Wait for both bytes; only the thread of `_Waiter` calls this."""
        with suppress(OSError):
            fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _NEXT)
            fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _TURN)
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _NEXT)
        with self._guard:
            if self._ticket is not None:
                self._is_there = True
                self._ticket.release()
                return
            self._is_over = True
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _TURN)


def _try(file: int, place: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _opened(path: str | None) -> int | None:
    """Open the lock file for everybody who may write to the database; None if there can't be one."""
    if path is None:
        return None
    try:
        database = os.stat(path.removesuffix(_SUFFIX))
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    made, mode = os.fstat(file), database.st_mode & 0o666
    # Only if something has to change: a service whose system calls are filtered may be killed for trying.
    with suppress(PermissionError):
        if (made.st_uid, made.st_gid) != (database.st_uid, database.st_gid):
            os.fchown(file, database.st_uid, database.st_gid)
        if made.st_mode & 0o777 != mode:
            os.fchmod(file, mode)
    return file
