"""Whether what a person changes is still as they saw it.

So of two people at once neither undoes the other's work unawares, and a form that is sent twice counts once.
"""

from __future__ import annotations

import hashlib

from keyferry.server.core.errors import Conflict


def digest(*facts: object) -> str:
    """Return 16 characters that tell one state from another; facts are plain values."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def require(before: str, now: str) -> None:
    """Raise Conflict (changed_meanwhile) where another digest counts now than before; "" fits all."""
    if before and before != now:
        raise Conflict(
            "This was changed after you opened it. Nothing was done. Check how it is now, and send this "
            "again if it’s still right.",
            code="changed_meanwhile",
        )
