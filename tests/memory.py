"""Where files are in memory: nobody waits for a disk there, which tests would thousands of times."""

from __future__ import annotations

import os
from pathlib import Path

_MEMORY, _ROOM = Path("/dev/shm"), 4 << 30


def in_memory() -> Path | None:
    """Return a folder that is in memory and has room; None where there is none."""
    if not os.access(_MEMORY, os.W_OK):
        return None
    there = os.statvfs(_MEMORY)
    # A test may make a program, too, which some machines do not run from there.
    has_room = there.f_bavail * there.f_frsize > _ROOM and not there.f_flag & os.ST_NOEXEC
    return _MEMORY if has_room else None


def pytest_configure() -> None:
    """Keep the folders of tests there."""
    if (memory := in_memory()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
