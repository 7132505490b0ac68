"""How much somebody asks for, counted in memory: each process for itself, and roughly.

For what costs time but risks nothing. What must not be exceeded is counted in the database, see `attempts`.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

_MOST_NAMES = 50_000


class Volume:
    """Counts by name, anew in each period."""

    def __init__(self, most: int, per: timedelta) -> None:
        self._most, self._per = most, per
        self._began = datetime.min.replace(tzinfo=UTC)
        self._counts: Counter[str] = Counter()

    def is_used_up(self, name: str, now: datetime) -> bool:
        """Return whether a name was counted so often in this period that it gets no more."""
        self._begin_anew(now)
        return self._counts[name] >= self._most

    def add(self, name: str, now: datetime) -> None:
        """Count a name once more."""
        self._begin_anew(now)
        self._counts[name] += 1

    def clear(self) -> None:
        """Forget what was counted."""
        self._counts = Counter()

    def _begin_anew(self, now: datetime) -> None:
        # A clock that was set back begins a period, too.
        is_over = not self._began <= now < self._began + self._per
        if is_over or len(self._counts) > _MOST_NAMES:
            self._began = now
            self.clear()
