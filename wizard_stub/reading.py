"""Reading state and anchor together while other processes change them.

A writer replaces the state before the anchor, and a reader takes the anchor before the state: so what a
reader finds never looks older than it is. If a file system does not keep to that order, a second reading
under the lock does, and without a lock two readings that agree.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from keyferry.wizard.anchor import Anchor
from keyferry.wizard.errors import StateDamaged
from keyferry.wizard.state_folder import StateFolder

PATIENCE = 2.0
"""Seconds after which a reader says that the state is busy."""

_PAUSE = 0.02
T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """What stood in the anchor, and then in the state file."""

    anchored: int | None
    stored: bytes | None


def take(folder: StateFolder, anchor: Anchor) -> Reading:
    """Read both, the anchor first; raises StorageUnavailable."""
    if folder.load() is None:
        # No anchor is needed, nor does one that cannot be read matter yet.
        return Reading(None, None)
    anchored = anchor.read()
    return Reading(anchored, folder.load())


def settled(folder: StateFolder, anchor: Anchor, judge: Callable[[Reading], T]) -> T:
    """Return what `judge` makes of a reading; damage is believed only if no other process is at work.

    Raises StateDamaged, whatever else `judge` raises, or StorageUnavailable (state_busy after two seconds).
    """
    try:
        return judge(take(folder, anchor))
    except StateDamaged:
        with folder.locked_to_read(patience=PATIENCE) as is_locked:
            if is_locked:
                return judge(take(folder, anchor))
    return _agreed(folder, anchor, judge)


def _agreed(folder: StateFolder, anchor: Anchor, judge: Callable[[Reading], T]) -> T:
    deadline = time.monotonic() + PATIENCE
    former = take(folder, anchor)
    while time.monotonic() < deadline:
        time.sleep(_PAUSE)
        reading = take(folder, anchor)
        try:
            return judge(reading)
        except StateDamaged:
            if reading == former:
                raise
        former = reading
    raise folder.busy()
