"""Windows refuses to touch a file that another program has open, such as a virus scanner: for a moment.

Nothing of this was run there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds after which a file that is held counts as one that cannot be used."""

_PAUSE = 0.02
# ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
_HELD = frozenset({32, 33})


def retried(action: Callable[[], T]) -> T:
    """Do it again while another program holds the file, for two seconds; raises OSError as it does."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return action()
        except OSError as error:
            if getattr(error, "winerror", None) not in _HELD or time.monotonic() >= deadline:
                raise
        # No system can be asked to tell when a file is free.
        time.sleep(_PAUSE)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _REPLACE_EXISTING, _WRITE_THROUGH = 0x1, 0x8

    def move_through(fresh: Path, path: Path) -> None:
        """Replace a file, and return once that is on the disk; a folder cannot be flushed there."""
        move = ctypes.WinDLL("kernel32", use_last_error=True).MoveFileExW
        move.argtypes, move.restype = (wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD), wintypes.BOOL
        if not move(str(fresh), str(path), _REPLACE_EXISTING | _WRITE_THROUGH):
            raise ctypes.WinError(ctypes.get_last_error())
