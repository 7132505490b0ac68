"""What a file system may or may not offer, and how a caller learns that it does not."""

from __future__ import annotations

import errno
from enum import Enum

UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOTTY})
"""The answers of a file system that lacks something; every other one says that something failed."""


class Lacking(Enum):
    """A guarantee that the file system does not offer: what was asked for was done without it."""

    SYNC = "not_synced"
    LOCK = "not_locked"
    ACCESS = "access_not_kept"

    @property
    def message(self) -> str:
        """Return the warning as a sentence."""
        return _MESSAGES[self]


_MESSAGES = {
    Lacking.SYNC: (
        "This file system can't confirm that files are on the disk. "
        "A power cut in the next minute may undo this."
    ),
    Lacking.LOCK: (
        "This file system can't lock files. Don't run two programs at once that use this license folder."
    ),
    Lacking.ACCESS: (
        "This file system didn't keep a file's permissions. "
        "Other accounts may no longer be able to use the license."
    ),
}


def in_order(lacking: set[Lacking]) -> tuple[Lacking, ...]:
    """Return them in an order that is always the same."""
    return tuple(one for one in Lacking if one in lacking)
