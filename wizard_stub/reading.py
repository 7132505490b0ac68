"""Reading state and anchor together while other processes change them.

A writer replaces the state before the anchor, and a reader takes the anchor before the state: so what a
reader finds never looks older than it is. If a file system does not keep to that order, a second reading
under the lock does, and without a lock two readings that agree.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from keyferry.wizard.anchor import Anchor, Anchored
from keyferry.wizard.errors import StateDamaged
from keyferry.wizard.state_folder import StateFolder

PATIENCE = 2.0
"""Seconds after which a reader says that the state is busy."""

_PAUSE = 0.02
T = TypeVar("T")


class LooksOlder(StateDamaged):
    """The anchor knows that something was given up which the state still holds: so another look is due."""


@dataclass(frozen=True)
class Reading:
    """What stood in the anchor, and then in the state file."""

    anchor: Anchor = field(compare=False)
    anchored: Anchored | None
    stored: bytes | None


Judge = Callable[[Reading, bool], T]
"""Judges a reading; raises LooksOlder or StateDamaged, LooksOlder not if it is sure (the second argument)."""


def take(folder: StateFolder, anchor_for: Callable[[bytes | None], Anchor]) -> Reading:
    """Read both, the anchor first; raises StorageUnavailable."""
    stored = folder.load()
    anchor = anchor_for(stored)
    if stored is None:
        # No anchor is needed, nor does one that cannot be read matter yet.
        return Reading(anchor, None, None)
    anchored = anchor.read()
    return Reading(anchor, anchored, folder.load())


def settled(folder: StateFolder, taken: Callable[[], Reading], judge: Judge[T]) -> T:
    """Return what `judge` makes of a reading; damage is believed only if no other process is at work.

    Raises StateDamaged, whatever else `judge` raises, or StorageUnavailable (state_busy after two seconds).
    """
    try:
        return judge(taken(), False)
    except StateDamaged:
        with folder.locked_to_read(patience=PATIENCE) as is_locked:
            if is_locked:
                return judge(taken(), True)
    return _agreed(folder, taken, judge)


def _agreed(folder: StateFolder, taken: Callable[[], Reading], judge: Judge[T]) -> T:
    deadline = time.monotonic() + PATIENCE
    former = taken()
    while time.monotonic() < deadline:
        time.sleep(_PAUSE)
        reading = taken()
        if reading == former:
            return judge(reading, True)
        try:
            return judge(reading, False)
        except StateDamaged:
            former = reading
    raise folder.busy()
